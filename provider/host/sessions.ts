import { statSync } from "node:fs";
import type { Command } from "../command";
import { type Reply, Session } from "./session";

/**
 * How long a session may serve, and wait for work, in milliseconds. `ip` remembers which name is which link, and others
 * may change that.
 */
const LIFE = 3000;
const IDLE = 1000;

/** How many may be open at once; the one that has waited longest makes room. */
const MOST = 400;

/** Words that mean the same in a line of a batch as they do alone: no quotes, no comment, not empty. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** Reads that print exactly one line of JSON. */
const READ = /^(link|addr|route) show |^link show$|^netns list-id$/;
const WRITE = /^(link|address|route|netns) (add|set|del|replace) /;

/** A name among numbers: `ip` takes the number before for what it has remembered of the name (rtnl_rtprot_a2n). */
const NAMED_PROTOCOL = / proto [a-z]/;

/** After it, names may mean other links, in other namespaces as well. */
const DELETION = /^(link|netns) del /;

/** A command as a session runs it: what `ip` is started with, and the line of the batch. */
export interface Line {
  /**
   * What it is about: `link`, `addr`, `route` or `netns`. Each has sessions of its own, as `ip link` leaves `ip addr` in
   * the same batch blind for addresses (iproute2 keeps the family in a static variable).
   */
  readonly object: string;
  readonly namespace: string | undefined;
  readonly options: readonly string[];
  readonly text: string;
  readonly isRead: boolean;
}

/** How a session would run `command`; `undefined` where only a process of its own can. */
export function lineOf({ tool, args, namespace, input }: Command): Line | undefined {
  if (tool !== "ip" || input !== undefined || !args.every((word) => PLAIN.test(word))) return undefined;
  const first = args.findIndex((word) => !word.startsWith("-"));
  const [given, text] = [args.slice(0, first), args.slice(first).join(" ")];
  const family = given.filter((option) => option === "-4" || option === "-6");
  if (NAMED_PROTOCOL.test(text)) return undefined;
  const isRead = READ.test(text);
  const object = (args[first] ?? "").replace("address", "addr");
  if (isRead && given.includes("-j")) return { object, namespace, options: given, text, isRead };
  // What shapes output means nothing to a change, which so shares the session of the reads around it.
  const options = [...family, ...(family.length > 0 ? ["-N"] : []), "-j", "-d"];
  return WRITE.test(text) ? { object, namespace, options, text, isRead: false } : undefined;
}

interface Open {
  readonly namespace: string | undefined;
  /** Which namespace it is in: another one may have got the name since. */
  readonly inode: number | undefined;
  readonly session: Session;
  readonly born: number;
  idle?: NodeJS.Timeout;
}

/** The sessions of a host, one for each namespace, object and set of options. They start when needed, and end by themselves. */
export class Sessions {
  /** The one that has waited longest comes first. */
  private readonly open = new Map<string, Open>();

  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly timeout: () => number,
  ) {}

  async run(line: Line): Promise<Reply> {
    for (;;) {
      const key = JSON.stringify([line.object, line.namespace, ...line.options]);
      const { namespace } = line;
      // What `ip` would say, and end: whatever is made is looked for first.
      if (namespace !== undefined && inodeOf(namespace) === undefined) {
        const stderr = `Cannot open network namespace "${namespace}": No such file or directory`;
        return { isOk: false, stdout: "", stderr };
      }
      const one = this.sessionFor(key, line);
      const reply = await one.session.run(line.text, line.isRead).catch((error: unknown) => {
        this.drop(key, one);
        throw error;
      });
      if (DELETION.test(line.text)) this.dropAll();
      else if (reply) this.letWait(key, one);
      else this.drop(key, one);
      if (reply) return reply;
    }
  }

  /** Ends what is open in a namespace, as it keeps it alive, and waits until it is gone. */
  async leave(namespace: string): Promise<void> {
    const inside = [...this.open].filter(([, one]) => one.namespace === namespace);
    for (const [key, one] of inside) this.drop(key, one);
    await Promise.all(inside.map(([, { session }]) => session.ended));
  }

  private sessionFor(key: string, { object, namespace, options }: Line): Open {
    const found = this.open.get(key);
    const inode = namespace === undefined ? undefined : inodeOf(namespace);
    if (found && found.inode === inode && Date.now() - found.born < LIFE) {
      clearTimeout(found.idle);
      return found;
    }
    if (found) this.drop(key, found);
    const [oldest] = this.open;
    if (this.open.size >= MOST && oldest) this.drop(...oldest);
    const fence = `${object === "link" ? "link" : "addr"} show dev lo`;
    const where = namespace === undefined ? [] : ["-n", namespace];
    const one = {
      ...{ namespace, inode },
      session: new Session([...where, ...options], fence, this.env, this.timeout()),
      born: Date.now(),
    };
    this.open.set(key, one);
    return one;
  }

  private letWait(key: string, one: Open): void {
    if (!one.session.isIdle || this.open.get(key) !== one) return;
    this.open.delete(key);
    this.open.set(key, one);
    clearTimeout(one.idle);
    one.idle = setTimeout(() => this.drop(key, one), IDLE).unref();
  }

  private drop(key: string, one: Open): void {
    clearTimeout(one.idle);
    if (this.open.get(key) === one) this.open.delete(key);
    one.session.close();
  }

  private dropAll(): void {
    for (const [key, one] of [...this.open]) this.drop(key, one);
  }
}

const inodeOf = (namespace: string): number | undefined =>
  statSync(`/run/netns/${namespace}`, { throwIfNoEntry: false })?.ino;
