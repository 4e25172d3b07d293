import { createInterface } from "node:readline";
import { openLab } from "./lab";
import { idOf, parsePoint, pointsOf } from "./point";
import { trial } from "./trial";

/** Works inside a sandbox: says which points there are; then a point a line comes in, and a line of JSON goes out. */
async function work(): Promise<void> {
  const lab = await openLab();
  const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer(pointsOf(lab.boundaries).map(idOf));
  for await (const line of createInterface({ input: process.stdin })) {
    const point = parsePoint(line);
    if (!point) throw new Error(`this is no point: ${line}`);
    answer(await trial(lab, point));
  }
  await lab.stack.remove();
}

void work();
