import type { Owner } from "./owner";

/**
 * The protocol number that marks our routes, rules and neighbours. rtnetlink(7), iproute2's rt_protos and FRR assign 110 to
 * nobody. `ip route show table all proto 110` lists the routes.
 */
export const PROTOCOL = 110;

/** Returns the protocol number for `owner`: that of another program, or ours. */
export const protocolFor = (owner: Owner): string =>
  String(owner.by === "program" ? owner.protocol : PROTOCOL);
