import { z } from "zod";
import { claimOf, namespaceClaim } from "../claim";
import {
  type Command,
  command,
  ip,
  pause,
  type Steps,
  showLink,
  showLinks,
  showNamespaceIds,
} from "../command";
import type { Definition, Observed } from "../definition";
import { RefusedError } from "../errors";
import { namespaceName } from "../fields/common";
import { isNamespaced, readSysctls, sysctlKey, sysctlValue, valuesOf, writeSysctls } from "../fields/sysctl";
import { isMarkOf, MARK_PREFIX } from "../mark";
import { isUp, parseLink, parseLinks } from "../parse/link";
import { parseNamespaceIds } from "../parse/namespaceId";
import { sysctlPath } from "../parse/sysctl";

export const NamespaceArgs = z.object({
  /** Name of the namespace, as in `ip netns add`. Replaces. */
  name: namespaceName,
  /**
   * Kernel parameters inside, by key: `{ "net.ipv4.ip_forward": 1 }`. Only keys below `net`. A key taken out keeps its
   * value; use a `Sysctl` for one that is to be set back. Default: none. Updates in place.
   */
  sysctls: z
    .record(
      sysctlKey.refine(
        isNamespaced,
        "is not below `net`: it belongs to the whole host, not to a network namespace",
      ),
      sysctlValue,
    )
    .optional(),
  /** Bring the loopback interface up, so that the namespace can reach itself. Default: true. Updates in place. */
  loopback: z.boolean().default(true),
  /**
   * End the processes that run inside when the namespace is deleted: SIGTERM, then SIGKILL after two seconds. Without
   * it deletion is refused while there are any, as they would keep the namespace alive without a name. Default: false.
   * Updates in place.
   */
  killProcesses: z.boolean().default(false),
  /**
   * Take over a namespace of this name that something else made. Deletion sets it back to what it was, and leaves it.
   * Counts at creation; taken out later, the namespace becomes this resource's own. Default: false. Updates in place.
   */
  adopt: z.boolean().optional(),
});

type Args = z.output<typeof NamespaceArgs> & { mark: string };

interface Outputs {
  /** Where its name is kept: `/run/netns/NAME`. */
  path: string;
  /** Its identity: the inode of the namespace, as `/proc/PID/ns/net` shows it. */
  inode: number;
}

/** A network namespace with a name, as `ip netns add` makes it. Its mark is the alias of its loopback link. */
export const namespace: Definition<Args, Outputs> = {
  kind: "Namespace",
  schema: NamespaceArgs,
  identity: "name",
  onChange: {
    name: "replace",
    sysctls: "update",
    loopback: "update",
    killProcesses: "update",
    adopt: "update",
  },

  id: ({ name }) => name,
  home: () => undefined,
  encloses: ({ name }) => name,
  isMarkedLate: true,
  claims: ({ name, sysctls = {} }) => [
    ...namespaceClaim(name),
    ...Object.keys(sysctls).map((key) => claimOf("sysctl", name, sysctlPath(key))),
  ],

  probe: ({ name, sysctls = {} }) => [
    command("stat", undefined, ["--format=%i", pathOf(name)]),
    // A file in /run/netns proves nothing: this enters it.
    showLink(name, "lo"),
    ...(Object.keys(sysctls).length > 0 ? [readSysctls(name, Object.keys(sysctls))] : []),
  ],

  parse([inode, loopback, values], { name, sysctls }) {
    const lo = parseLink(loopback);
    if (inode === undefined) return undefined;
    const outputs = { path: pathOf(name), inode: Number(inode) };
    if (!lo) return { args: {}, outputs };
    return {
      args: { loopback: isUp(lo), ...(sysctls && { sysctls: valuesOf(values, Object.keys(sysctls)) }) },
      outputs,
      mark: lo.ifalias,
    };
  },

  create: (args) => creation(args),

  update(seen, args) {
    const { name, mark, sysctls = {}, loopback } = args;
    // A file that has become a namespace since cannot be unlinked: somebody else was making one.
    if (isStale(seen))
      return [pause(STALE_MS), command("unlink", undefined, [pathOf(name)]), ...creation(args)];
    const words = [
      ...(seen.mark === mark ? [] : ["alias", mark]),
      ...(seen.args.loopback === loopback ? [] : [loopback ? "up" : "down"]),
    ];
    const different = Object.entries(sysctls).filter(([key, value]) => seen.args.sysctls?.[key] !== value);
    return [
      ...(words.length > 0 ? [ip(name, "link", "set", "dev", "lo", ...words)] : []),
      ...writeSysctls(name, Object.fromEntries(different)),
    ];
  },

  remove: (_, args) => removal(args),

  mayTakeOver: (seen, { mark }) => isStale(seen) || seen.mark === mark,

  survey: (name) => ({
    commands: [showLinks(name)],
    find: ([links]) =>
      parseLinks(links ?? "").flatMap(({ ifname, ifalias }) =>
        ifname === "lo" && isMarkOf("Namespace", ifalias) ? { name, mark: ifalias } : [],
      ),
  }),
};

const pathOf = (name: string): string => `/run/netns/${name}`;

/** A plain file in /run/netns, left by a reboot or an interrupted `ip netns add`: a name, but no namespace. */
const isStale = (seen: Observed<Args, Outputs>): boolean => seen.args.loopback === undefined;

/** For longer than that nobody takes from making the file to mounting a namespace on it. */
const STALE_MS = 500;

const creation = ({ name, mark, sysctls = {}, loopback }: Args): Command[] => [
  ip(undefined, "netns", "add", name),
  ip(name, "link", "set", "dev", "lo", "alias", mark, ...(loopback ? ["up"] : [])),
  ...writeSysctls(name, sysctls),
];

/** How long processes may take to end. */
const POLL_MS = 20;
const STAY_POLLS = 10;
const TERM_POLLS = 100;
const KILL_POLLS = 100;

/** How often another run's `ip` is found inside once more: for longer than LIFE in provider/host/sessions.ts. */
const SESSION_ROUNDS = 60;

/** `ip` that is kept open, as its /proc/PID/cmdline tells. */
const SESSION = /^ip\0-n\0.*\0-batch\0-\0$/;

/**
 * How long far ends of cables may take to disappear, also where another run's `ip` still has the namespace open; each look
 * less is waited for by everybody who comes after.
 */
const FIRST_GONE_MS = 16;
const GONE_MS = 8;
const GONE_POLLS = 1500;

/**
 * `ip netns del` removes the name only: processes would keep the namespace alive, unreachable. And the far ends of its
 * cables go 17-43 ms after it has returned, in which their names are still taken.
 */
function* removal(args: Args): Steps {
  const { name } = args;
  // Before anything else, as to look inside again would take a process again.
  const [links] = yield [showLinks(name)];
  const ends = yield* farEnds(name, links);
  yield* vacate(args);
  yield [ip(undefined, "netns", "del", name)];
  yield* untilGone(ends);
}

/** Ends the processes inside, or refuses when there are any that nobody allowed to end. */
function* vacate({ name, killProcesses }: Args): Steps {
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
      yield [pause(POLL_MS)];
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
function* staying(inside: Command): Steps<string[]> {
  let [pids = []] = (yield [inside]).map(words);
  for (let poll = 0; poll < STAY_POLLS && pids.length > 0; poll++) {
    yield [pause(POLL_MS)];
    const [now = []] = (yield [inside]).map(words);
    pids = pids.filter((pid) => now.includes(pid));
  }
  return pids;
}

/** Whether there are any, and all are another run's `ip`, which goes when that has no more work here. */
function* areSessions(pids: readonly string[]): Steps<boolean> {
  if (pids.length === 0) return false;
  const running = yield pids.map((pid) => command("cat", undefined, [`/proc/${pid}/cmdline`]));
  return running.every((words) => words === undefined || SESSION.test(words));
}

/** The far end of a cable that leads out of a namespace. */
interface FarEnd {
  readonly namespace: string | undefined;
  readonly index: number;
  readonly mark: string;
}

/**
 * Where the far ends of cables are. Most often that is the host's own namespace, where it costs little to ask: to tell one
 * namespace from another by name, `ip` opens every single one.
 */
function* farEnds(name: string, links: string | undefined): Steps<FarEnd[]> {
  const ends = parseLinks(links ?? "").flatMap(
    ({ linkinfo, link_netnsid: id, link_index: index, ifalias: mark }) =>
      linkinfo?.info_kind === "veth" &&
      id !== undefined &&
      index !== undefined &&
      mark?.startsWith(MARK_PREFIX)
        ? [{ id, index, mark }]
        : [],
  );
  const seen = (yield ends.map(({ index }) => showIndex(undefined, index))).map(parseLink);
  const isHere = ends.map(({ mark }, at) => seen[at]?.ifalias === mark);
  const [ids] = isHere.includes(false) ? yield [showNamespaceIds(name)] : [];
  const names = parseNamespaceIds(ids);
  // One in a namespace without a name cannot be asked for; in the host's own there is nothing to wait for.
  return ends.map(({ id, ...end }, at) => ({ ...end, namespace: isHere[at] ? undefined : names.get(id) }));
}

/** By index, which `ip` takes for a name: the name may be another link's by now. */
const showIndex = (namespace: string | undefined, index: number): Command =>
  showLink(namespace, `if${index}`);

/** Waits until none of them is left; the deletion itself has succeeded by then, so it gives up quietly. */
function* untilGone(ends: readonly FarEnd[]): Steps {
  let left = ends;
  for (let poll = 0; poll < GONE_POLLS && left.length > 0; poll++) {
    yield [pause(poll === 0 ? FIRST_GONE_MS : GONE_MS)];
    const answers = yield left.map(({ namespace, index }) => showIndex(namespace, index));
    left = left.filter(({ mark }, at) => parseLink(answers[at])?.ifalias === mark);
  }
}

const words = (text = ""): string[] => text.split(/\s+/).filter((word) => word !== "");
