import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Command, printCommand } from "../../command";
import { CommandError, orAbsent, reasonOf } from "../../errors";
import type { Host } from "../host";
import { oneByOne } from "../oneByOne";
import { optionalCommands, warn } from "../optionalCommands";
import { FileRecords } from "../records";
import { retryRaces } from "../retryRaces";
import { inProcess } from "./inProcess";
import { type Line, lineOf } from "./ipBatchPool";
import { era, isHostItself, tellOfName } from "./namespaces";
import { routeTableNamed } from "./routeTables";
import { ENV, runAlone, timeout } from "./spawn";
import type { Outcome } from "./worker";
import { type Lost, RemoteSessions } from "./workerClient";

const sessions = new RemoteSessions(ENV, timeout);

const records = new FileRecords("/run/pulumi-netns");

/** The machine, or the sandbox, that this process runs on. */
export const localHost: Host = {
  run: optionalCommands(retryRaces(run), warn),
  ...{ runAll, warn, records, tellOfName },
  era: era(),
  ...{ id: "localhost", facts: { routeTableNamed }, wait: sleep },
};

/** The same with a process for every command, which is what sessions must be like. */
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
  // A session is a process inside as well.
  if (isOf(command, "pids") && name !== undefined) await sessions.leave(name);
  return (await inProcess(command)) ?? runAlone(command);
}

/** Refuses a command for a namespace that is the host's own network: it would change the host. */
function refuseHostItself(command: Command): void {
  const { namespace } = command;
  if (namespace === undefined || !isHostItself(namespace)) return;
  const way = `/run/netns/${namespace} leads to the network of this host: remove that name (\`rm /run/netns/${namespace}\`), or leave \`namespace\` out`;
  throw new CommandError("HostItself", command, way);
}

/** In one message where a session can run every change as it is. */
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

/** How a session runs `command` if there is nothing to it but its line. */
async function plainLineOf(command: Command): Promise<Line | undefined> {
  if (isOf(command, "del") || (isOf(command, "add") && !(await isMounted()))) return undefined;
  return lineIn(command);
}

const lineIn = (command: Command): Line | undefined =>
  command.mayFail === undefined ? lineOf(command) : undefined;

/** The first `ip netns add` mounts /run/netns, which calls at once race on, between processes too: whether it has worked. */
let mounting: Promise<boolean> | undefined;

async function isMounted(): Promise<boolean> {
  while (mounting) if (await mounting) return true;
  return false;
}

/** Adds a namespace as the first one, with a lock, unless another one is that; all others wait for it. */
async function addFirstNamespace(command: Command): Promise<string | undefined> {
  // No wait between the look and the claim, as whoever looks in between would be a first one as well.
  while (mounting) if (await mounting) return undefined;
  // `flock` on the folder above leaves nothing behind.
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

/** What a command has printed; `after` are those that were to be run after it. */
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
