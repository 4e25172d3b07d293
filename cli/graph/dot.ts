import type { Drawing, Line, Point } from "./drawing";

/** Draws in the language of Graphviz (https://graphviz.org/doc/info/lang.html). */
export function asDot({ boxes, outside, lines }: Drawing): string {
  return [
    "graph network {",
    "  rankdir=LR;",
    '  graph [fontname="sans-serif", style="rounded"];',
    '  node [fontname="sans-serif", shape=box];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...boxes.flatMap(({ title, points }, at) => [
      // Graphviz draws a box around a subgraph with this prefix.
      `  subgraph cluster${at} {`,
      `    label=${quoted(title)};`,
      ...points.map((point) => `    ${node(point)}`),
      "  }",
    ]),
    ...outside.map((point) => `  ${node(point, "plaintext")}`),
    ...lines.map((line) => `  ${edge(line)}`),
    "}",
    "",
  ].join("\n");
}

function node({ id, isBridge, text }: Point, shape = isBridge ? "box3d" : undefined): string {
  return `${id} [label=${quoted(...text)}${shape === undefined ? "" : `, shape=${shape}`}];`;
}

const edge = ({ from, to, text }: Line): string =>
  `${from} -- ${to}${text === "" ? "" : ` [label=${quoted(text)}]`};`;

const quoted = (...lines: readonly string[]): string =>
  `"${lines.map((line) => line.replace(/["\\]/g, "\\$&")).join("\\n")}"`;
