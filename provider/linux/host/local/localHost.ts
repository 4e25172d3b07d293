import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Command, printCommand } from "../../command";
import { CommandError, orAbsent, reasonOf } from "../../errors";
import type { Host } from "../host";
import { type Line, lineOf } from "../ipLine";
import { hostItself } from "../names";
import { oneByOne } from "../oneByOne";
import { optionalCommands, warn } from "../optionalCommands";
import { FileRecords } from "../records";
import { retryRaces } from "../retryRaces";
import { inProcess } from "./inProcess";
import { era, isHostItself, tellOfName } from "./namespaces";
import { routeTableNamed } from "./routeTables";
import { ENV, runAlone, timeout } from "./spawn";
import type { Outcome } from "./worker";
import { type Lost, WorkerClient } from "./workerClient";

const sessions = new WorkerClient(ENV, timeout);

const records = new FileRecords("/run/pulumi-netns");

/** The machine, or the sandbox, that this process runs on. */
export const localHost: Host = {
  run: optionalCommands(retryRaces(run), warn),
  ...{ runAll, warn, records, tellOfName },
  era: era(),
  ...{ id: "localhost", facts: { routeTableNamed }, wait: sleep },
};

/** The same host with a process for every command. Sessions must behave identically. */
export const plainHost: Host = {
  run: optionalCommands(retryRaces(runAlone), warn),
  warn,
  records,
  id: "localhost",
  facts: { routeTableNamed },
  wait: sleep,
};

async function run(command: Command): Promise<string> {
  refuseHostItself(command);
  const line = lineOf(command);
  if (line) return runInSession(command, line);
  const [, , name] = command.args;
  // A session would also be a process inside the namespace.
  if (isOf(command, "pids") && name !== undefined) await sessions.leave(name);
  return (await inProcess(command)) ?? runAlone(command);
}

/** Refuses a namespace name that leads to the host's own network, because the command would change the host. */
function refuseHostItself(command: Command): void {
  const { namespace } = command;
  if (namespace === undefined || !isHostItself(namespace)) return;
  throw hostItself(command);
}

/** Uses one message if a session can run every change as it is. */
async function runAll(changes: readonly Command[], looks: readonly Command[]): Promise<Answer[]> {
  for (const command of [...changes, ...looks]) refuseHostItself(command);
  const lines = (await Promise.all(changes.map(plainLineOf))).filter((line) => line !== undefined);
  if (lines.length < changes.length) return oneByOne(localHost.run, changes, looks);
  const asked = new Map(
    looks.flatMap((look): [Command, Line][] => {
      const line = lineIn(look);
      return line ? [[look, line]] : [];
    }),
  );
  if (lines.length + asked.size === 0) return oneByOne(localHost.run, [], looks);
  const outcomes = await sessions.run(lines, [...asked.values()]);
  changes.forEach((change, at) => {
    printedBy(change, outcomes[at], changes.slice(at + 1));
  });
  const told = new Map([...asked.keys()].map((look, at) => [look, outcomes[changes.length + at]]));
  return Promise.all(
    looks.map((look) =>
      orAbsent(async () => (told.has(look) ? printedBy(look, told.get(look)) : localHost.run(look))),
    ),
  );
}

/** Returns the session line of a command that needs no other preparation. */
async function plainLineOf(command: Command): Promise<Line | undefined> {
  if (isOf(command, "del") || (isOf(command, "add") && !(await isMounted()))) return undefined;
  return lineIn(command);
}

const lineIn = (command: Command): Line | undefined =>
  command.mayFail === undefined ? lineOf(command) : undefined;

/**
 * Whether /run/netns is mounted. The first `ip netns add` mounts it, which concurrent calls, also of other processes, race
 * on.
 */
let mounting: Promise<boolean> | undefined;

async function isMounted(): Promise<boolean> {
  while (mounting) if (await mounting) return true;
  return false;
}

/** Adds the first namespace under a lock; concurrent calls wait for it. Returns `undefined` if another call was first. */
async function addFirstNamespace(command: Command): Promise<string | undefined> {
  // No await may separate the check from the assignment, or two calls could both be first.
  while (mounting) if (await mounting) return undefined;
  // Locking the parent folder leaves no lock file behind.
  const first = runAlone({ ...command, tool: "flock", args: ["--close", "/run", "ip", ...command.args] });
  mounting = first.then(
    () => true,
    () => {
      mounting = undefined;
      return false;
    },
  );
  return first;
}

async function runInSession(command: Command, line: Line): Promise<string> {
  const added = isOf(command, "add") ? await addFirstNamespace(command) : undefined;
  if (added !== undefined) return added;
  const [, , name] = command.args;
  if (isOf(command, "del") && name !== undefined) await sessions.leave(name);
  const [outcome] = await sessions.run([line], []);
  return printedBy(command, outcome);
}

/** Whether a command is `ip netns VERB NAME`. */
const isOf = ({ args: [object, verb] }: Command, wanted: string): boolean =>
  object === "netns" && verb === wanted;

/** Returns the output of a command. `after` lists the commands that would have followed. */
function printedBy(
  command: Command,
  outcome: Outcome | Lost | undefined,
  after: readonly Command[] = [],
): string {
  if (outcome && "isOk" in outcome) {
    if (outcome.isOk) return outcome.stdout;
    throw new CommandError(reasonOf(outcome.stderr), command, outcome.stderr);
  }
  const { why = "Lost", stderr = "" } = outcome ?? {};
  const reason = why === "Ended" || why === "Lost" ? reasonOf(stderr) : why;
  const further = why === "Lost" ? after.map((other) => `or at \`${printCommand(other)}\`, after it`) : [];
  throw new CommandError(reason, command, [stderr, ...further].join("\n"));
}
