import { type Style, styleFor } from "../style";
import type { Finding, Level } from "./finding";

/** The findings of the checks, by title. */
export type Report = readonly { readonly title: string; readonly findings: readonly Finding[] }[];

export const asJson = (report: Report): string =>
  `${JSON.stringify(
    report.flatMap(({ title, findings }) => findings.map((finding) => ({ check: title, ...finding }))),
    null,
    2,
  )}\n`;

const WORDS: Readonly<Record<Level, string>> = { ok: "ok", warning: "warning", problem: "PROBLEM" };
const WIDTH = Math.max(...Object.values(WORDS).map((word) => word.length));

export function asText(report: Report, isColourful: boolean): string {
  const style = styleFor(isColourful);
  const subjects = report.flatMap(({ findings }) => findings.map(({ subject }) => subject.length));
  const width = Math.max(...subjects);
  const blocks = report.map(({ title, findings }) =>
    [style.bold(title), ...findings.map((finding) => line(finding, width, style))].join("\n"),
  );
  return `${[...blocks, style.bold(summary(report))].join("\n\n")}\n`;
}

function line({ level, subject, text, fix, code = [] }: Finding, width: number, style: Style): string {
  const paint = { ok: style.good, warning: style.warning, problem: style.bad }[level];
  const lead = `  ${paint(WORDS[level].padEnd(WIDTH))}  ${subject.padEnd(width)}  `;
  const indent = " ".repeat(WIDTH + width + 6);
  const below = [...(fix === undefined ? [] : [`→ ${fix}`]), ...code.map((one) => `    ${one}`)];
  return [`${lead}${text}`, ...below.map((one) => indent + style.faint(one))].join("\n");
}

/** Returns `1 problem, 2 warnings.` */
function summary(report: Report): string {
  const count = (level: Level) =>
    report.flatMap(({ findings }) => findings).filter((finding) => finding.level === level).length;
  const words = (["problem", "warning"] as const).flatMap((level) => {
    const n = count(level);
    return n === 0 ? [] : `${n} ${level}${n === 1 ? "" : "s"}`;
  });
  return words.length === 0 ? "Nothing is in the way." : `${words.join(", ")}.`;
}
