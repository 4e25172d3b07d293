import { setTimeout as sleep } from "node:timers/promises";
import { differences, type Snapshot, snapshot } from "../support/snapshot";
import { disappointment } from "./expectations";
import { without } from "./hidden";
import { isBatch, type Lab } from "./lab";
import { machine } from "./machine";
import { missingTool, type Point } from "./point";
import type { Ended } from "./run";

/** What came of a point: something is missing or not as it was, something is left over or there twice, or neither. */
export interface Verdict {
  readonly outcome: "survived" | "lost" | "leaked";
  /** What is wrong, as a person would tell it. */
  readonly findings: readonly string[];
  /** The call that it happened at. */
  readonly call: string;
}

class Failure extends Error {
  constructor(
    readonly outcome: "lost" | "leaked",
    readonly findings: readonly string[],
  ) {
    super(findings.join("\n"));
  }
}

/** Lets the fault happen, does what the documentation says, and looks whether all is as if it had not happened. */
export async function trial(lab: Lab, point: Point): Promise<Verdict> {
  await lab.stack.forgetCalls();
  try {
    await strike(lab, point);
    await recover(lab, point);
    return { outcome: "survived", findings: [], call: await callOf(lab, point) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { outcome: error.outcome, findings: error.findings, call: await callOf(lab, point) };
  }
}

async function callOf(lab: Lab, { at }: Point): Promise<string> {
  if (at === undefined) return "";
  const calls = await lab.stack.calls();
  return (at.moment === "amid" ? calls.filter(isBatch) : calls)[at.number - 1] ?? "";
}

async function strike(lab: Lab, point: Point): Promise<void> {
  const { operation, at, fault, mode } = point;
  const other = fault === "reboot" ? machine(`faults-machine-${process.pid}`) : undefined;
  const prefix = other?.prefix ?? [];
  try {
    if (operation === "destroy") must("the `up` before it", await lab.stack.operate("up", { mode, prefix }));
    const manner = {
      mode,
      prefix,
      ...(at && { fault: { FAULT: fault, FAULT_NUMBER: String(at.number), FAULT_MOMENT: at.moment } }),
      ...(fault === "hang" && { env: { PULUMI_NETNS_TIMEOUT: "5" } }),
    };
    const work = () => lab.stack.operate(operation, manner);
    const tool = missingTool(fault);
    const ended = await (tool === undefined ? work() : without(tool, process.env["PATH"] ?? "", work));
    const finding = disappointment(point, ended, await callOf(lab, point));
    if (finding !== undefined) throw new Failure("lost", [finding, ended.output]);
  } finally {
    await other?.switchOff();
  }
}

/** What docs/troubleshooting.md tells people to do; then nothing may be left to do, and `destroy` has to leave nothing. */
async function recover(lab: Lab, { fault, mode }: Point): Promise<void> {
  await lab.stack.makeSpace();
  if (lab.stack.isLocked()) must("`cancel`", await lab.stack.pulumi(["cancel", "--yes"]));
  const words = fault.startsWith("missing-") ? [] : ["--refresh"];
  must("`up` after it", await lab.stack.operate("up", { mode }, words));
  must("`preview` after it", await lab.stack.pulumi(["preview", "--expect-no-changes"], { mode }));
  await expectHost("after recovery", lab.built, ({ missing }) => (missing.length > 0 ? "lost" : "leaked"));
  must("`destroy` after it", await lab.stack.operate("destroy", { mode }));
  await expectHost("after `destroy`", lab.bare, () => "leaked");
}

function must(what: string, { isGood, output }: Ended): void {
  if (!isGood) throw new Failure("lost", [`${what} failed`, output]);
}

/** Milliseconds that the kernel may take for what it does in the background. */
const PATIENCE = 5_000;

async function expectHost(
  when: string,
  expected: Snapshot,
  outcome: (found: ReturnType<typeof differences>) => "lost" | "leaked",
): Promise<void> {
  for (let waited = 0; ; waited += 200) {
    const found = differences(expected, await snapshot());
    const findings = [
      ...found.missing.map((line) => `missing ${when}: ${line}`),
      ...found.extra.map((line) => `too much ${when}: ${line}`),
    ];
    if (findings.length === 0) return;
    if (waited >= PATIENCE) throw new Failure(outcome(found), findings);
    await sleep(200);
  }
}
