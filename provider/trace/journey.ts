import { type Command, printCommand } from "../linux/command";
import type { Family } from "../linux/ip";
import { attempt, NOT_RUN, type Outcome, type Plan } from "../linux/plan";
import { fixOf } from "./drift";
import type { Fault } from "./fault";
import { type Network, ownAddresses, type Place } from "./network/network";
import { type Facts, lookCloser, type TableRoute, type Way } from "./network/placeDetails";
import type { Owner, Owners } from "./owners";
import type { Packet, Passage } from "./packet";

/** An observation on the path. */
export interface Step {
  /** `undefined` is the host. */
  readonly place: string | undefined;
  readonly direction: "there" | "back";
  readonly what: "address" | "route" | "neighbour" | "link" | "rules" | "nat" | "delivery" | "probe";
  /** The text follows the name of the place. */
  readonly text: string;
  readonly isOk: boolean;
  /** The resource that created the observed object. */
  readonly owner?: Owner | undefined;
  /** The alternative path on which it was seen: `via 10.0.1.2 by s1 in r`. Absent for the first path. */
  readonly way?: string | undefined;
}

/** A translation of a packet by a rule. Answers are translated back at the same place. */
interface Translation {
  readonly place: Place;
  readonly before: Packet;
  readonly after: Packet;
  /** The rule and its owner, in words. */
  readonly by: string;
  readonly owner?: Owner | undefined;
}

/** A route with several nexthops, and the one that this journey takes. */
export interface Fork {
  readonly place: Place;
  readonly direction: "there" | "back";
  readonly ways: readonly Way[];
  readonly taken: number;
}

/** The known network, and what trace finds on the path. */
export interface Journey {
  readonly network: Network;
  readonly owners: Owners;
  readonly family: Family;
  direction: "there" | "back";
  readonly facts: Map<Place, Facts>;
  readonly steps: Step[];
  readonly translations: Translation[];
  /** Places that exclude the packet from connection tracking. */
  readonly untracked: Set<Place>;
  /** The places that packets pass, in order, in each direction. */
  readonly visited: { readonly place: Place; readonly direction: "there" | "back" }[];
  /** Neighbours that must be found by ARP or neighbour discovery. */
  readonly crossings: {
    readonly place: Place;
    readonly link: string;
    readonly nexthop: string;
    readonly direction: "there" | "back";
    /** The address from which the place asks. */
    readonly asker: string | undefined;
    /** The reason to expect an answer. The text follows "nobody answers". */
    readonly though: string;
    /** Whether a proxy answers. */
    readonly isByProxy: boolean;
  }[];
  /** Faults that do not lose every packet, the first of each cause. */
  readonly risks: Fault[];
  /** Rules that trace cannot judge. */
  readonly doubts: string[];
  /** The nexthops to take at the first forks. At later forks, trace follows the kernel. */
  readonly choices: readonly number[];
  readonly forks: Fork[];
  /** The routes that places have used, by place and destination. */
  readonly routes: Map<string, TableRoute>;
  /** The outcomes of commands, by command. */
  readonly answers: Map<string, Outcome>;
}

export const newJourney = (network: Network, owners: Owners, family: Family): Journey => ({
  ...{ network, owners, family, facts: new Map(), routes: new Map(), answers: new Map() },
  ...beginning(),
});

/** Starts the journey again by other nexthops. The facts about places are kept. */
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

/** Runs the commands that have not run before on any path. */
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

/** Returns a fault at a place in the current direction, and notes it as a step. */
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

/** Notes a fault that does not stop the journey. */
export function addRisk(journey: Journey, fault: Fault): void {
  if (!journey.risks.some(({ cause }) => cause === fault.cause)) journey.risks.push(fault);
}

export const passageOf = (place: Place, packet: Packet, links: Partial<Passage> = {}): Passage => ({
  packet,
  local: [...ownAddresses(place), "127.0.0.1", "::1"],
  ...links,
});
