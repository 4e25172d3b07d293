import { expect } from "chai";
import type { Args, Definition } from "../../../../../provider/engine/definition";
import { filterRule } from "../../../../../provider/kinds/filterRule/filterRule";
import type { Answer, Command } from "../../../../../provider/linux/command";
import { parseMark } from "../../../../../provider/linux/marks/mark";
import { byResource } from "../../../../../provider/linux/marks/owner";
import type { Plan } from "../../../../../provider/linux/plan";
import { asObserved, checked, markFor, printed } from "../../../../support/args";
import { commandsIn } from "../../../../support/plan";

const definition: Definition = filterRule;
const MARK = markFor("FilterRule");
const nameOf = (mark: string) => `pn-${parseMark(mark)?.hash}`;
const NAME = nameOf(MARK);
const web = checked(
  definition,
  { chain: "forward", protocol: "tcp", port: 80, verdict: "accept", backend: "firewalld" },
  "it",
);
const ruleFor = (port: number) =>
  `rule priority="-1" family="ipv4" port port="${port}" protocol="tcp" accept`;

/** The output of `--info-policy` for it. */
const policy = (more: { priority?: number; egress?: string; description?: string; ports?: number[] } = {}) =>
  [
    `${NAME} (active)`,
    `  description: ${more.description ?? MARK}`,
    `  priority: ${more.priority ?? -10000}`,
    "  target: CONTINUE",
    "  ingress-zones: ANY",
    `  egress-zones: ${more.egress ?? "ANY"}`,
    "  rich rules: ",
    ...(more.ports ?? [80]).map((port) => `\t${ruleFor(port)}`),
  ].join("\n");

/** The commands as typed, without the quotes for a shell. */
const words = (commands: readonly Command[]) => commands.map(({ tool, args }) => [tool, ...args].join(" "));

const TIDYING = `unlink /etc/firewalld/policies/${NAME}.xml.old`;
const DELETION = [`firewall-cmd --permanent --delete-policy=${NAME}`, TIDYING];
const MAKING = [
  `firewall-cmd --permanent --new-policy=${NAME}`,
  `firewall-cmd --permanent --policy=${NAME} --set-description=${MARK}`,
  `firewall-cmd --permanent --policy=${NAME} --set-priority=-10000`,
  `firewall-cmd --permanent --policy=${NAME} --add-ingress-zone=ANY`,
  `firewall-cmd --permanent --policy=${NAME} --add-egress-zone=ANY`,
  `firewall-cmd --permanent --policy=${NAME} --add-rich-rule=${ruleFor(80)}`,
];
const RELOAD = "firewall-cmd --reload";

/** Answers by query; others are empty. Returns the commands that are not queries. */
function drive(plan: Plan | readonly Command[], answers: Readonly<Record<string, string>>): string[] {
  if (!("next" in plan)) throw new Error("it is no plan");
  const ran: string[] = [];
  for (let step = plan.next([]); !step.done; ) {
    const asked = words(commandsIn(step.value));
    ran.push(...asked.filter((text) => !/--(list|get|info)-/.test(text)));
    step = plan.next(asked.map((text): Answer => answers[text.replace("firewall-cmd ", "")]));
  }
  return ran;
}

const PERMANENT = `--permanent --verbose --info-policy=${NAME}`;
const RUNTIME = `--verbose --info-policy=${NAME}`;

describe("FilterRule by firewalld", () => {
  it("is read in the permanent and the run-time settings", () => {
    expect(printed(definition.probe(web))).to.deep.equal([
      `firewall-cmd ${PERMANENT}`,
      `firewall-cmd ${RUNTIME}`,
    ]);
    expect(definition.parse([undefined, undefined], web)).to.equal(undefined);
    // The leftovers of a deletion without a reload.
    expect(definition.parse([undefined, policy({ ports: [] })], web)).to.equal(undefined);
    expect(definition.parse([policy(), policy()], web)).to.deep.include({ owner: byResource(MARK) });
    expect(definition.parse([policy({ description: "theirs" }), undefined], web)).to.equal(undefined);
  });

  it("is created in the permanent settings, with a name, a mark, a place and its rules, and reloaded", () => {
    expect(words(definition.create(web, [undefined, undefined]))).to.deep.equal([...MAKING, RELOAD]);
    // It still exists at run time.
    expect(words(definition.create(web, [undefined, policy({ ports: [] })]))).to.deep.equal([
      ...MAKING,
      `firewall-cmd --policy=${NAME} --add-rich-rule=${ruleFor(80)}`,
    ]);
  });

  it("has a rule for each combination", () => {
    const args = { ...web, source: ["10.0.0.0/24", "!10.1.0.1/32"], port: [80, 443] };
    const [adding] = definition.create(args, []).slice(-2);
    const rules = adding?.args.filter((word) => word.startsWith("--add-rich-rule")) ?? [];
    expect(rules).to.have.length(4);
    expect(rules[3]).to.equal(
      '--add-rich-rule=rule priority="-1" family="ipv4" source NOT address="10.1.0.1/32" port port="443" protocol="tcp" accept',
    );
  });

  /** The permanent and the run-time objects, and the commands that lead to the arguments. */
  const changes: readonly (readonly [
    what: string,
    there: readonly Answer[],
    args: Args,
    ran: readonly string[],
  ])[] = [
    ["nothing if everything equals the arguments", [policy(), policy()], web, []],
    [
      "rules come before others go, without a reload",
      [policy(), policy()],
      { ...web, port: 81 },
      ["--permanent ", ""].flatMap((where) =>
        [`--add-rich-rule=${ruleFor(81)}`, `--remove-rich-rule=${ruleFor(80)}`].map(
          (edit) => `firewall-cmd ${where}--policy=${NAME} ${edit}`,
        ),
      ),
    ],
    [
      "another place is another policy",
      [policy({ priority: -5 }), policy({ priority: -5 })],
      web,
      [...DELETION, ...MAKING, RELOAD],
    ],
    ["a difference at run time only is reloaded", [policy(), policy({ egress: "HOST" })], web, [RELOAD]],
    ["so is a policy that is missing at run time", [policy(), undefined], web, [RELOAD]],
    [
      "a crash came before the mark",
      [policy({ description: "" }), undefined],
      web,
      [...DELETION, ...MAKING, RELOAD],
    ],
  ];
  for (const [what, answers, args, ran] of changes) {
    it(what, () => {
      const observed = definition.parse(answers, web);
      if (!observed) throw new Error("it is not found");
      expect(words(definition.update(observed, args))).to.deep.equal(ran);
    });
  }

  it("gets the name of another mark", () => {
    const mark = markFor("FilterRule", "other");
    const observed = definition.parse([policy(), policy()], web);
    if (!observed) throw new Error("it is not found");
    const ran = words(definition.update(observed, { ...web, mark }));
    expect(ran.slice(0, 3)).to.deep.equal([
      ...DELETION,
      `firewall-cmd --permanent --new-policy=${nameOf(mark)}`,
    ]);
    expect(ran.at(-1)).to.equal(RELOAD);
  });

  describe("removal", () => {
    const removal = (answers: Readonly<Record<string, string>>) =>
      drive(definition.remove(asObserved(web), web), answers);
    const there = { [PERMANENT]: policy(), [RUNTIME]: policy() };

    it("deletes the policy, and reloads", () => {
      expect(removal(there)).to.deep.equal([...DELETION, RELOAD]);
    });
    it("empties it if a reload would harm others", () => {
      expect(removal({ ...there, "--get-ipsets": "bad" })).to.deep.equal([
        ...DELETION,
        `firewall-cmd --policy=${NAME} --remove-rich-rule=${ruleFor(80)}`,
      ]);
    });
    it("continues after a crash", () => {
      expect(removal({ [RUNTIME]: policy() })).to.deep.equal([TIDYING, RELOAD]);
      expect(removal({ [PERMANENT]: policy() })).to.deep.equal(DELETION);
    });
    it("leaves foreign policies alone", () => {
      expect(removal({ [PERMANENT]: policy({ description: "theirs" }) })).to.deep.equal([]);
    });
  });

  describe("a reload", () => {
    const preflight = (commands: readonly Command[], answers: Readonly<Record<string, string>>) => {
      const plan = definition.preflight?.(commands);
      return plan ? drive(plan, answers) : undefined;
    };
    const reloading = definition.create(web, [undefined, undefined]);
    const zone = (...lines: string[]) => ["public (default, active)", ...lines].join("\n");

    it("must not change foreign settings", () => {
      const answers = {
        "--list-all-zones": zone("  interfaces: eth0", "  ports: 80/tcp 81/tcp"),
        "--permanent --list-all-zones": zone("  interfaces: eth0", "  ports: 80/tcp", "  services: ssh"),
        "--direct --get-all-rules": "ipv4 filter INPUT 0 -j ACCEPT",
        "--get-ipsets": "bad",
        "--permanent --get-ipsets": "bad",
        "--info-ipset=bad": "bad\n  entries: 10.0.0.1",
        "--permanent --info-ipset=bad": "bad\n  entries: ",
      };
      expect(() => preflight(reloading, answers)).to.throw(
        "differ from those at run time: public ports 81/tcp (at run time only); public services ssh (permanent only); " +
          "ipv4 filter INPUT 0 -j ACCEPT (at run time only); bad entries 10.0.0.1 (at run time only). Keep those",
      );
    });
    it("may change our settings, and those that Docker restores", () => {
      const docker = (interfaces: string) => `docker\n  interfaces: ${interfaces}`;
      const answers = {
        "--list-all-zones": docker("docker0"),
        "--permanent --list-all-zones": docker(""),
        "--list-all-policies": policy(),
      };
      expect(preflight(reloading, answers)).to.deep.equal([]);
    });
    it("is not considered if there is none", () => {
      expect(preflight([], { "--get-ipsets": "bad" })).to.deep.equal([]);
    });
  });

  it("is found by its description, if the name comes from the same mark", () => {
    const kind = definition.discover?.(undefined);
    const at = kind?.commands.findIndex(({ tool }) => tool === "firewall-cmd") ?? -1;
    const found = (listing: string) =>
      kind?.find(kind.commands.map((_, i) => (i === at ? listing : undefined)));
    expect(
      found([policy({ egress: "HOST" }), "", "other", "  description: theirs"].join("\n")),
    ).to.deep.equal([
      { namespace: undefined, backend: "firewalld", chain: "input", family: "ipv4", mark: MARK },
    ]);
    expect(found(policy().replace(NAME, "pn-000000000000"))).to.deep.equal([]);
    expect(definition.discover?.("red").commands.some(({ tool }) => tool === "firewall-cmd")).to.equal(false);
  });
});
