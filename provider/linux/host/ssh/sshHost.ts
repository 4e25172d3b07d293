import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, argv, type Command } from "../../command";
import { CommandError, orAbsent, reasonOf } from "../../errors";
import { parseIp } from "../../ip";
import type { Host, HostFacts, SshPath } from "../host";
import { isStale, type Line, lineOf } from "../ipLine";
import { timeout } from "../local/spawn";
import { danglingName, hostItself } from "../names";
import { oneByOne } from "../oneByOne";
import { optionalCommands, warn } from "../optionalCommands";
import { retryRaces } from "../retryRaces";
import { Connection, type FarOutcome } from "./connection";
import type { Reach } from "./destination";
import { type FarFacts, parseFacts } from "./facts";
import { FarRecords } from "./farRecords";
import { type FarCommand, HOST_ITSELF } from "./farShell";
import { HostError } from "./hostError";
import { repliesOf, scriptOf } from "./ipScript";

/** The number of requests under way. Enough to hide the round trip, and few enough for the processes of a small host. */
const MOST = 24;

/** The number of lines in one batch. They share the time of as many commands. */
const LONGEST = 50;

/** How long a failed attempt to reconnect counts, in milliseconds. */
const FAILED = 20_000;

/** Lines of `ip` that wait for their turn and then run in one process. */
interface Batch {
  readonly namespace: string | undefined;
  readonly options: readonly string[];
  readonly lines: { readonly command: Command; readonly line: Line; readonly settle: Settle }[];
}

interface Settle {
  readonly resolve: (stdout: string) => void;
  readonly reject: (error: unknown) => void;
}

/** A machine that is reached over SSH. */
export class SshHost implements Host {
  readonly facts: HostFacts;
  readonly records: FarRecords;
  private readonly runOne: (command: Command) => Promise<string>;
  private readonly batches = new Map<string, Batch>();
  private underWay = 0;
  private repeated = 0;
  private readonly turns: (() => void)[] = [];

  private constructor(
    private readonly reach: Reach,
    private connection: Connection,
    readonly known: FarFacts,
  ) {
    this.facts = {
      routeTableNamed: (name) => known.routeTables.get(name),
      ssh: pathIn(connection.path),
    };
    this.records = new FarRecords(
      (name, ...args) => this.call(name, args),
      () => this.connection.token,
    );
    this.runOne = optionalCommands(
      retryRaces((command) => this.runNow(command)),
      (text) => this.warn(text),
    );
  }

  /** Connects to a host. Throws a `HostError` that tells the fix. */
  static async connect(reach: Reach): Promise<SshHost> {
    const { connection, known } = await open(reach);
    return new SshHost(reach, connection, known);
  }

  get destination(): string {
    return this.reach.destination;
  }

  get id(): string {
    return this.known.machine;
  }

  get era(): string {
    return this.known.era;
  }

  run(command: Command): Promise<string> {
    return this.runOne(command);
  }

  /** Uses one round trip: changes one after the other, then the looks. */
  async runAll(changes: readonly Command[], looks: readonly Command[]): Promise<Answer[]> {
    const isPlain = (command: Command) => command.mayFail === undefined;
    if (changes.length === 0 || !changes.every(isPlain))
      return oneByOne((command) => this.run(command), changes, looks);
    const asked = looks.filter(isPlain);
    const groups = [...grouped(asked, true)];
    const chain = [...grouped(changes, false)];
    const outcomes = await this.send(
      chain.map((group) => this.farIn(group)),
      groups.map(farOf),
    );
    for (const [at, group] of chain.entries())
      for (const outcome of outcomesOf(group, outcomes[at])) outcome();
    const told = new Map(
      groups.flatMap((group, at) => {
        const ends = outcomesOf(group, outcomes[chain.length + at]);
        return group.commands.map((command, place) => [command, ends[place]] as const);
      }),
    );
    return Promise.all(looks.map((look) => orAbsent(async () => told.get(look)?.() ?? this.run(look))));
  }

  wait(milliseconds: number): Promise<void> {
    return sleep(milliseconds);
  }

  warn(text: string): void {
    warn(`host ${this.reach.destination}: ${text}`);
  }

  async tellOfName(namespace: string): Promise<string | undefined> {
    const path = `/run/netns/${namespace}`;
    const words = ["danglingname", path];
    const [outcome] = await this.send([], [{ words }]);
    if (typeof outcome !== "object" || outcome.code !== 0) return undefined;
    return danglingName(path, outcome.stdout.trim(), ` on ${this.reach.destination}`);
  }

  /** Ends the connection. */
  close(): void {
    this.connection.close();
  }

  private runNow(command: Command): Promise<string> {
    const line = lineOf(command);
    return line ? this.runLine(command, line) : this.runAlone(command);
  }

  /** Adds a line to the batch of its namespace, which leaves as soon as there is a turn. */
  private runLine(command: Command, line: Line, isRepeated = false): Promise<string> {
    return new Promise((resolve, reject) => {
      // A repeated line runs alone. In one batch, two such lines could fail each other for ever.
      const key = JSON.stringify([line.namespace, ...line.options, ...(isRepeated ? [++this.repeated] : [])]);
      const entry = { command, line, settle: { resolve, reject } };
      const batch = this.batches.get(key);
      if (batch && batch.lines.length < LONGEST) {
        batch.lines.push(entry);
        return;
      }
      const { namespace, options } = line;
      const made: Batch = { namespace, options, lines: [entry] };
      this.batches.set(key, made);
      void this.turn().then(() => {
        if (this.batches.get(key) === made) this.batches.delete(key);
        return this.runBatch(made);
      });
    });
  }

  private async runBatch({ lines }: Batch): Promise<void> {
    const commands = lines.map(({ command }) => command);
    try {
      const group: Group = { commands, lines: lines.map(({ line }) => line), isForced: true };
      const ends = outcomesOf(group, (await this.sendNow([], [this.farIn(group)], lines.length))[0]);
      lines.forEach(({ command, line, settle }, at) => {
        try {
          const stdout = ends[at]?.();
          // An earlier line of the batch has ended it.
          if (stdout === undefined) this.runLine(command, line, true).then(settle.resolve, settle.reject);
          else settle.resolve(stdout);
        } catch (error) {
          // `ip` caches links for as long as a batch takes.
          const mayRetry = lines.length > 1 && error instanceof CommandError && isStale(line, error.stderr);
          if (mayRetry) this.runLine(command, line, true).then(settle.resolve, settle.reject);
          else settle.reject(error);
        }
      });
    } catch (error) {
      for (const { settle } of lines) settle.reject(error);
    } finally {
      this.release();
    }
  }

  private async runAlone(command: Command): Promise<string> {
    const group: Group = { commands: [command], lines: undefined, isForced: true };
    const [outcome] = await this.send([], [farOf(group)]);
    return outcomesOf(group, outcome)[0]?.() ?? "";
  }

  /** The first namespaces are added one after the other. */
  private farIn(group: Group): FarCommand {
    const far = farOf(group);
    const isFirst =
      !this.known.hasNamespaces && group.lines?.some(({ text }) => text.startsWith("netns add "));
    return isFirst ? { ...far, words: ["flock", "/run", ...far.words] } : far;
  }

  private async call(name: string, args: readonly string[]): Promise<string> {
    const [outcome] = await this.send([], [{ words: [name, ...args] }]);
    if (typeof outcome === "object" && outcome.code === 0) return outcome.stdout;
    const why = typeof outcome === "object" ? outcome.stderr.trim() : "no answer in time";
    throw new HostError(this.reach.destination, `its records in /run/pulumi-netns cannot be used: ${why}`);
  }

  private async send(
    chain: readonly FarCommand[],
    rest: readonly FarCommand[],
  ): Promise<readonly FarOutcome[]> {
    await this.turn();
    try {
      return await this.sendNow(chain, rest);
    } finally {
      this.release();
    }
  }

  /** Connects anew after a lost connection, to the same machine in the same boot. */
  private async sendNow(
    chain: readonly FarCommand[],
    rest: readonly FarCommand[],
    lines = 1,
  ): Promise<readonly FarOutcome[]> {
    if (!this.connection.isOpen) await this.reconnect();
    return this.connection.run(chain, rest, timeout() * lines);
  }

  private reconnecting: Promise<void> | undefined;

  private reconnect(): Promise<void> {
    if (!this.reconnecting) {
      const attempt = this.connectAgain();
      const forget = () => {
        this.reconnecting = undefined;
      };
      this.reconnecting = attempt;
      // Hundreds of waiting commands must not wait for an attempt each.
      attempt.then(forget, () => setTimeout(forget, FAILED).unref());
    }
    return this.reconnecting;
  }

  private async connectAgain(): Promise<void> {
    const { connection, known } = await open(this.reach);
    const { machine, era } = known;
    const { destination } = this.reach;
    const problem =
      machine !== this.id
        ? "another machine answers now. Check where the name leads, then run `pulumi up --refresh`"
        : era !== this.era
          ? "it was restarted in the middle of the run. Run `pulumi up --refresh`"
          : undefined;
    if (problem === undefined) {
      this.connection = connection;
      return;
    }
    connection.close();
    throw new HostError(destination, problem);
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => {
      // In the next turn of the event loop, so that lines of one turn share a batch.
      setImmediate(() => {
        if (this.underWay < MOST) {
          this.underWay++;
          resolve();
        } else this.turns.push(resolve);
      });
    });
  }

  private release(): void {
    const next = this.turns.shift();
    if (next) next();
    else this.underWay--;
  }
}

/** Reads `SSH_CONNECTION`: the address and port of the client, then those of the server. */
function pathIn(text: string): SshPath | "unknown" {
  const [client = "", , server = "", port] = text.split(" ");
  return parseIp(client) && parseIp(server) ? { client, server, port: Number(port) } : "unknown";
}

/** Connects, and reads the facts of the host. */
async function open(reach: Reach): Promise<{ connection: Connection; known: FarFacts }> {
  const connection = await Connection.open(reach);
  try {
    return { connection, known: await factsOf(reach, connection) };
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function factsOf(reach: Reach, connection: Connection): Promise<FarFacts> {
  const [outcome] = await connection.run([], [{ words: ["facts"] }], timeout());
  if (typeof outcome !== "object" || outcome.code !== 0)
    throw new HostError(reach.destination, "its facts cannot be read: `cat`, `stat` or `grep` is missing");
  return parseFacts(outcome.stdout);
}

/** Commands that one process runs: a batch of `ip`, or a single command. */
interface Group {
  readonly commands: readonly Command[];
  readonly lines: readonly Line[] | undefined;
  /** Whether a batch goes on after a failure. */
  readonly isForced: boolean;
}

/** Groups commands by process. Changes keep their order; looks are grouped by namespace. */
function* grouped(commands: readonly Command[], isForced: boolean): Generator<Group> {
  const groups: { key: string; commands: Command[]; lines: Line[] }[] = [];
  for (const command of commands) {
    const line = lineOf(command);
    const key = line ? JSON.stringify([line.namespace, ...line.options]) : "";
    const open = isForced ? groups.find((group) => group.key === key) : groups.at(-1);
    if (line && open?.key === key) {
      open.commands.push(command);
      open.lines.push(line);
    } else groups.push({ key, commands: [command], lines: line ? [line] : [] });
  }
  for (const { commands, lines } of groups)
    yield { commands, lines: lines.length > 0 ? lines : undefined, isForced };
}

function farOf({ commands, lines, isForced }: Group): FarCommand {
  const [first] = commands;
  const place = first?.namespace === undefined ? {} : { namespace: first.namespace };
  if (lines) {
    const where = first?.namespace === undefined ? [] : ["-n", first.namespace];
    const force = isForced ? ["-force"] : [];
    const words = ["ip", ...where, ...(lines[0]?.options ?? []), ...force, "-batch", "-"];
    return { ...place, words, input: scriptOf(lines) };
  }
  const words = first ? argv(first) : [];
  return { ...place, words, ...(first?.input !== undefined && { input: first.input }) };
}

/** For each command of a group: returns its output, `undefined` if it was not run, or throws its error. */
function outcomesOf(
  { commands, lines }: Group,
  outcome: FarOutcome | undefined,
): (() => string | undefined)[] {
  const replies = lines && typeof outcome === "object" ? repliesOf(lines, outcome) : [];
  return commands.map((command, at) => () => {
    if (outcome === "timeout") throw new CommandError("Timeout", command, "");
    if (outcome === undefined || outcome === "not run") return undefined;
    const { code, stdout, stderr } = outcome;
    // A tool may end with the same code.
    const isGuard = code === HOST_ITSELF && command.namespace !== undefined && stdout + stderr === "";
    if (isGuard) throw hostItself(command);
    if (!lines) {
      if (code === 0) return stdout.replace(/\n$/, "");
      const reason = code === 127 && !stderr.startsWith("ip") ? "ToolMissing" : reasonOf(stderr);
      throw new CommandError(reason, command, stderr || stdout);
    }
    const reply = replies[at];
    if (!reply) return undefined;
    if (!reply.isOk) throw new CommandError(reasonOf(reply.stderr), command, reply.stderr);
    return reply.stdout;
  });
}
