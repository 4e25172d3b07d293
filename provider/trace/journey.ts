import type { Family } from "../fields/common";
import { type Facts, lookCloser } from "./facts";
import type { Fault } from "./fault";
import { type Network, ownAddresses, type Place } from "./network";
import type { Owner, Owners } from "./owners";
import type { Packet, Passage } from "./packet";
import type { Plan } from "./plan";

/** One thing that was looked at on the way. */
export interface Step {
  /** `undefined` is the host. */
  readonly place: string | undefined;
  readonly direction: "there" | "back";
  readonly what: "address" | "route" | "neighbour" | "link" | "rules" | "nat" | "delivery" | "probe";
  /** In words that go on after the place's name. */
  readonly text: string;
  readonly isOk: boolean;
  /** The resource that made what was looked at. */
  readonly owner?: Owner | undefined;
}

/** What a rule has made of a packet at a place; answers are translated back there. */
interface Translation {
  readonly place: Place;
  readonly before: Packet;
  readonly after: Packet;
  /** The rule, and whose it is, in words. */
  readonly by: string;
  readonly owner?: Owner | undefined;
}

/** What is known, and what is found on the way. */
export interface Journey {
  readonly network: Network;
  readonly owners: Owners;
  readonly family: Family;
  direction: "there" | "back";
  readonly facts: Map<Place, Facts>;
  readonly steps: Step[];
  readonly translations: Translation[];
  /** Places that keep connection tracking away from the packet that is answered. */
  readonly untracked: Set<Place>;
  /** Places that packets go by, in their order, for either direction. */
  readonly visited: { readonly place: Place; readonly direction: "there" | "back" }[];
  /** Neighbours that have to be found by ARP. */
  readonly crossings: {
    readonly place: Place;
    readonly link: string;
    readonly nexthop: string;
    readonly direction: "there" | "back";
  }[];
  /** What is wrong without losing every packet, the first of each cause. */
  readonly risks: Fault[];
  /** Rules whose effect could not be told. */
  readonly doubts: string[];
}

export const newJourney = (network: Network, owners: Owners, family: Family): Journey => ({
  ...{ network, owners, family, direction: "there" as const },
  ...{
    facts: new Map(),
    untracked: new Set(),
    steps: [],
    translations: [],
    visited: [],
    crossings: [],
    risks: [],
    doubts: [],
  },
});

export function* factsOf(journey: Journey, place: Place): Plan<Facts> {
  const known = journey.facts.get(place);
  if (known) return known;
  const facts = yield* lookCloser(place, journey.family);
  journey.facts.set(place, facts);
  return facts;
}

export function note(journey: Journey, place: Place, what: Step["what"], text: string, owner?: Owner): void {
  journey.steps.push({ place: place.name, direction: journey.direction, what, text, isOk: true, owner });
}

/** A fault at a place, on the way that the journey is on; noted as a step as well. */
export function faultAt(
  journey: Journey,
  place: Place,
  fault: Pick<Fault, "cause" | "reason" | "mend"> & Partial<Pick<Fault, "code" | "owner" | "effect">>,
): Fault {
  const { direction } = journey;
  const whole = { effect: "all" as const, ...fault, direction, place: place.name };
  const what = STEP_OF[fault.cause] ?? "delivery";
  journey.steps.push({
    place: place.name,
    direction,
    what,
    text: fault.reason,
    isOk: false,
    owner: fault.owner,
  });
  return whole;
}

const STEP_OF: Partial<Record<Fault["cause"], Step["what"]>> = {
  ...{ "no-address": "address", netmask: "address", "duplicate-address": "address" },
  ...{ "no-route": "route", gateway: "route", "dead-route": "route", "rp-filter": "route", loop: "route" },
  "policy-rule": "route",
  ...{ "forwarding-off": "route", "no-masquerade": "nat", filter: "rules" },
  ...{
    "link-down": "link",
    "not-attached": "link",
    "port-blocked": "link",
    mtu: "link",
  },
  ...{ neighbour: "neighbour", nobody: "neighbour" },
};

/** Says of something that is no reason to stop. */
export function addRisk(journey: Journey, fault: Fault): void {
  if (!journey.risks.some(({ cause }) => cause === fault.cause)) journey.risks.push(fault);
}

export const passageOf = (place: Place, packet: Packet, links: Partial<Passage> = {}): Passage => ({
  packet,
  local: [...ownAddresses(place), "127.0.0.1", "::1"],
  ...links,
});
