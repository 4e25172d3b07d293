/**
 * The protocol number that marks our routes, rules and neighbours. rtnetlink(7), iproute2's rt_protos and FRR assign 110 to
 * nobody. `ip route show table all proto 110` lists the routes.
 */
export const PROTOCOL = 110;

/** The mark of an object that another program made. */
export const protocolMark = (protocol: number): string => `proto ${protocol}`;

/** Returns the protocol number for `mark`: ours, unless the mark stands for another program's number. */
export const protocolOf = (mark: string): string => /^proto (\d+)$/.exec(mark)?.[1] ?? String(PROTOCOL);
