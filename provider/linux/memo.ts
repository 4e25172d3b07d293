const MOST = 10_000;

/** Caches results by key. The whole cache is cleared when full, because a run repeats the same few keys. */
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

/** Memoizes `answer`, which must depend on its words alone. */
export function memoized<W extends string[], T>(answer: (...words: W) => T): (...words: W) => T {
  const answers = keeping<T>(MOST);
  return (...words) => answers(words.join("\n"), () => answer(...words));
}

/** How many results `recent` keeps, enough for the looks of one moment. */
const FEW = 4;

/** Memoizes `parse` for long texts that are parsed several times in a row. Callers must not modify the results. */
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
