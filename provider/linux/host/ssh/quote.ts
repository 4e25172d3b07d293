/** Words that no shell changes. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Quotes a word for any POSIX shell. Nothing is special between single quotes, so only these need care themselves. A word
 * cannot contain NUL: no shell can hold it.
 */
export const quote = (word: string): string =>
  PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** Quotes a command, one word after the other. */
export const quoteAll = (words: readonly string[]): string => words.map(quote).join(" ");
