/**
 * The protocol number that all our routes, rules and neighbours carry as their mark. rtnetlink(7), iproute2's rt_protos
 * and FRR give 110 to nobody. `ip route show table all proto 110` lists the routes.
 */
export const PROTOCOL = 110;

/** What stands for a mark on an object that something else made. */
export const protocolMark = (protocol: number): string => `proto ${protocol}`;

/** The number for an object that is to carry `mark`: ours, unless it stands for that of somebody else. */
export const protocolOf = (mark: string): string => /^proto (\d+)$/.exec(mark)?.[1] ?? String(PROTOCOL);
