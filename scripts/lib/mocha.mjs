import { inRoot } from "./paths.mjs";

const suites = ["unit", "integration", "e2e"].map((suite) => `test/${suite}/**/*.test.ts`);

const isSpec = (argument) => /^(\.\/)?test\/|\.ts$/.test(argument);

/** mocha's arguments: all suites, unless `extra` names files. */
export const mochaArguments = (extra, colourful) => [
  inRoot("node_modules", "mocha", "bin", "mocha.js"),
  "--reporter",
  inRoot("test", "reporter.cjs"),
  colourful ? "--color" : "--no-color",
  ...extra,
  ...(extra.some(isSpec) ? [] : suites),
];
