/** How many answers `memoized` keeps. */
const MOST = 10_000;

/** Keeps what it has made for a key. All is thrown away together, as a run asks for the same few again and again. */
export function keeping<T>(most: number): (key: string, make: () => T) => T {
  const kept = new Map<string, T>();
  return (key, make) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= most) kept.clear();
    const made = make();
    kept.set(key, made);
    return made;
  };
}

/** `answer`, which depends on its words alone, asked only once for the same ones. */
export function memoized<W extends string[], T>(answer: (...words: W) => T): (...words: W) => T {
  const answers = keeping<T>(MOST);
  return (...words) => answers(words.join("\n"), () => answer(...words));
}

/** How many results `recent` keeps: the answers to the looks of one moment. */
const FEW = 4;

/** `parse`, which is asked for the same long text some times in a row, done only once for each. Nobody changes its results. */
export function recent<T>(parse: (text: string) => T): (text: string) => T {
  let kept: readonly (readonly [text: string, parsed: T])[] = [];
  return (text) => {
    const known = kept.find(([one]) => one === text);
    if (known) return known[1];
    const parsed = parse(text);
    kept = [[text, parsed] as const, ...kept].slice(0, FEW);
    return parsed;
  };
}
