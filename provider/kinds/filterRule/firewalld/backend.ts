import { isDeepStrictEqual } from "node:util";
import { portList } from "../../../fields/nat";
import { type Answer, type Command, command, lookFor } from "../../../linux/command";
import { isMarkOf, parseMark } from "../../../linux/marks/mark";
import type { Plan } from "../../../linux/plan";
import { type Listed, parseListing } from "../../../linux/read/firewalld";
import type { FilterRuleArgs } from "../args";
import type { FoundRule, Marked } from "../match";
import { firewallCmd, lostByReload, RELOAD } from "./reload";
import { readRichRule, richRules } from "./richRule";

/**
 * A rule is a policy of its own (firewalld.policies(5)), twice: in the permanent settings, so that it outlives a reload, and at
 * run time. A policy has room for a text, which holds the mark. A reload alone brings a new one from there to here.
 */
interface Policy {
  readonly mark: string;
  readonly priority: number;
  /** Zones that packets come from, and zones that they go to. */
  readonly ingress: readonly string[];
  readonly egress: readonly string[];
  readonly rules: readonly string[];
  /** What else it says, which no argument can. */
  readonly rest: readonly string[];
}

/** firewalld takes 17 characters. */
const nameOf = (mark: string): string => `pn-${parseMark(mark)?.hash}`;

/** The hooks as firewalld knows them: by where packets come from and go to. */
const ZONES: Readonly<Record<string, readonly [ingress: string, egress: string]>> = {
  input: ["ANY", "HOST"],
  output: ["HOST", "ANY"],
  forward: ["ANY", "ANY"],
};

/** Policies below 0 are asked before the zones, whose targets reject: ours all are. */
const PRIORITY_OFFSET = -10_000;

export const table = (): string => "firewalld";

/** How many rules there are to be found. */
export const count = (args: FilterRuleArgs): number => 2 * richRules(args).length;

export const probe = ({ mark }: FilterRuleArgs): Command[] => [
  firewallCmd("--permanent", "--verbose", `--info-policy=${nameOf(mark)}`),
  firewallCmd("--verbose", `--info-policy=${nameOf(mark)}`),
];

/** All policies. They are those of the host: firewalld knows no other namespace, and where it does not run there are none. */
export const discover = (namespace: string | undefined): Command[] =>
  namespace === undefined ? [lookFor(firewallCmd("--permanent", "--verbose", "--list-all-policies"))] : [];

/** The resources behind the policies in the answer to `discover`. */
export const discovered = ([listing]: readonly Answer[]): Marked[] =>
  parseListing(listing).flatMap((listed) => {
    const policy = policyIn(listed);
    if (!isMarkOf("FilterRule", policy.mark) || listed.name !== nameOf(policy.mark)) return [];
    const isSix = policy.rules.some((rule) => rule.includes('family="ipv6"'));
    return [{ chain: chainOf(policy), family: isSix ? "ipv6" : "ipv4", mark: policy.mark }];
  });

function policyIn({ says }: Listed): Policy {
  const words = (key: string) => says.get(key) ?? [];
  const others = [...says].filter(([key, value]) => !SAID.includes(key) && !isSilent(value));
  return {
    mark: words("description").join(" "),
    priority: Number(words("priority")[0]),
    ingress: words("ingress-zones"),
    egress: words("egress-zones"),
    rules: words("rich rules"),
    rest: others.map(([key, value]) => `${key}: ${value.join(" ")}`),
  };
}

const SAID: readonly string[] = [
  ...["summary", "description", "priority", "ingress-zones", "egress-zones", "rich rules"],
];

const isSilent = (words: readonly string[]): boolean => ["", "no", "CONTINUE"].includes(words.join(" "));

/** The policy with this mark in an answer to `probe`; a crash may have come before it was written down. */
function own(answer: Answer, mark: string): Policy | undefined {
  const [policy] = parseListing(answer).map(policyIn);
  return policy && ["", mark].includes(policy.mark) ? policy : undefined;
}

/** A chain in the words of the arguments, where these have any for it. */
const chainOf = ({ ingress, egress }: Policy): string =>
  Object.keys(ZONES).find((chain) => isDeepStrictEqual(ZONES[chain], [...ingress, ...egress])) ??
  `${ingress.join("+") || "nowhere"} to ${egress.join("+") || "nowhere"}`;

/** The rules with this mark in the answers to `probe`, those at run time behind the permanent ones. */
export function find(answers: readonly Answer[], { mark, family }: FilterRuleArgs): FoundRule[] {
  const policies = answers.map((answer) => own(answer, mark));
  const found = policies.flatMap((policy) =>
    (policy?.rules ?? []).map((rule) => foundIn(policy, readRichRule(rule, family))),
  );
  const [permanent] = policies;
  // An empty policy at run time is what a deletion without a reload leaves, and does nothing.
  if (found.length === 0) return permanent ? [foundIn(permanent, { rest: [] })] : [];
  return found.map((rule) => ({
    ...rule,
    port: together(found.map(({ port }) => port)) ?? rule.port,
    sourcePort: together(found.map(({ sourcePort }) => sourcePort)) ?? rule.sourcePort,
  }));
}

function foundIn(policy: Policy | undefined, rule: ReturnType<typeof readRichRule>): FoundRule {
  const { priority = 0, rest = [] } = policy ?? {};
  return {
    ...rule,
    rest: [...rule.rest, ...rest],
    chain: policy ? chainOf(policy) : "",
    dockerUser: false,
    priority: priority - PRIORITY_OFFSET,
    isInOrder: true,
    obstacles: [],
  };
}

/** The list that single ports make. */
function together(ports: readonly FoundRule["port"][]): FoundRule["port"] {
  const single = ports.filter((port) => typeof port === "number");
  return single.length === ports.length ? portList(single) : undefined;
}

/** Makes the policy what is asked, in the place of the one with the mark `was`; reloads only where there is no other way. */
export function change(answers: readonly Answer[], was: string, args: FilterRuleArgs): Command[] {
  const [permanent, runtime] = answers.map((answer) => own(answer, was));
  if (was !== args.mark) return [...(permanent ? deletion(was) : []), ...making(args), RELOAD];
  return [
    ...(permanent && isFramed(permanent, args)
      ? rewriting(permanent, args, "--permanent")
      : [...(permanent ? deletion(was) : []), ...making(args)]),
    ...(runtime && isFramed(runtime, args) ? rewriting(runtime, args) : [RELOAD]),
  ];
}

/** Whether all but its rules is as asked. */
const isFramed = (policy: Policy, { mark, chain, priority }: FilterRuleArgs): boolean =>
  policy.mark === mark &&
  policy.priority === priority + PRIORITY_OFFSET &&
  chainOf(policy) === chain &&
  policy.rest.length === 0;

function making(args: FilterRuleArgs): Command[] {
  const name = nameOf(args.mark);
  const [ingress, egress] = ZONES[args.chain] ?? [];
  const set = (...words: string[]) => firewallCmd("--permanent", `--policy=${name}`, ...words);
  return [
    firewallCmd("--permanent", `--new-policy=${name}`),
    set(`--set-description=${args.mark}`),
    set(`--set-priority=${args.priority + PRIORITY_OFFSET}`),
    set(`--add-ingress-zone=${ingress}`),
    set(`--add-egress-zone=${egress}`),
    set(...richRules(args).map((rule) => `--add-rich-rule=${rule}`)),
  ];
}

const deletion = (mark: string): Command[] => [
  firewallCmd("--permanent", `--delete-policy=${nameOf(mark)}`),
  tidying(mark),
];

/** firewalld keeps a copy of each policy that it deletes, which is ours as well. */
const tidying = (mark: string): Command => ({
  ...command("unlink", undefined, [`/etc/firewalld/policies/${nameOf(mark)}.xml.old`]),
  mayFail: "",
});

/** Puts in the rules that are missing, then takes out those that are too many. */
function rewriting({ rules }: Policy, args: FilterRuleArgs, ...where: readonly string[]): Command[] {
  const { family, mark } = args;
  const isSame = (one: string, other: string) =>
    isDeepStrictEqual(readRichRule(one, family), readRichRule(other, family));
  const wanted = richRules(args);
  const lacking = wanted.filter((rule) => !rules.some((observed) => isSame(rule, observed)));
  const going = rules.filter((observed) => !wanted.some((rule) => isSame(rule, observed)));
  const edit = (verb: "add" | "remove", some: readonly string[]) =>
    some.length === 0
      ? []
      : [
          firewallCmd(
            ...where,
            `--policy=${nameOf(mark)}`,
            ...some.map((rule) => `--${verb}-rich-rule=${rule}`),
          ),
        ];
  return [...edit("add", lacking), ...edit("remove", going)];
}

/**
 * Takes the policy away. Where a reload would harm others, what is at run time is emptied instead: it does nothing then, and
 * goes with the next reload.
 */
export function* removal(args: FilterRuleArgs): Plan {
  const answers = yield probe(args);
  const [permanent, runtime] = answers.map((answer) => own(answer, args.mark));
  if (!permanent && !runtime) return;
  // A crash may have come between the two.
  for (const one of permanent ? deletion(args.mark) : [tidying(args.mark)]) yield [one];
  if (!runtime || (!permanent && runtime.rules.length === 0)) return;
  const lost = yield* lostByReload();
  const words = runtime.rules.map((rule) => `--remove-rich-rule=${rule}`);
  if (lost.length === 0) yield [RELOAD];
  else if (words.length > 0) yield [firewallCmd(`--policy=${nameOf(args.mark)}`, ...words)];
}
