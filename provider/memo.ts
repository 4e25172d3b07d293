/** How many answers are kept; all are thrown away together, as a run asks for the same few again and again. */
const MOST = 10_000;

/** `answer`, which depends on its words alone, asked only once for the same ones. */
export function remembered<W extends string[], T>(answer: (...words: W) => T): (...words: W) => T {
  const answers = new Map<string, T>();
  return (...words) => {
    const key = words.join("\n");
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (answers.size >= MOST) answers.clear();
    const found = answer(...words);
    answers.set(key, found);
    return found;
  };
}
