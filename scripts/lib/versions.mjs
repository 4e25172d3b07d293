/** The first dotted version in a text, without its `v`, or undefined. */
export const versionIn = (text) => /(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];

export function isAtLeast(version, oldest) {
  const [have, want] = [version, oldest].map((text) => text.split(".").map(Number));
  const at = want.findIndex((part, index) => (have[index] ?? 0) !== part);
  return at === -1 || (have[at] ?? 0) > want[at];
}
