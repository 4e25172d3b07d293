import { Problem } from "./problem.mjs";

const usage = `npm run quickstart                   the network of examples/seed
npm run quickstart -- EXAMPLE        that of another example
npm run quickstart -- down           takes it down again
npm run quickstart -- down EXAMPLE   that of another example`;

/** Whether to take the network down, and the example. */
export function wordsOf(words, examples) {
  const isDown = words[0] === "down";
  const [example = "seed", ...rest] = isDown ? words.slice(1) : words;
  if (rest.length > 0) throw new Problem(`Too many arguments: ${words.join(" ")}`, { how: usage });
  if (!examples.includes(example)) {
    throw new Problem(`There is no example ${example}; there are ${examples.join(", ")}.`, { how: usage });
  }
  return { isDown, example };
}
