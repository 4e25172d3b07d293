import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { differences, type Snapshot, snapshot } from "../support/snapshot";
import { disappointment } from "./expectations";
import { without } from "./hidden";
import { isBatch, type Lab } from "./lab";
import { machine } from "./machine";
import { errors, isOneOf, missingTool, type Point } from "./point";
import type { Ended } from "./run";

/** The result of a point: something is missing or changed, something is left over or duplicated, or neither. */
export interface Verdict {
  readonly outcome: "survived" | "lost" | "leaked";
  /** The problems, as a person would describe them. */
  readonly findings: readonly string[];
  /** The call at which the fault happened. */
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

/** Injects the fault, recovers as the documentation says, and compares with the results of a clean run. */
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
    if (operation !== "up") must("the `up` before it", await lab.stack.operate("up", { mode, prefix }));
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
    if (fault === "broken-records") await breakRecords();
    if (fault === "old-state") await lab.stack.ageState();
    if (isOneOf([...errors, "hang"], fault)) await expectOthers(lab, point, await callOf(lab, point));
  } finally {
    await other?.switchOff();
  }
}

/** In turn: cut short, empty, and other JSON. */
async function breakRecords(): Promise<void> {
  const files = await readdir("/run/pulumi-netns", { recursive: true });
  const records = files.filter((name) => name.endsWith(".json"));
  if (records.length === 0) throw new Error("there is no record to break");
  for (const [at, name] of records.entries())
    await writeFile(join("/run/pulumi-netns", name), ['{"kind":', "", "[]"][at % 3] ?? "");
}

/** Recovers as docs/troubleshooting.md says. Everything must then equal a clean run, and `destroy` must leave nothing behind. */
async function recover(lab: Lab, { operation, fault, mode }: Point): Promise<void> {
  await lab.stack.makeSpace();
  await lab.stack.removeTornAttributes();
  if (lab.stack.isLocked()) must("`cancel`", await lab.stack.pulumi(["cancel", "--yes"]));
  const words = fault.startsWith("missing-") ? [] : ["--refresh"];
  const wanted = operation === "change" ? "change" : "up";
  must(`\`${wanted}\` after it`, await lab.stack.operate(wanted, { mode }, words));
  const seen = async () => ({ ...(await snapshot()), state: await lab.stack.resources() });
  await expectSame("after recovery", lab.built[wanted], seen, ({ missing }) =>
    missing.length > 0 ? "lost" : "leaked",
  );
  must("`destroy` after it", await lab.stack.operate("destroy", { mode }));
  await expectSame("after `destroy`", lab.bare, snapshot, () => "leaked");
}

/** A failed part of a node must not keep other nodes of the Topology from being created, except the Node that depends on it. */
async function expectOthers(lab: Lab, { program, operation }: Point, call: string): Promise<void> {
  if (program !== "composites" || operation === "destroy") return;
  const built = lab.built[operation];
  const nodes = (built["namespaces"] ?? "").split("\n").filter((node) => node !== DEPENDENT);
  // All nodes wait for their common dependency.
  if (!nodes.some((node) => namesNode(call, node))) return;
  const others = nodes.filter((node) => !namesNode(call, node));
  const expected = Object.entries(built)
    .filter(([section]) => others.some((node) => section.endsWith(` in ${node}`)))
    .map(([section, text]) => [
      section,
      text
        .split("\n")
        .filter((line) => !line.includes(DEPENDENT))
        .join("\n"),
    ]);
  // A link gets its own address a second after it appears, after duplicate address detection.
  await settles(async () => {
    const { missing } = differences(Object.fromEntries(expected), await snapshot());
    return { outcome: "lost", findings: missing.map((line) => `missing after the failure: ${line}`) };
  });
}

/** The Node and its far ends elsewhere. */
const DEPENDENT = "edge";

const namesNode = (call: string, node: string): boolean => call.split(/[\s-]+/).includes(node);

function must(what: string, { isGood, output }: Ended): void {
  if (!isGood) throw new Failure("lost", [`${what} failed`, output]);
}

/** Milliseconds that the kernel may take for its work in the background. */
const PATIENCE = 30_000;

async function expectSame(
  when: string,
  expected: Snapshot,
  look: () => Promise<Snapshot>,
  outcome: (found: ReturnType<typeof differences>) => "lost" | "leaked",
): Promise<void> {
  await settles(async () => {
    const found = differences(expected, await look());
    const findings = [
      ...found.missing.map((line) => `missing ${when}: ${line}`),
      ...found.extra.map((line) => `too much ${when}: ${line}`),
    ];
    return { outcome: outcome(found), findings };
  });
}

/** Repeats until there is no finding. */
async function settles(
  look: () => Promise<{ readonly outcome: "lost" | "leaked"; readonly findings: readonly string[] }>,
): Promise<void> {
  for (let waited = 0; ; waited += 200) {
    const { outcome, findings } = await look();
    if (findings.length === 0) return;
    if (waited >= PATIENCE) throw new Failure(outcome, findings);
    await sleep(200);
  }
}
