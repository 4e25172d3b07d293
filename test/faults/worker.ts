import { createInterface } from "node:readline";
import { openLabs } from "./lab";
import { idOf, parsePoint, pointsOf } from "./point";
import { trial, type Verdict } from "./trial";

const noPoint: Verdict = { outcome: "lost", findings: ["there is no such point"], call: "" };

/** Runs in a sandbox: prints the points, then reads a point per line and prints a line of JSON for each. */
async function work(): Promise<void> {
  const file = process.env["FAULTS_REFERENCE"];
  if (file === undefined) throw new Error("FAULTS_REFERENCE has to name a file: run `npm run faults`");
  const labs = await openLabs(file);
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
