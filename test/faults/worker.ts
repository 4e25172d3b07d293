import { createInterface } from "node:readline";
import { openLab } from "./lab";
import { idOf, parsePoint, pointsOf } from "./point";
import { trial, type Verdict } from "./trial";

const noPoint: Verdict = { outcome: "lost", findings: ["there is no such point"], call: "" };

/** Works inside a sandbox: says which points there are; then a point a line comes in, and a line of JSON goes out. */
async function work(): Promise<void> {
  const lab = await openLab();
  const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer(pointsOf(lab.boundaries).map(idOf));
  for await (const line of createInterface({ input: process.stdin })) {
    const point = parsePoint(line);
    answer(point ? await trial(lab, point) : noPoint);
  }
  await lab.stack.remove();
}

void work();
