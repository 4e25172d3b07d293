import type { z } from "zod";
import { type CheckedPart, checkedPartsOf } from "../../provider/composites/checkedParts";
import type { Composite } from "../../provider/composites/composite";
import { inspect } from "../../provider/composites/lifecycle";
import { checkArgs } from "../../provider/engine/check";
import type { Args, Definition, Problem } from "../../provider/engine/definition";
import { birthGroup } from "../../provider/kinds/links/identity";
import type { Answer, Command } from "../../provider/linux/command";
import { withFacts } from "../../provider/linux/host/currentFacts";
import { asObserved, checked, markFor } from "./args";
import { checkedComposite } from "./composite";
import { HERE } from "./fakeHost";
import { commandsIn } from "./plan";

/** A kind as the hardening tests see it: the objects that it creates, and its commands. */
export interface Subject {
  readonly kind: string;
  readonly schema: z.ZodObject;
  /** Checks without claims. */
  check(given: Args): { args: Args; problems: readonly Problem[] };
  /** Whether each field is valid on its own. */
  isSuited(given: Args): boolean;
  id(args: Args): unknown;
  objectNames(args: Args): readonly string[];
  /** Every command for `args` from `check`, in its own namespace and where the object of `was` exists already. */
  commands(was: Args, args: Args): Command[];
}

export function single(definition: Definition): Subject {
  const { kind, schema } = definition;
  const { problems: _, ...alone } = definition;
  const marked = (given: Args) => ({ ...given, mark: markFor(kind) });
  return {
    ...{ kind, schema },
    check: (given) => withFacts(HERE.facts, () => checkArgs(definition, marked(given))),
    isSuited: (given) => withFacts(HERE.facts, () => checkArgs(alone, marked(given)).problems.length === 0),
    id: (args) => definition.id(args),
    objectNames: (args) => definition.objectNames(args),
    commands: (was, args) => commandsFor(definition, checked(definition, was, "it"), args),
  };
}

export function manifold(composite: Composite): Subject {
  const { kind, schema } = composite;
  const marked = (given: Args) => ({ ...given, mark: markFor(kind) });
  const known = new Map<Args, readonly CheckedPart[]>();
  const partsBefore = (was: Args) => {
    const parts = known.get(was) ?? checkedPartsOf(composite, checkedComposite(composite, was));
    known.set(was, parts);
    return parts;
  };
  return {
    ...{ kind, schema },
    check(given) {
      const { args, problems } = inspect(composite, marked(given));
      return { args, problems };
    },
    isSuited: (given) =>
      withFacts(HERE.facts, () => checkArgs(composite, marked(given)).problems.length === 0),
    id: (args) => composite.id(args),
    objectNames: (args) =>
      checkedPartsOf(composite, args).flatMap(({ definition, checked }) => definition.objectNames(checked)),
    commands(was, args) {
      const before = partsBefore(was);
      return checkedPartsOf(composite, args).flatMap((part, at) => partCommands(before[at] ?? part, part));
    },
  };
}

/** The commands of a part, with stand-ins for its name and the values derived from its mark. */
function partCommands(was: CheckedPart, { definition, checked }: CheckedPart): Command[] {
  const mark = String(checked["mark"]);
  const before = was.definition === definition ? was.checked : checked;
  const unmarked = (text: string) =>
    text
      .replaceAll(mark, "MARK")
      .replaceAll(birthGroup(mark), "GROUP")
      .replace(/^(other_config:hwaddr=")?02(:[\da-f]{2}){5}("?)$/, "$1MAC$3");
  return commandsFor(definition, before, checked).map((command) => ({
    ...command,
    args: command.args.map(unmarked),
    ...(command.input !== undefined && { input: unmarked(command.input) }),
  }));
}

function commandsFor(definition: Definition, was: Args, args: Args): Command[] {
  const create = definition.create(args);
  return [
    ...definition.probe(args),
    ...create,
    ...definition.update(asObserved(was), args),
    ...removal(definition, args, create),
  ];
}

function removal(definition: Definition, args: Args, create: readonly Command[]): Command[] {
  const plan = definition.remove(asObserved(args), args);
  if (!("next" in plan)) return [...plan];
  const commands: Command[] = [];
  const answer = (command: Command) => answerTo(command, commands.some(isDeletion) ? [] : create);
  for (let step = plan.next([]); !step.done; step = plan.next(commandsIn(step.value).map(answer))) {
    commands.push(...commandsIn(step.value));
    if (commands.length > 100) throw new Error(`the removal of a ${definition.kind} does not end`);
  }
  return commands;
}

const isDeletion = ({ args }: Command): boolean => args.includes("-D");

const ADDRESSES = JSON.stringify([
  {
    ...{ ifindex: 2, ifname: "it", flags: [], mtu: 1500 },
    addr_info: [{ family: "inet", local: "10.9.9.9", prefixlen: 24, scope: "0", secondary: true }],
  },
]);

/** The output of a tool if everything in `made` exists. */
function answerTo({ tool, args }: Command, made: readonly Command[]): Answer {
  if (tool === "ip" && args.includes("addr")) return ADDRESSES;
  if (tool === "sysctl") return "0";
  if (!args.includes("-S")) return undefined;
  return made.map((command) => command.args.slice(command.args.indexOf("-A")).join(" ")).join("\n");
}
