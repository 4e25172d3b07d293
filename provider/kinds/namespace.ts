import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Definition, Observed } from "../engine/definition";
import { markAfterCreation } from "../engine/strategies";
import { namespaceName } from "../fields/common";
import { isNamespaced, repeatedKeys, sysctlKey, sysctlValue } from "../fields/sysctl";
import { type Command, command, ip, showLink, showLinks } from "../linux/command";
import { RefusedError } from "../linux/errors";
import { isMarkOf } from "../linux/marks/mark";
import { namespaceClaim, objectName } from "../linux/marks/objectName";
import { byResource, NOBODY, type Owner, ownerOf, textOf } from "../linux/marks/owner";
import { type Plan, wait } from "../linux/plan";
import { isUp, parseLink, parseLinks } from "../linux/read/link";
import { readSysctls, valuesOf, writeSysctls } from "../linux/sysctl";
import { circleOf, parameterOf } from "../linux/sysctlRelations";
import { birthGroup, isMarked } from "./links/identity";
import { type Inside, inside, untilGone } from "./links/inside";
import {
  claimedIn,
  observedSides,
  originOf,
  readSides,
  restoreSides,
  settleSides,
  sidesBefore,
  sidesOf,
  type Values,
  valuesIn,
} from "./sysctlEffects";

export const NamespaceArgs = z.object({
  name: namespaceName,
  sysctls: z
    .record(
      sysctlKey.refine(
        isNamespaced,
        "is not below `net`: it belongs to the whole host, not to a network namespace",
      ),
      sysctlValue,
    )
    .optional(),
  loopback: z.boolean().default(true),
  killProcesses: z.boolean().default(false),
  deleteForeign: z.boolean().optional(),
  adopt: z.boolean().optional(),
});

type Args = z.output<typeof NamespaceArgs> & { mark: string };

interface Outputs {
  /** The file of its name: `/run/netns/NAME`. */
  path: string;
  /** The inode that identifies the namespace, as in `/proc/PID/ns/net`. */
  inode: number;
}

interface Reading extends Observed<Args, Outputs> {
  /** Values that change along with its parameters, by path. */
  readonly sides?: Values;
  /** The group of its loopback link. */
  readonly group: string | undefined;
}

/**
 * A named network namespace, as `ip netns add` creates it. The alias of its loopback link is its mark. So is the group
 * of that link, which programs that write aliases leave alone.
 */
export const namespace: Definition<Args, Outputs> = {
  kind: "Namespace",
  schema: NamespaceArgs,
  identity: "name",
  onChange: {
    name: "replace",
    sysctls: "update",
    loopback: "update",
    killProcesses: "update",
    deleteForeign: "update",
    adopt: "update",
  },

  id: ({ name }) => name,
  namespaceOf: () => undefined,
  ownsNamespace: ({ name }) => name,
  place: { name: "name" },
  objectNames: ({ name }) => namespaceClaim(name),
  settings: ({ name, sysctls = {} }) =>
    Object.keys(sysctls).map((key) => objectName("sysctl", name, parameterOf(key))),

  problems: ({ sysctls = {} }) =>
    repeatedKeys(Object.keys(sysctls)).map(({ key, first }) => ({
      property: `sysctls.${key}`,
      reason: `is the same parameter as ${first}: drop one of them`,
    })),

  probe: ({ name, sysctls = {} }) => [
    command("stat", undefined, ["--format=%i", pathOf(name)]),
    // A file in /run/netns proves nothing, so this command enters the namespace.
    showLink(name, "lo"),
    ...(Object.keys(sysctls).length > 0 ? [readSysctls(name, Object.keys(sysctls))] : []),
    ...readSides(name, Object.keys(sysctls)),
  ],

  parse([inode, loopback, values, ...others], { name, sysctls }): Reading | undefined {
    const lo = parseLink(loopback);
    if (inode === undefined) return undefined;
    const outputs = { path: pathOf(name), inode: Number(inode) };
    if (!lo) return { args: {}, outputs, owner: NOBODY, group: undefined };
    return {
      args: { loopback: isUp(lo), ...(sysctls && { sysctls: valuesOf(values, Object.keys(sysctls)) }) },
      outputs,
      owner: ownerOf(lo.ifalias),
      group: lo.group,
      ...observedSides(others, Object.keys(sysctls ?? {})),
    };
  },

  create: (args) => creation(args),

  update(observed: Reading, args, owner = byResource(args.mark)) {
    const { name, sysctls = {}, loopback } = args;
    const alias = textOf(owner);
    if (isStale(observed)) return [command("unlink", undefined, [pathOf(name)]), ...creation(args, alias)];
    const words = [
      ...(isDeepStrictEqual(observed.owner, owner) ? [] : ["alias", alias]),
      ...groupWords(observed, owner),
      ...(observed.args.loopback === loopback ? [] : [loopback ? "up" : "down"]),
    ];
    const different = Object.entries(sysctls).filter(
      ([key, value]) => observed.args.sysctls?.[key] !== value,
    );
    return [
      ...(words.length > 0 ? [ip(name, "link", "set", "dev", "lo", ...words)] : []),
      ...writeSysctls(name, Object.fromEntries(different)),
    ];
  },

  content: ({ name }) => inside(name),
  remove: (_, args, content?: Inside) => removal(args, content),

  // A file that has become a namespace meanwhile cannot be unlinked. Another program was creating it.
  *preflight(commands) {
    if (commands.some(({ tool }) => tool === "unlink")) yield wait(STALE_MS);
  },

  ownership: markAfterCreation({
    isOurs: (observed: Reading, { mark }) => isOwn(observed, mark),
    mayAdopt: (observed: Reading, { mark }) => isStale(observed) || isOwn(observed, mark),
    marking: ({ name, mark }) => [ip(name, "link", "set", "dev", "lo", "alias", mark)],
  }),

  effects: {
    fields: ["sysctls"],
    namespace: ({ name, sysctls = {}, adopt }) =>
      adopt || Object.keys(sysctls).some(circleOf) ? { name } : undefined,

    remember(
      former,
      { args: { sysctls: observed = {} }, sides = {} }: Reading,
      { sysctls: asked = {}, mark },
      records,
    ) {
      const claimed = claimedIn(records, mark);
      const known = valuesIn(former["sysctls"]);
      const paths = new Set(Object.keys(known).map(parameterOf));
      const added = Object.entries(observed)
        .filter(([key]) => !paths.has(parameterOf(key)))
        .map(([key, value]) => [key, originOf(parameterOf(key), value, claimed)]);
      const before = sidesBefore({ observed, asked, sides }, sidesOf(former), claimed);
      return {
        ...former,
        ...(added.length > 0 && { sysctls: { ...known, ...Object.fromEntries(added) } }),
        ...(before && { sides: before }),
      };
    },

    *settle(former, { name, sysctls = {}, mark }, records) {
      const sides = yield* settleSides(name, sysctls, sidesOf(former), claimedIn(records, mark));
      return sides ? { ...former, sides } : former;
    },

    *restore(former, { name, mark }, records) {
      const sysctls = valuesIn(former["sysctls"]);
      if (Object.keys(sysctls).length > 0)
        yield* restoreSides(name, sysctls, valuesIn(former["sides"]), claimedIn(records, mark));
    },
  },

  discover: (name) => ({
    commands: [showLinks(name)],
    find: ([links]) =>
      parseLinks(links ?? "").flatMap(({ ifname, ifalias }) =>
        ifname === "lo" && isMarkOf("Namespace", ifalias) ? { name, mark: ifalias } : [],
      ),
  }),
};

const pathOf = (name: string): string => `/run/netns/${name}`;

const isOwn = (observed: Reading, mark: string): boolean => isMarked(observed, mark);

/**
 * Returns the words that set the group of `lo` to match its owner. A group that somebody else has set stays.
 */
function groupWords({ owner: was, group }: Reading, owner: Owner): string[] {
  const wanted = owner.by === "resource" ? birthGroup(owner.mark) : NO_GROUP;
  const isFree = group === NO_GROUP || group === birthGroup(textOf(was));
  return isFree && group !== wanted ? ["group", wanted] : [];
}

/** The default group, as `ip -N` prints it. */
const NO_GROUP = "0";

/** Whether only a plain file in /run/netns exists, left by a reboot or an interrupted `ip netns add`. */
const isStale = (observed: Observed<Args, Outputs>): boolean => observed.args.loopback === undefined;

/** Longer than any program takes from creating the file to mounting a namespace on it. */
const STALE_MS = 500;

const creation = ({ name, mark, sysctls = {}, loopback }: Args, alias = mark): Command[] => [
  ip(undefined, "netns", "add", name),
  ip(
    name,
    "link",
    "set",
    "dev",
    "lo",
    "alias",
    alias,
    "group",
    birthGroup(alias),
    ...(loopback ? ["up"] : []),
  ),
  ...writeSysctls(name, sysctls),
];

/** How long to wait for processes to end. */
const POLL_MS = 20;
const STAY_POLLS = 10;
const TERM_POLLS = 100;
const KILL_POLLS = 100;

/**
 * How often to look again while another run's `ip` is inside. The total exceeds LIFE in
 * provider/linux/host/local/ipBatchPool.ts.
 */
const SESSION_ROUNDS = 60;

/** The command line of an `ip` that is kept open, in /proc/PID/cmdline. */
const SESSION = /^ip\0-n\0.*\0-batch\0-\0$/;

/**
 * Ends the processes before the deletion, because `ip netns del` removes the name only and they would keep the
 * namespace alive. The far ends of its cables disappear 17-43 ms later, and until then their names are taken.
 */
function* removal(args: Args, content?: Inside): Plan {
  const { name } = args;
  // This look comes first, because a later one would start another process inside.
  const { farEnds } = content ?? (yield* inside(name));
  yield* vacate(args);
  yield [ip(undefined, "netns", "del", name)];
  yield* untilGone(farEnds);
}

/** Ends the processes inside. Refuses unless `killProcesses` is set. */
function* vacate({ name, killProcesses }: Args): Plan {
  const inside = command("ip", undefined, ["netns", "pids", name]);
  let pids = yield* staying(inside);
  for (let round = 0; round < SESSION_ROUNDS && (yield* areSessions(pids)); round++)
    pids = yield* staying(inside);
  if (pids.length === 0) return;
  if (!killProcesses) {
    const [running] = yield [command("ps", undefined, ["-o", "pid=,args=", "-p", pids.join(",")])];
    throw new RefusedError(
      `namespace ${name} is in use by these processes:\n${running?.trimEnd()}\n` +
        "end them, or set `killProcesses: true` and run `pulumi up` first",
    );
  }
  for (const [signal, polls] of [
    ["TERM", TERM_POLLS],
    ["KILL", KILL_POLLS],
  ] as const) {
    yield [command("kill", undefined, [`-${signal}`, ...pids])];
    for (let poll = 0; poll < polls; poll++) {
      yield wait(POLL_MS);
      [pids = []] = (yield [inside]).map(words);
      if (pids.length === 0) return;
    }
  }
  throw new RefusedError(`namespace ${name}: processes ${pids.join(", ")} did not end after SIGKILL`);
}

/**
 * Returns the processes that stay longer than a tool needs for a look. A run that deletes the namespace at the other
 * end of a cable looks in here.
 */
function* staying(inside: Command): Plan<string[]> {
  let [pids = []] = (yield [inside]).map(words);
  for (let poll = 0; poll < STAY_POLLS && pids.length > 0; poll++) {
    yield wait(POLL_MS);
    const [now = []] = (yield [inside]).map(words);
    pids = pids.filter((pid) => now.includes(pid));
  }
  return pids;
}

/** Whether there are processes and all of them are another run's `ip`, which ends without more work here. */
function* areSessions(pids: readonly string[]): Plan<boolean> {
  if (pids.length === 0) return false;
  const running = yield pids.map((pid) => command("cat", undefined, [`/proc/${pid}/cmdline`]));
  return running.every((words) => words === undefined || SESSION.test(words));
}

const words = (text = ""): string[] => text.split(/\s+/).filter((word) => word !== "");
