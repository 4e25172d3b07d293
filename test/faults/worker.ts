import { createInterface } from "node:readline";
import { openLabs } from "./lab";
import { idOf, parsePoint, pointsOf } from "./point";
import { trial, type Verdict } from "./trial";

const noPoint: Verdict = { outcome: "lost", findings: ["there is no such point"], call: "" };

/** Works inside a sandbox: says which points there are; then a point a line comes in, and a line of JSON goes out. */
async function work(): Promise<void> {
  const labs = await openLabs();
  const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer([...labs].flatMap(([program, { boundaries }]) => pointsOf(program, boundaries)).map(idOf));
  for await (const line of createInterface({ input: process.stdin })) {
    const point = parsePoint(line);
    const lab = point && labs.get(point.program);
    answer(lab ? await trial(lab, point) : noPoint);
  }
  for (const { stack } of labs.values()) await stack.remove();
}

void work();
