/** `2/3`: the second of three shares. */
export function parseShare(text) {
  const [number, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (!(number >= 1 && number <= of))
    throw new Error(`--share is ${text}, not a number and of how many, as in 2/3`);
  return { number, of };
}

/**
 * One of so many shares of a list; all of them are the list. The step from one to the next is not always the same, so that
 * a share meets each of the things that take turns in the list.
 */
export const shareOf = (list, { number, of }) =>
  list.filter((_, index) => (index + Math.floor(index / of)) % of === number - 1);
