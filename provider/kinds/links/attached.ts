import type { Member } from "../../engine/definition";
import type { Answer } from "../../linux/command";
import { objectName } from "../../linux/marks/objectName";
import { keeping } from "../../linux/memo";
import { isCableEnd, type Link, masterOf, parseLinks } from "../../linux/read/link";

/** Links that lose something when another link goes. */

const answers = keeping<readonly Link[]>(10);

/** The links in an answer, which deletions at once share: see foreign.ts. */
export const linksIn = (answer: Answer): readonly Link[] =>
  answer === undefined ? [] : answers(answer, () => parseLinks(answer));

/** Devices that the kernel puts into every namespace once their module is loaded. */
const FALLBACK = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/;

/** Links that somebody has put into a namespace. */
export const linksMade = (links: readonly Link[]): readonly Link[] =>
  links.filter(({ ifname }) => ifname !== "lo" && !FALLBACK.test(ifname));

/** Links of the same namespace that lie on top of another, as a vlan or a macvlan does: the kernel deletes them with it. */
export const stackedOn = (links: readonly Link[], name: string): readonly Link[] =>
  links.filter((link) => link.link === name && !isCableEnd(link));

export const portsOf = (links: readonly Link[], bridge: string): readonly Link[] =>
  links.filter((link) => masterOf(link) === bridge);

export const memberOf = (namespace: string | undefined, { ifname, ifalias }: Link): Member => ({
  object: objectName("link", namespace, ifname),
  mark: ifalias,
});
