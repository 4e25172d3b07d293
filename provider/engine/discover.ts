import { type Answer, ASK, type Command, ip, printCommand } from "../linux/command";
import { CommandError, isNotFound } from "../linux/errors";
import type { Host } from "../linux/host/host";
import type { BrokenRecord, OwnerRecord } from "../linux/host/records";
import { parseNamespaceNames } from "../linux/read/namespaceId";
import type { Args, Definition } from "./definition";
import { allKinds, definitionOf } from "./registry";
import { propertiesOf } from "./state";
import { upToDate } from "./upToDate";

/** An object that carries one of our marks, with the data needed to remove it. */
export interface Found {
  readonly definition: Definition;
  /** Part of its arguments, its mark, and its former state if it was adopted. */
  readonly state: Args;
}

export interface Findings {
  readonly found: readonly Found[];
  /** Messages about what could not be inspected. */
  readonly gaps: readonly string[];
  /** Unreadable records. */
  readonly broken: readonly BrokenRecord[];
}

/** Finds every object of ours on a host, by marks in the kernel and by records. */
export async function discover(host: Host): Promise<Findings> {
  const gaps = new Set<string>();
  const ask = remembering((asked) => answerOf(host, asked, gaps));
  const names = parseNamespaceNames(await ask(ip(undefined, ...ASK, "netns", "list")));
  const found: Found[] = [];
  // Sequential, because concurrent namespaces would each need a process or more.
  for (const namespace of [undefined, ...names]) found.push(...(await marked(namespace, ask)));
  const broken = await host.records.broken();
  return { found: merged([...(await recorded(host)), ...found]), gaps: [...gaps], broken };
}

/** Finds the marked objects in one network namespace, as far as it can be inspected. */
export const discoverIn = (host: Host, namespace: string): Promise<Found[]> =>
  marked(
    namespace,
    remembering((asked) => answerOf(host, asked, new Set())),
  );

async function marked(
  namespace: string | undefined,
  ask: (asked: Command) => Promise<Answer>,
): Promise<Found[]> {
  const lists = allKinds().map(async (definition) => {
    const kind = definition.discover?.(namespace);
    if (!kind) return [];
    const answers = await Promise.all(kind.commands.map(ask));
    return kind.find(answers).map((state) => ({ definition, state }));
  });
  return (await Promise.all(lists)).flat();
}

/** Lists the recorded objects. A record takes precedence because it alone holds the former state. */
export const recorded = async (host: Host): Promise<Found[]> => toFound(await host.records.list());

/** Lists the recorded objects of one network namespace (`undefined`: the host's own). */
export const recordedIn = async (host: Host, namespace: string | undefined): Promise<Found[]> =>
  toFound(await host.records.within(namespace));

/** Lists the resources and parts that have records, with their arguments and marks. */
export const knownOn = async (host: Host): Promise<{ definition: Definition; args: Args }[]> =>
  (await recorded(host)).map(({ definition, state }) => ({ definition, args: state }));

const toFound = (records: readonly OwnerRecord[]): Found[] =>
  records.flatMap(({ kind, mark, args, former }) => {
    const definition = definitionOf(kind);
    if (!definition) return [];
    return [
      {
        definition,
        state: upToDate(definition, propertiesOf({ args: { ...args, mark }, outputs: {}, former })),
      },
    ];
  });

/** Keeps one entry for each mark, because both ends of a cable, or rules in several chains, are one resource. */
const merged = (found: readonly Found[]): Found[] =>
  [...new Map([...found].reverse().map((one) => [one.state["mark"], one])).values()].reverse();

/** A missing tool has created nothing here, and a namespace may disappear during the inspection. */
async function answerOf(host: Host, asked: Command, gaps: Set<string>): Promise<Answer> {
  try {
    return await host.run(asked);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (!(error instanceof CommandError)) throw error;
    if (error.reason !== "ToolMissing") gaps.add(error.message);
    return undefined;
  }
}

/** Runs each distinct command only once. */
function remembering(run: (asked: Command) => Promise<Answer>): (asked: Command) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (asked) => {
    const key = printCommand(asked);
    const answer = answers.get(key) ?? run(asked);
    answers.set(key, answer);
    return answer;
  };
}
