import type { Step } from "../../provider/trace/journey";
import { placeName } from "../../provider/trace/network/network";
import { ownerName } from "../../provider/trace/owners";
import type { Trace } from "../../provider/trace/trace";
import { type Style, styleFor } from "../style";
import { table } from "../table";

export const asJson = (trace: Trace): string => `${JSON.stringify(trace, null, 2)}\n`;

/** Prints the verdict, the lines to type, and the path hop by hop. */
export function asText(trace: Trace, isColourful: boolean): string {
  const style = styleFor(isColourful);
  const { sentence, fault, isReached, steps, doubts, probes } = trace;
  const paint = isReached ? style.good : style.bad;
  const blocks = [
    style.bold(paint(sentence)),
    ...(fault?.code?.split("\n") ?? []).map((line) => `    ${line}`),
    ...(fault?.owner?.urn === undefined ? [] : [style.faint(`    ${fault.owner.urn}`)]),
    ...way("there", steps, style),
    ...way("back", steps, style),
    ...otherWays(steps, style),
    ...list(
      "Probe",
      probes.map(({ text }) => text),
    ),
    ...list("Rules that trace cannot judge", doubts),
  ];
  return `${blocks.join("\n")}\n`;
}

const TITLES = { there: "The way there", back: "The way back" };

function way(direction: Step["direction"], steps: readonly Step[], style: Style): string[] {
  const own = steps.filter((step) => step.direction === direction && step.way === undefined);
  return section(TITLES[direction], own, style);
}

/** Prints the further paths of a route with several nexthops. */
function otherWays(steps: readonly Step[], style: Style): string[] {
  const names = new Set(steps.flatMap((step) => step.way ?? []));
  return [...names].flatMap((name) =>
    section(
      `Another path: ${name}`,
      steps.filter((step) => step.way === name),
      style,
    ),
  );
}

function section(title: string, own: readonly Step[], style: Style): string[] {
  if (own.length === 0) return [];
  const rows = own.map(({ place, isOk, text, owner }, at) => {
    const name = placeName(place);
    const isSame = at > 0 && own[at - 1]?.place === place;
    return [isOk ? "  ok" : "  ✗ ", isSame ? "" : name, `${text}${owner ? `  [${ownerName(owner)}]` : ""}`];
  });
  const lines = table(rows).split("\n");
  return ["", style.bold(title), ...lines.map((line, at) => (own[at]?.isOk ? line : style.bad(line)))];
}

const list = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
