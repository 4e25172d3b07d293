/** `2/3`: the second of three shares. */
export function parseShare(text) {
  const [number, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (!(number >= 1 && number <= of)) throw new Error(`--share is ${text}, not a share such as 2/3`);
  return { number, of };
}

/** Cuts a share into `count` finer ones. */
export const cut = ({ number, of }, count) =>
  Array.from({ length: count }, (_, at) => ({ number: number + at * of, of: of * count }));

/** As an option: `2/3`. */
export const shareText = ({ number, of }) => `${number}/${of}`;

/**
 * One share of a list. All shares together are the list. The distance between two items varies, so that a share gets each of the
 * things that take turns in the list.
 */
export const shareOf = (list, { number, of }) =>
  list.filter((_, index) => (index + Math.floor(index / of)) % of === number - 1);
