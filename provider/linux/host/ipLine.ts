import { isDeepStrictEqual } from "node:util";
import { ASK, type Command } from "../command";

/** Words that are safe in a line of a batch: no quotes, no comment, not empty. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * Reads that print exactly one line of JSON. `link show` is excluded, because later `addr show` commands in the same batch
 * would miss addresses (iproute2 keeps the family in a static variable).
 */
const READ = /^(addr|route) show |^addr show$|^netns list-id$/;
const WRITE = /^(link|address|route|netns) (add|set|del|replace) /;

/** A named protocol after a number: `ip` mistakes the number for its cached value of the name (rtnl_rtprot_a2n). */
const NAMED_PROTOCOL = / proto [a-z]/;

/**
 * Errors for a link that is gone while `ip` has its index cached; the name may belong to another link by now. A stale master
 * is an invalid argument. For an unknown name `ip` complains on its own, about the link or master that is not cached. An
 * index as a name (`if7`) is never cached.
 */
const STALE = /No such device|Device not found|Invalid argument|Cannot find device/;
const BY_INDEX = / dev if\d+$/;

/** Whether `ip` may have failed because of its cache. Nothing was changed then. */
export const isStale = ({ text }: Line, stderr: string): boolean =>
  !BY_INDEX.test(text) && STALE.test(stderr);

/**
 * A read that always prints one line, and the end of that line. It is empty for a family of which the loopback interface has
 * no address.
 */
export const FENCE = "addr show dev lo";
export const FENCE_END = /(?:\[\]|"ifname":"lo".*)$/m;

/** A command for `ip -batch`: the options that start `ip`, and the line of the batch. */
export interface Line {
  readonly namespace: string | undefined;
  readonly options: readonly string[];
  readonly text: string;
  readonly isRead: boolean;
}

/** Returns the batch form of `command`, or `undefined` if it needs a process of its own. */
export function lineOf({ tool, args, namespace, input }: Command): Line | undefined {
  if (tool !== "ip" || input !== undefined || !args.every((word) => PLAIN.test(word))) return undefined;
  const first = args.findIndex((word) => !word.startsWith("-"));
  const [given, text] = [args.slice(0, first), args.slice(first).join(" ")];
  if (NAMED_PROTOCOL.test(text)) return undefined;
  const isRead = READ.test(text);
  const options = [...given.filter((option) => option === "-6"), ...ASK];
  // Output options do not affect a change, so it shares the session of the surrounding reads.
  const wanted = isRead ? options : options.filter((option) => option === "-6");
  if (!isDeepStrictEqual(given, wanted)) return undefined;
  return isRead || WRITE.test(text) ? { namespace, options, text, isRead } : undefined;
}
