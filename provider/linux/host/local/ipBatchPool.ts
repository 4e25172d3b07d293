import { isStale, type Line } from "../ipLine";
import { type Reply, Session } from "./ipBatch";
import { inodeOf } from "./namespaces";

/**
 * The lifetime of a session in milliseconds. `ip` caches link names, which others may change, and another run that deletes a
 * namespace waits for the sessions inside.
 */
const LIFE = 10_000;

/** The idle time after which all sessions end. While there is any work, it returns to each namespace. */
const IDLE = 2000;

/** The maximum number of open sessions. The session that has been idle longest makes room. */
const MOST = 400;

/** Names a namespace that `ip` keeps open, and therefore alive, until it ends. */
const HOLD = / netns (\S+)/g;

interface Open {
  /** Identifies the namespace, because another one may have taken the name. */
  readonly inode: number;
  readonly session: Session;
  /** The namespaces that the session keeps alive. */
  readonly holds: Set<string>;
  /** Ends the session after all replies. */
  readonly life: NodeJS.Timeout;
}

/** The sessions of a host, one for each namespace and family. They start on demand and end on their own. */
export class Sessions {
  /** Ordered by last use, the longest idle session first. */
  private readonly open = new Map<string, Open>();
  private idle: NodeJS.Timeout | undefined;

  /** Runs a line with a timeout in milliseconds. */
  async run(line: Line, timeout: number): Promise<Reply> {
    for (let isRepeated = false; ; ) {
      const key = JSON.stringify([line.namespace, ...line.options]);
      const inode = inodeOf(line.namespace);
      // `ip` would print an error and exit, so the namespace is looked up first.
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
      const mayRetry: boolean = reply !== undefined && !isNew && !isRepeated && isStale(line, reply.stderr);
      if (reply && !mayRetry) {
        this.letWait(key, one);
        return reply;
      }
      // Nothing was changed, so a new session without a cache can retry.
      isRepeated ||= mayRetry;
      this.drop(key, one);
    }
  }

  /** Ends the sessions that keep a namespace alive, and waits until they are gone. */
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

  /** Ends all idle sessions. Busy ones end later. */
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
