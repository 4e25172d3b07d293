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
 * A rule is a policy (firewalld.policies(5)) in two copies: a permanent one that survives a reload, and one at run
 * time. The description of the policy holds the mark. Only a reload turns a new permanent policy into one at run time.
 */
interface Policy {
  readonly mark: string;
  readonly priority: number;
  /** The zones of packets: where they come from and where they go. */
  readonly ingress: readonly string[];
  readonly egress: readonly string[];
  readonly rules: readonly string[];
  /** Settings that no argument can express. */
  readonly rest: readonly string[];
}

/** The name of a policy, for which firewalld allows 17 characters. */
const nameOf = (mark: string): string => `pn-${parseMark(mark)?.hash}`;

/** The hooks in firewalld: the zones that packets come from and go to. */
const ZONES: Readonly<Record<string, readonly [ingress: string, egress: string]>> = {
  input: ["ANY", "HOST"],
  output: ["HOST", "ANY"],
  forward: ["ANY", "ANY"],
};

/** The priority of our policies. Policies below 0 precede the zones, whose targets reject. */
const PRIORITY_OFFSET = -10_000;

export const table = (): string => "firewalld";

/** The number of rich rules for one resource, permanent and at run time. */
export const count = (args: FilterRuleArgs): number => 2 * richRules(args).length;

export const probe = ({ mark }: FilterRuleArgs): Command[] => [
  firewallCmd("--permanent", "--verbose", `--info-policy=${nameOf(mark)}`),
  firewallCmd("--verbose", `--info-policy=${nameOf(mark)}`),
];

/**
 * Lists all policies. firewalld knows only the host's own namespace, and while it is not running there are none.
 */
export const discover = (namespace: string | undefined): Command[] =>
  namespace === undefined ? [lookFor(firewallCmd("--permanent", "--verbose", "--list-all-policies"))] : [];

/** Returns the resources whose policies are in the answer to `discover`. */
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

/** Returns the policy with this mark in an answer to `probe`. After a crash the policy may lack its mark. */
function own(answer: Answer, mark: string): Policy | undefined {
  const [policy] = parseListing(answer).map(policyIn);
  return policy && ["", mark].includes(policy.mark) ? policy : undefined;
}

/** Returns a chain as an argument, if there is one for it. */
const chainOf = ({ ingress, egress }: Policy): string =>
  Object.keys(ZONES).find((chain) => isDeepStrictEqual(ZONES[chain], [...ingress, ...egress])) ??
  `${ingress.join("+") || "nowhere"} to ${egress.join("+") || "nowhere"}`;

/** Returns the rules with this mark in the answers to `probe`, the permanent ones first. */
export function find(answers: readonly Answer[], { mark, family }: FilterRuleArgs): FoundRule[] {
  const policies = answers.map((answer) => own(answer, mark));
  const found = policies.flatMap((policy) =>
    (policy?.rules ?? []).map((rule) => foundIn(policy, readRichRule(rule, family))),
  );
  const [permanent] = policies;
  // A deletion without a reload leaves an empty policy at run time, which has no effect.
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

/** Combines single ports into a list. */
function together(ports: readonly FoundRule["port"][]): FoundRule["port"] {
  const single = ports.filter((port) => typeof port === "number");
  return single.length === ports.length ? portList(single) : undefined;
}

/** Replaces the policy with the mark `was` by the requested one. Reloads only if necessary. */
export function change(answers: readonly Answer[], was: string, args: FilterRuleArgs): Command[] {
  const [permanent, runtime] = answers.map((answer) => own(answer, was));
  if (was !== args.mark) return [...(permanent ? deletion(was) : []), ...creation(args), RELOAD];
  return [
    ...(permanent && isFramed(permanent, args)
      ? rewriting(permanent, args, "--permanent")
      : [...(permanent ? deletion(was) : []), ...creation(args)]),
    ...(runtime && isFramed(runtime, args) ? rewriting(runtime, args) : [RELOAD]),
  ];
}

/** Whether everything but the rules is as requested. */
const isFramed = (policy: Policy, { mark, chain, priority }: FilterRuleArgs): boolean =>
  policy.mark === mark &&
  policy.priority === priority + PRIORITY_OFFSET &&
  chainOf(policy) === chain &&
  policy.rest.length === 0;

function creation(args: FilterRuleArgs): Command[] {
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
  copyDeletion(mark),
];

/** Deletes the copy that firewalld keeps of each deleted policy. */
const copyDeletion = (mark: string): Command => ({
  ...command("unlink", undefined, [`/etc/firewalld/policies/${nameOf(mark)}.xml.old`]),
  mayFail: "",
});

/** Adds missing rules, then deletes surplus ones. */
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
 * Deletes the policy. If a reload would harm others, the policy at run time is emptied instead. It has no effect then,
 * and disappears with the next reload.
 */
export function* removal(args: FilterRuleArgs): Plan {
  const answers = yield probe(args);
  const [permanent, runtime] = answers.map((answer) => own(answer, args.mark));
  if (!permanent && !runtime) return;
  // A crash may have left only one of the two.
  for (const one of permanent ? deletion(args.mark) : [copyDeletion(args.mark)]) yield [one];
  if (!runtime || (!permanent && runtime.rules.length === 0)) return;
  const lost = yield* lostByReload();
  const words = runtime.rules.map((rule) => `--remove-rich-rule=${rule}`);
  if (lost.length === 0) yield [RELOAD];
  else if (words.length > 0) yield [firewallCmd(`--policy=${nameOf(args.mark)}`, ...words)];
}
