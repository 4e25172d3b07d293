import { type Command, printCommand } from "../linux/command";
import type { Family } from "../linux/ip";
import { attempt, NOT_RUN, type Outcome, type Plan } from "../linux/plan";
import { fixOf } from "./drift";
import type { Fault } from "./fault";
import { type Network, ownAddresses, type Place } from "./network/network";
import { type Facts, lookCloser, type TableRoute, type Way } from "./network/placeDetails";
import type { Owner, Owners } from "./owners";
import type { Packet, Passage } from "./packet";

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
  /** Of a way beside the one that was followed first: `via 10.0.1.2 by s1 in r`. */
  readonly way?: string | undefined;
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

/** A place where a route has several ways, and the one that this journey takes. */
export interface Fork {
  readonly place: Place;
  readonly direction: "there" | "back";
  readonly ways: readonly Way[];
  readonly taken: number;
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
    /** The address that the place asks with. */
    readonly asker: string | undefined;
    /** Why an answer is to come, in words that go on after "nobody answers". */
    readonly though: string;
    /** Whether another machine answers for the one that has the address. */
    readonly isByProxy: boolean;
  }[];
  /** What is wrong without losing every packet, the first of each cause. */
  readonly risks: Fault[];
  /** Rules whose effect could not be told. */
  readonly doubts: string[];
  /** Which way to take at the first forks; at others, that of the kernel. */
  readonly choices: readonly number[];
  readonly forks: Fork[];
  /** The routes that places have taken, by place and destination. */
  readonly routes: Map<string, TableRoute>;
  /** What the kernel has said, by the question. */
  readonly answers: Map<string, Outcome>;
}

export const newJourney = (network: Network, owners: Owners, family: Family): Journey => ({
  ...{ network, owners, family, facts: new Map(), routes: new Map(), answers: new Map() },
  ...beginning(),
});

/** The same question, by other ways: what is known of places is kept. */
export const otherWay = (journey: Journey, choices: readonly number[]): Journey => ({
  ...journey,
  ...beginning(),
  choices,
});

const beginning = () => ({
  direction: "there" as const,
  ...{ untracked: new Set<Place>(), steps: [], translations: [], visited: [], crossings: [] },
  ...{ risks: [], doubts: [], choices: [], forks: [] },
});

/** Asks what has not been asked before on any way. */
export function* askOnce(journey: Journey, commands: readonly Command[]): Plan<readonly Outcome[]> {
  const keys = commands.map(printCommand);
  const open = commands.filter((_, at) => !journey.answers.has(keys[at] ?? ""));
  const outcomes = yield* attempt(open);
  for (const [at, outcome] of outcomes.entries()) {
    const asked = open[at];
    if (asked) journey.answers.set(printCommand(asked), outcome);
  }
  return keys.map((key) => journey.answers.get(key) ?? NOT_RUN);
}

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
  fault: Pick<Fault, "cause" | "reason" | "fix"> & Partial<Pick<Fault, "code" | "owner" | "effect">>,
): Fault {
  const { direction } = journey;
  const whole = {
    ...{ effect: "all" as const, ...fault, ...fixOf(journey, place, fault) },
    ...{ direction, place: place.name },
  };
  const what = STEP_OF[fault.cause] ?? "delivery";
  journey.steps.push({
    place: place.name,
    direction,
    what,
    text: fault.reason,
    isOk: false,
    owner: whole.owner,
  });
  return whole;
}

const STEP_OF: Partial<Record<Fault["cause"], Step["what"]>> = {
  ...{
    "no-address": "address",
    "special-address": "address",
    netmask: "address",
    "duplicate-address": "address",
  },
  "duplicate-mac": "neighbour",
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
