import { isDeepStrictEqual } from "node:util";
import { ASK, type Command } from "../../command";
import { type Reply, Session } from "./ipBatch";
import { inodeOf } from "./namespaces";

/**
 * How long a session may serve, in milliseconds. `ip` remembers which name is which link, and others may change that; and
 * another run that deletes a namespace waits for those inside.
 */
const LIFE = 10_000;

/** How long all may wait for work of any: as long as there is some, it comes back to each namespace. */
const IDLE = 2000;

/** How many may be open at once; the one that has waited longest makes room. */
const MOST = 400;

/** Words that mean the same in a line of a batch as they do alone: no quotes, no comment, not empty. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Reads that print exactly one line of JSON. Not `link show`: it leaves `addr show` in the same batch blind for addresses
 * (iproute2 keeps the family in a static variable).
 */
const READ = /^(addr|route) show |^addr show$|^netns list-id$/;
const WRITE = /^(link|address|route|netns) (add|set|del|replace) /;

/** A name among numbers: `ip` takes the number before for what it has remembered of the name (rtnl_rtprot_a2n). */
const NAMED_PROTOCOL = / proto [a-z]/;

/**
 * What the kernel says of a link that is gone, where `ip` has remembered its index: the name may mean another link by now.
 * As a master such a link is an invalid argument. A name that is nobody's, `ip` complains about by itself, of a link and
 * its master about the one that it has not remembered; an index in the place of a name (`if7`) is never remembered.
 */
const STALE = /No such device|Device not found|Invalid argument|Cannot find device/;
const BY_INDEX = / dev if\d+$/;

/** Names a namespace that `ip` then keeps open, and so alive, until it ends. */
const HOLD = / netns (\S+)/g;

/** A command as a session runs it: what `ip` is started with, and the line of the batch. */
export interface Line {
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
  if (NAMED_PROTOCOL.test(text)) return undefined;
  const isRead = READ.test(text);
  const options = [...given.filter((option) => option === "-6"), ...ASK];
  // What shapes output means nothing to a change, which so shares the session of the reads around it.
  const wanted = isRead ? options : options.filter((option) => option === "-6");
  if (!isDeepStrictEqual(given, wanted)) return undefined;
  return isRead || WRITE.test(text) ? { namespace, options, text, isRead } : undefined;
}

interface Open {
  /** Which namespace it is in: another one may have got the name since. */
  readonly inode: number;
  readonly session: Session;
  /** The namespaces that it keeps alive. */
  readonly holds: Set<string>;
  /** Ends it once it has replied to everything. */
  readonly life: NodeJS.Timeout;
}

/** The sessions of a host, one for each namespace and family. They start when needed, and end by themselves. */
export class Sessions {
  /** The one that has waited longest comes first. */
  private readonly open = new Map<string, Open>();
  private idle: NodeJS.Timeout | undefined;

  /** Runs a line, which may take `timeout` milliseconds. */
  async run(line: Line, timeout: number): Promise<Reply> {
    for (let isRepeated = false; ; ) {
      const key = JSON.stringify([line.namespace, ...line.options]);
      const inode = inodeOf(line.namespace);
      // What `ip` would say, and end: whatever is made is looked for first.
      if (inode === undefined) {
        const stderr = `Cannot open network namespace "${line.namespace}": No such file or directory`;
        return { isOk: false, stdout: "", stderr };
      }
      const one = this.sessionFor(key, line, inode);
      const { isNew } = one.session;
      for (const [, held = ""] of line.text.matchAll(HOLD)) one.holds.add(held);
      const reply = await one.session.run(line.text, line.isRead, timeout).catch((error: unknown) => {
        this.drop(key, one);
        throw error;
      });
      const isStale: boolean =
        reply !== undefined && !isNew && !isRepeated && !BY_INDEX.test(line.text) && STALE.test(reply.stderr);
      if (reply && !isStale) {
        this.letWait(key, one);
        return reply;
      }
      // Nothing has come of it: the same once more, by one that remembers nothing.
      isRepeated ||= isStale;
      this.drop(key, one);
    }
  }

  /** Ends what keeps a namespace alive, and waits until it is gone. */
  async leave(namespace: string): Promise<void> {
    const holders = [...this.open].filter(([, { holds }]) => holds.has(namespace));
    for (const [key, one] of holders) this.drop(key, one);
    await Promise.all(holders.map(([, { session }]) => session.ended));
  }

  private sessionFor(key: string, { namespace, options }: Line, inode: number): Open {
    const found = this.open.get(key);
    if (found?.inode === inode) return found;
    if (found) this.drop(key, found);
    const [oldest] = this.open;
    if (this.open.size >= MOST && oldest) this.drop(...oldest);
    const where = namespace === undefined ? [] : ["-n", namespace];
    const one: Open = {
      ...{ inode, holds: new Set(namespace === undefined ? [] : [namespace]) },
      session: new Session([...where, ...options]),
      life: setTimeout(() => this.drop(key, one), LIFE),
    };
    this.open.set(key, one);
    return one;
  }

  private letWait(key: string, one: Open): void {
    if (!one.session.isIdle || this.open.get(key) !== one) return;
    this.open.delete(key);
    this.open.set(key, one);
    if (this.idle) this.idle.refresh();
    else this.idle = setTimeout(() => this.rest(), IDLE);
  }

  /** Ends all that have nothing to do; what still has will wait in its turn. */
  private rest(): void {
    this.idle = undefined;
    for (const [key, one] of this.open) if (one.session.isIdle) this.drop(key, one);
  }

  private drop(key: string, one: Open): void {
    clearTimeout(one.life);
    if (this.open.get(key) === one) this.open.delete(key);
    one.session.close();
  }
}
