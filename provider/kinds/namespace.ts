import { z } from "zod";
import type { Definition, Observed } from "../engine/definition";
import { namespaceName } from "../fields/common";
import { isNamespaced, repeatedKeys, sysctlKey, sysctlValue } from "../fields/sysctl";
import { type Command, command, ip, showLink, showLinks } from "../linux/command";
import { RefusedError } from "../linux/errors";
import { isMarkOf, parseMark } from "../linux/marks/mark";
import { namespaceClaim, objectName } from "../linux/marks/objectName";
import { type Plan, wait } from "../linux/plan";
import { isUp, parseLink, parseLinks } from "../linux/read/link";
import { readSysctls, valuesOf, writeSysctls } from "../linux/sysctl";
import { circleOf, parameterOf } from "../linux/sysctlRelations";
import { birthGroup, isMarked } from "./links/identity";
import { type Inside, inside, untilGone } from "./links/inside";
import {
  claimedIn,
  originOf,
  readSides,
  restoreSides,
  seenSides,
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
  /** Where its name is kept: `/run/netns/NAME`. */
  path: string;
  /** Its identity: the inode of the namespace, as `/proc/PID/ns/net` shows it. */
  inode: number;
}

interface Reading extends Observed<Args, Outputs> {
  /** What changes of its parameters change besides, by paths. */
  readonly sides?: Values;
  /** That of its loopback link. */
  readonly group?: string | undefined;
}

/**
 * A network namespace with a name, as `ip netns add` makes it. Its mark is the alias of its loopback link, and so is
 * the group of that, which is left alone by what writes aliases.
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
  marksAfterCreate: true,
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
    // A file in /run/netns proves nothing: this enters it.
    showLink(name, "lo"),
    ...(Object.keys(sysctls).length > 0 ? [readSysctls(name, Object.keys(sysctls))] : []),
    ...readSides(name, Object.keys(sysctls)),
  ],

  parse([inode, loopback, values, ...others], { name, sysctls }): Reading | undefined {
    const lo = parseLink(loopback);
    if (inode === undefined) return undefined;
    const outputs = { path: pathOf(name), inode: Number(inode) };
    if (!lo) return { args: {}, outputs };
    return {
      args: { loopback: isUp(lo), ...(sysctls && { sysctls: valuesOf(values, Object.keys(sysctls)) }) },
      outputs,
      mark: lo.ifalias,
      group: lo.group,
      ...seenSides(others, Object.keys(sysctls ?? {})),
    };
  },

  create: (args) => creation(args),

  update(observed: Reading, args) {
    const { name, mark, sysctls = {}, loopback } = args;
    if (isStale(observed)) return [command("unlink", undefined, [pathOf(name)]), ...creation(args)];
    const words = [
      ...(observed.mark === mark ? [] : ["alias", mark]),
      ...groupWords(observed, mark),
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

  // A file that has become a namespace since cannot be unlinked: somebody else was making one.
  *preflight(commands) {
    if (commands.some(({ tool }) => tool === "unlink")) yield wait(STALE_MS);
  },

  isOurs: (observed: Reading, { mark }) => isOwn(observed, mark),
  mayAdopt: (observed: Reading, { mark }) => isStale(observed) || isOwn(observed, mark),
  marking: ({ name, mark }) => [ip(name, "link", "set", "dev", "lo", "alias", mark)],

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

const isOwn = ({ mark: alias, group }: Reading, mark: string): boolean => isMarked({ alias, group }, mark);

/** The words that give `lo` the group of its mark, or none without a mark; a group that somebody else gave it stays. */
function groupWords({ mark: was = "", group }: Reading, mark: string): string[] {
  const wanted = parseMark(mark) ? birthGroup(mark) : NO_GROUP;
  const isFree = group === NO_GROUP || group === birthGroup(was);
  return isFree && group !== wanted ? ["group", wanted] : [];
}

/** The group of a link that nobody gave one, as `ip -N` tells it. */
const NO_GROUP = "0";

/** A plain file in /run/netns, left by a reboot or an interrupted `ip netns add`: a name, but no namespace. */
const isStale = (observed: Observed<Args, Outputs>): boolean => observed.args.loopback === undefined;

/** For longer than that nobody takes from making the file to mounting a namespace on it. */
const STALE_MS = 500;

const creation = ({ name, mark, sysctls = {}, loopback }: Args): Command[] => [
  ip(undefined, "netns", "add", name),
  ip(name, "link", "set", "dev", "lo", "alias", mark, "group", birthGroup(mark), ...(loopback ? ["up"] : [])),
  ...writeSysctls(name, sysctls),
];

/** How long processes may take to end. */
const POLL_MS = 20;
const STAY_POLLS = 10;
const TERM_POLLS = 100;
const KILL_POLLS = 100;

/** How often another run's `ip` is found inside once more: for longer than LIFE in provider/linux/host/local/ipBatchPool.ts. */
const SESSION_ROUNDS = 60;

/** `ip` that is kept open, as its /proc/PID/cmdline tells. */
const SESSION = /^ip\0-n\0.*\0-batch\0-\0$/;

/**
 * `ip netns del` removes the name only: processes would keep the namespace alive, unreachable. And the far ends of its
 * cables go 17-43 ms after it has returned, in which their names are still taken.
 */
function* removal(args: Args, content?: Inside): Plan {
  const { name } = args;
  // Before anything else, as to look inside again would take a process again.
  const { farEnds } = content ?? (yield* inside(name));
  yield* vacate(args);
  yield [ip(undefined, "netns", "del", name)];
  yield* untilGone(farEnds);
}

/** Ends the processes inside, or refuses when there are any that nobody allowed to end. */
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
 * The processes that are inside for longer than a tool needs for a look. The deletion of the namespace at the other end
 * of a cable looks in here, to see whether its end is gone.
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

/** Whether there are any, and all are another run's `ip`, which goes when that has no more work here. */
function* areSessions(pids: readonly string[]): Plan<boolean> {
  if (pids.length === 0) return false;
  const running = yield pids.map((pid) => command("cat", undefined, [`/proc/${pid}/cmdline`]));
  return running.every((words) => words === undefined || SESSION.test(words));
}

const words = (text = ""): string[] => text.split(/\s+/).filter((word) => word !== "");
