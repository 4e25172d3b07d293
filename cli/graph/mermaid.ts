import type { Drawing, Line, Point } from "./drawing";

/** Draws a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html). */
export function asMermaid({ boxes, outside, lines }: Drawing): string {
  return [
    "flowchart LR",
    ...boxes.flatMap(({ title, points }, at) => [
      `  subgraph box${at}[${quoted(title)}]`,
      ...points.map((point) => `    ${node(point)}`),
      "  end",
    ]),
    ...outside.map((point) => `  ${node(point)}`),
    ...lines.map((line) => `  ${edge(line)}`),
    "",
  ].join("\n");
}

function node({ id, isBridge, text }: Point): string {
  const label = quoted(...text);
  return isBridge ? `${id}[[${label}]]` : `${id}[${label}]`;
}

const edge = ({ from, to, text }: Line): string =>
  text === "" ? `${from} --- ${to}` : `${from} ---|${quoted(text)}| ${to}`;

/** Escapes the characters with a meaning between quotes. */
const quoted = (...lines: readonly string[]): string =>
  `"${lines.map((line) => line.replace(/["#&<>`\\]/g, (letter) => `#${letter.charCodeAt(0)};`)).join("<br>")}"`;
