import type { Member } from "../../engine/definition";
import type { Answer } from "../../linux/command";
import { objectName } from "../../linux/marks/objectName";
import { ownerOf } from "../../linux/marks/owner";
import { keeping } from "../../linux/memo";
import { isCableEnd, type Link, masterOf, parseLinks } from "../../linux/read/link";

/** Links that depend on another link. */

const answers = keeping<readonly Link[]>(10);

/** Returns the links in an answer, which concurrent deletions share: see foreign.ts. */
export const linksIn = (answer: Answer): readonly Link[] =>
  answer === undefined ? [] : answers(answer, () => parseLinks(answer));

/** Devices that the kernel creates in every namespace once their module is loaded. */
const FALLBACK = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/;

/** Returns the links that somebody has created in a namespace. */
export const linksMade = (links: readonly Link[]): readonly Link[] =>
  links.filter(({ ifname }) => ifname !== "lo" && !FALLBACK.test(ifname));

/**
 * Returns the links on top of another one in the same namespace, such as a vlan or a macvlan. The kernel deletes them
 * with it.
 */
export const stackedOn = (links: readonly Link[], name: string): readonly Link[] =>
  links.filter((link) => link.link === name && !isCableEnd(link));

export const portsOf = (links: readonly Link[], bridge: string): readonly Link[] =>
  links.filter((link) => masterOf(link) === bridge);

export const memberOf = (namespace: string | undefined, { ifname, ifalias }: Link): Member => ({
  object: objectName("link", namespace, ifname),
  owner: ownerOf(ifalias),
});
