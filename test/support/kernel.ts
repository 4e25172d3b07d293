import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { expect } from "chai";
import { z } from "zod";
import type { Args, Definition } from "../../provider/engine/definition";
import { difference } from "../../provider/engine/diff";
import * as engine from "../../provider/engine/lifecycle";
import { type Command, ip, printCommand } from "../../provider/linux/command";
import { CommandError, type Reason } from "../../provider/linux/errors";
import type { Host } from "../../provider/linux/host/host";
import { localHost } from "../../provider/linux/host/local/localHost";
import { checked } from "./args";
import { CrashingHost } from "./crashingHost";

/** Real networks, which tests create and read as a person would. Only in a sandbox. */

/** The network that the tests of a suite share: namespaces, and bridges by name and namespace. */
interface Shared {
  readonly namespaces?: readonly string[];
  readonly bridges?: readonly (readonly [name: string, namespace: string | undefined])[];
}

/**
 * For a `describe` that changes the network: refuses to run outside a sandbox, creates the shared network, deletes everything else named
 * `it-…` after each test, and fails if anything else is left over.
 */
export function onKernel({ namespaces = [], bridges = [] }: Shared = {}): void {
  let earlier: Picture | undefined;

  before(async () => {
    refuseOutsideSandbox();
    await rm(RECORDS, { recursive: true, force: true });
    earlier = await picture();
    for (const namespace of namespaces) await typed(`netns add ${namespace}`);
    for (const [name, namespace] of bridges) await typed(`link add name ${name} type bridge`, namespace);
  });

  afterEach(async () => {
    for (const namespace of await namespaceNames()) {
      if (namespace.startsWith("it-") && !namespaces.includes(namespace))
        await typed(`netns del ${namespace}`);
    }
    for (const namespace of [undefined, ...namespaces]) {
      await deleteLinks(
        namespace,
        bridges.map(([name]) => name),
      );
    }
    await rm(RECORDS, { recursive: true, force: true });
  });

  after(async () => {
    // Refused before anything was created.
    if (earlier === undefined) return;
    for (const [name, namespace] of bridges) await typed(`link del dev ${name}`, namespace);
    for (const namespace of namespaces) await typed(`netns del ${namespace}`);
    expect(await picture()).to.deep.equal(earlier);
  });
}

/** The folder of the provider's records. */
const RECORDS = "/run/pulumi-netns";

/** The recorded objects, as `KIND ID`. */
export const recorded = async (): Promise<string[]> =>
  (await localHost.records.list()).map(({ kind, id }) => `${kind} ${id}`).sort();

async function deleteLinks(namespace: string | undefined, kept: readonly string[]): Promise<void> {
  for (const name of await linkNames(namespace)) {
    // The deletion before may have deleted it.
    if (name.startsWith("it-") && !kept.includes(name))
      await typed(`link del dev ${name}`, namespace).catch(() => {});
  }
}

interface Picture {
  readonly links: string;
  readonly namespaces: string;
  readonly hasRecords: boolean;
}

async function picture(): Promise<Picture> {
  const [links = "", namespaces = ""] = await Promise.all(
    ["link show", "netns list"].map((line) => typed(`-j ${line}`)),
  );
  return { links, namespaces, hasRecords: existsSync(RECORDS) };
}

export function refuseOutsideSandbox(): void {
  // In a sandbox without a user namespace, only the variable shows it.
  const isWholeMachine = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync("/proc/self/uid_map", "utf8"));
  if (isWholeMachine && process.env["PULUMI_NETNS_SANDBOX"] === undefined) {
    throw new Error(
      "this would change the network of this machine: run it by `npm test`, which enters a sandbox",
    );
  }
}

/** Skips a test that cannot run here; the reporter prints the reason. */
export function skip(context: Mocha.Context, reason: string): never {
  Object.assign(context.test ?? {}, { skipReason: reason });
  return context.skip();
}

/** Runs `ip LINE` in `namespace` (`undefined`: the host's own). */
export const typed = (line: string, namespace?: string): Promise<string> =>
  localHost.run(ip(namespace, ...line.split(" ")));

const Links = z.array(
  z.looseObject({
    ifname: z.string(),
    ifindex: z.number(),
    ifalias: z.string().optional(),
    address: z.string().optional(),
    mtu: z.number(),
    flags: z.array(z.string()),
    master: z.string().optional(),
  }),
);

/** A link in the output of `ip -j -d link`, or `undefined` if there is none. */
export async function link(name: string, namespace?: string) {
  return (await links(namespace)).find(({ ifname }) => ifname === name);
}

const links = async (namespace?: string) =>
  Links.parse(JSON.parse(await typed("-j -d link show", namespace)));

/** Everything in the output of `ip -j link` about a link, without timers, to compare. */
export const wholeLink = (name: string, namespace?: string): Promise<string> =>
  typed(`-j link show dev ${name}`, namespace);

/** The names of all links. */
export const linkNames = async (namespace?: string): Promise<string[]> =>
  (await links(namespace)).map(({ ifname }) => ifname);

/** The names of all namespaces. */
export const namespaceNames = async (): Promise<string[]> =>
  z
    .array(z.object({ name: z.string() }))
    .parse(JSON.parse((await typed("-j netns list")) || "[]"))
    .map(({ name }) => name);

/** This host with one command at a time, and with some methods replaced. */
export function hereWith<H extends Partial<Host>>(other: H): Host & H {
  const { runAll: _, ...rest } = localHost;
  return { ...rest, ...other };
}

/** A host that records its commands and fails at given ones, always or for a number of times. */
export class WatchedHost implements Host {
  readonly ran: string[] = [];
  readonly id = localHost.id;
  readonly facts = localHost.facts;
  readonly wait = localHost.wait;
  readonly records = localHost.records;

  constructor(
    private readonly failing?: { readonly at: RegExp; readonly reason: Reason },
    private times = Number.POSITIVE_INFINITY,
  ) {}

  async run(command: Command): Promise<string> {
    const text = printCommand(command);
    this.ran.push(text);
    if (this.failing?.at.test(text) && this.times-- > 0)
      throw new CommandError(this.failing.reason, command, "as the test wants it");
    return localHost.run(command);
  }

  /** The changing commands. */
  get changes(): string[] {
    return this.ran.filter((text) => !isLook(text));
  }
}

const isLook = (text: string): boolean =>
  / (show|list-id|pids) ?|^(stat|cat) |sysctl (--ignore|-n) |^ps |^firewall-cmd .*--(info|list|get)-|^ovs-vsctl .*--format=json |^ip6?tables\S* .*-S$/.test(
    text,
  );

/** The kernel of a provider that is killed after some changes, including those of records. Nothing runs after that, not even an undo. */
export const crashing = (changes: number): Host =>
  new CrashingHost(localHost, changes, (command) => isLook(printCommand(command)));

/** One resource on the real kernel, operated as the engine does it. */
export class Living {
  private constructor(
    private readonly definition: Definition,
    /** Identifies the resource: another URN means another mark. */
    public name: string,
    public args: Args,
    public state: Args,
    public id: string,
  ) {}

  /** check, create */
  static async create(
    definition: Definition,
    given: Args,
    name = "it",
    host: Host = localHost,
  ): Promise<Living> {
    const args = checked(definition, given, name);
    const { id, state } = await engine.create(definition, host, args);
    return new Living(definition, name, args, state, id);
  }

  /** check, diff, and the resulting operation: update, or delete and create. */
  async become(given: Args, host: Host = localHost): Promise<"nothing" | "update" | `replace ${string}`> {
    const args = checked(this.definition, given, this.name);
    const { changes, replaces } = engine.diff(this.definition, host, this.state, args);
    if (!changes) return "nothing";
    if (replaces.length === 0) {
      this.state = (await engine.update(this.definition, host, this.state, args)).state;
    } else {
      await engine.remove(this.definition, host, this.state);
      ({ id: this.id, state: this.state } = await engine.create(this.definition, host, args));
    }
    this.args = args;
    return replaces.length === 0 ? "update" : `replace ${replaces.join(", ")}`;
  }

  /** read: takes the kernel's values into the state. Returns the changed fields, or "gone" if the object does not exist. */
  async refresh(): Promise<string[]> {
    const seen = await engine.read(this.definition, localHost, this.state);
    if (!seen) return ["gone"];
    const { changed } = difference(this.definition, this.args, seen.inputs);
    expect(difference(this.definition, seen.state, seen.inputs).changed).to.deep.equal([]);
    this.state = seen.state;
    return [...changed];
  }

  /** delete */
  async remove(host: Host = localHost): Promise<void> {
    await engine.remove(this.definition, host, this.state);
  }
}

/** The error about a foreign object. */
export const foreign = (id: string, mark?: string): string =>
  `RefusedError: ${id} exists already and is not this resource's own${mark === undefined ? "" : ` (its mark is ${mark})`}: ` +
  "remove it by hand if nobody needs it, ask for another, or set `adopt: true` to take it over";

/** The error about another resource's object. */
export const belonging = (id: string, owner: string, stack = "project/stack"): string =>
  `RefusedError: ${id} exists already: it belongs to ${owner} of the stack ${stack}. ` +
  (stack === "project/stack"
    ? `Keep the resource by \`aliases: [{ name: ${owner.replace(/^\w+ /, "")} }]\`, or make two runs: first without it, then with it; ` +
      "`pulumi-netns gc` removes what no state has any more"
    : "Remove it there, or ask for another; `pulumi-netns gc` removes what is left of a stack that is no more");

/** The error about an object of another kind. */
export const refusedAsIncompatible = (id: string, what: string): string =>
  `RefusedError: ${id} exists already, but ${what}: remove it by hand if nobody needs it, or ask for another`;

/** The error of a failing promise: reason, command and output of a command's error, name and message of others. */
export async function failure(work: Promise<unknown>): Promise<string> {
  const error = await errorOf(work);
  if (!(error instanceof CommandError)) return `${error.name}: ${error.message}`;
  return `${error.reason}: ${printCommand(error.command)}: ${error.stderr.trim()}`;
}

export async function errorOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it did not fail");
}
