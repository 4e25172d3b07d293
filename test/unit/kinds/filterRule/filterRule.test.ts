import { expect } from "chai";
import type { Args, Definition } from "../../../../provider/engine/definition";
import { diff } from "../../../../provider/engine/lifecycle";
import { UNKNOWN } from "../../../../provider/engine/unknown";
import { filterRule } from "../../../../provider/kinds/filterRule/filterRule";
import type { Answer, Command } from "../../../../provider/linux/command";
import { asObserved, checked, itDiffers, itRefuses, markFor, printed } from "../../../support/args";
import { HERE } from "../../../support/fakeHost";
import { commandsIn } from "../../../support/plan";

const definition: Definition = filterRule;
const web = { chain: "forward", protocol: "tcp", port: 80, verdict: "accept" };
const state = checked(definition, web, "it");
const TABLE = "pulumi-netns/project/stack";

/** The output of `nft -j list table` after a command, with handles in the order of the rules. */
function listingAfter(command: Command | undefined): string {
  const { nftables } = JSON.parse(command?.input ?? "");
  let handle = 0;
  return JSON.stringify({
    nftables: nftables.map(({ add }: { add: { rule?: object } }) =>
      add.rule ? { rule: { ...add.rule, handle: ++handle } } : add,
    ),
  });
}

const savedAfter = (commands: readonly Command[]): string =>
  commands.map(({ args }) => args.slice(args.indexOf("-A")).join(" ")).join("\n");

/** The output of `firewall-cmd --verbose --info-policy` after some commands. */
function policyAfter(commands: readonly Command[]): string {
  const said = (option: string) =>
    commands.flatMap(({ args }) =>
      args.filter((word) => word.startsWith(`--${option}=`)).map((word) => word.slice(option.length + 3)),
    );
  return [
    `${said("new-policy")} (active)`,
    ...["  summary: ", `  description: ${said("set-description")}`, `  priority: ${said("set-priority")}`],
    ...["  target: CONTINUE", `  ingress-zones: ${said("add-ingress-zone")}`],
    ...[`  egress-zones: ${said("add-egress-zone")}`, "  services: ", "  masquerade: no", "  rich rules: "],
    ...said("add-rich-rule").map((rule) => `\t${rule}`),
  ].join("\n");
}

const answersAfter = (args: Args): string[] => {
  const commands = definition.create(args);
  if (args["backend"] === "firewalld") return [policyAfter(commands), policyAfter(commands)];
  return [args["backend"] === "iptables" ? savedAfter(commands) : listingAfter(commands[0])];
};

/** The operations of a transaction, each as `VERB OBJECT`, without the rules' expressions. */
const operationsIn = (commands: readonly Command[]): string[] =>
  commands.flatMap(({ input = "{}" }) =>
    JSON.parse(input).nftables.map((operation: Record<string, Record<string, Args>>) => {
      const [verb = "", object = {}] = Object.entries(operation)[0] ?? [];
      const [what = "", fields = {}] = Object.entries(object)[0] ?? [];
      const name = fields["name"] ?? fields["chain"];
      return [verb, what, name, ...(fields["handle"] === undefined ? [] : [fields["handle"]])].join(" ");
    }),
  );

describe("FilterRule", () => {
  describe("check", () => {
    it("fills in defaults that depend on the verdict and on the addresses", () => {
      const args = (more: object) => checked(definition, { ...web, ...more });
      expect(args({})).to.deep.include({
        backend: "nftables",
        family: "ipv4",
        priority: 0,
        dockerUser: false,
      });
      expect(args({ verdict: "reject" })).to.deep.include({ rejectWith: "port-unreachable" });
      expect(args({ verdict: "log" })).to.deep.include({ logLevel: "warn" });
      expect(args({ source: ["fd01::/64", "fd00::/64"] })).to.deep.include({
        family: "ipv6",
        source: ["fd00::/64", "fd01::/64"],
      });
      expect(args({ source: UNKNOWN })["family"]).to.equal(UNKNOWN);
      expect(args({ verdict: UNKNOWN })).to.deep.include({ rejectWith: UNKNOWN, logLevel: UNKNOWN });
    });

    itRefuses(definition, web, [
      [{ chain: undefined }, "chain: is required: one of input, output, forward"],
      [{ chain: "prerouting" }, 'chain: is "prerouting", not one of input, output, forward'],
      [{ verdict: undefined }, "verdict: is required: one of accept, drop, reject, log"],
      [{ verdict: "queue" }, 'verdict: is "queue", not one of accept, drop, reject, log'],
      [{ backend: "nft" }, 'backend: is "nft", not one of nftables, iptables, firewalld'],
      [{ priority: 10000 }, "priority: is 10000, not a whole number from -9999 to 9999"],
      [
        { chain: "output", inInterface: "eth0" },
        "inInterface: has no meaning in the chain output, whose packets come from the namespace itself: use `outInterface`",
      ],
      [
        { chain: "input", outInterface: "eth0" },
        "outInterface: has no meaning in the chain input, whose packets stay here: use `inInterface`",
      ],
      [
        { family: "ipv6", source: "10.0.0.0/8" },
        "source: is 10.0.0.0/8, but the family of the rule is ipv6: create one rule for each family",
      ],
      [
        { backend: "iptables", source: ["!10.0.0.0/8", "!192.168.0.0/16"] },
        "source: has several networks with `!`, of which iptables allows one: use backend `nftables`, or accept packets of these networks by earlier rules",
      ],
      [
        { protocol: undefined },
        "port: has a port, but no `protocol` is given: set `protocol` to tcp, udp or sctp",
      ],
      [
        { protocol: "icmp", port: 80 },
        "port: has a port, but icmp has no ports: set `protocol` to tcp, udp or sctp",
      ],
      [
        { port: undefined, icmpType: "echo-request" },
        "icmpType: is an ICMP type, but `protocol` is tcp: set it to icmp",
      ],
      [
        { port: undefined, protocol: "icmpv6" },
        "protocol: is icmpv6, which does not belong to ipv4: write icmp here, or set `family` to ipv6",
      ],
      [
        { backend: "iptables", port: Array.from({ length: 16 }, (_, at) => at + 1) },
        "port: has more than 15 ports, the most that iptables allows: create two rules, or use backend `nftables`",
      ],
      [
        { rejectWith: "tcp-reset" },
        "rejectWith: has no meaning for verdict accept: leave it out, or set verdict `reject`",
      ],
      [
        { logPrefix: "x" },
        "logPrefix: has no meaning for verdict accept: leave it out, or set verdict `log`",
      ],
      [
        { verdict: "reject", protocol: "udp", rejectWith: "tcp-reset" },
        "rejectWith: is tcp-reset, but `protocol` is udp: set it to tcp, or choose another",
      ],
      [
        { chain: "input", port: undefined, verdict: "drop" },
        'inInterface: does not exclude the link lo, over which Pulumi talks to itself: `pulumi up` would hang, and so would `pulumi destroy`; write `inInterface: "!lo"`',
      ],
      [
        { chain: "output", port: undefined, outInterface: "!eth0", verdict: "reject" },
        'outInterface: does not exclude the link lo, over which Pulumi talks to itself: `pulumi up` would hang, and so would `pulumi destroy`; name another link, or exclude its packets by `source: "!127.0.0.0/8"`',
      ],
      [
        { dockerUser: true },
        "dockerUser: is true, but Docker's chain belongs to iptables: set backend `iptables`",
      ],
      [
        { dockerUser: true, backend: "iptables", chain: "input" },
        "dockerUser: is true, but Docker's chain is for forwarded packets: set chain `forward`",
      ],
      [
        { backend: "firewalld", namespace: "red" },
        "namespace: is set, but firewalld filters only packets of the host: leave it out, or use another backend",
      ],
      [
        { backend: "firewalld", inInterface: "eth0", outInterface: "eth1" },
        "inInterface: is set, but firewalld knows an interface by its zone only: name its addresses by `source` or `destination`, or use another backend",
        "outInterface: is set, but firewalld knows an interface by its zone only: name its addresses by `source` or `destination`, or use another backend",
      ],
      [
        { backend: "firewalld", state: "new" },
        "state: is set, but firewalld applies its rules to new connections only and accepts known ones: leave it out, or use another backend",
      ],
      [
        { backend: "firewalld", sourcePort: 53 },
        "sourcePort: is set together with `port`, but firewalld accepts only one of them: leave one out, or use another backend",
      ],
      [
        { backend: "firewalld", destination: ["!10.0.0.0/8", "!192.168.0.0/16"] },
        "destination: has several networks with `!`, of which firewalld allows one: use backend `nftables`, or accept packets of these networks by earlier rules",
      ],
      [
        { backend: "firewalld", port: undefined, protocol: "icmp", icmpType: ["info-request", "redirect"] },
        "icmpType: is info-request, for which firewalld has no name: use another backend, or one of echo-reply, destination-unreachable, source-quench, redirect, echo-request, router-advertisement, router-solicitation, time-exceeded, parameter-problem, timestamp-request, timestamp-reply",
      ],
      [
        { backend: "firewalld", verdict: "log", logPrefix: "a=b" },
        "logPrefix: has a `=`, at which firewalld splits a rule: remove it from the text, or use another backend",
      ],
      [
        { backend: "firewalld", verdict: "log", logLevel: "err" },
        "logLevel: is err, but nftables refuses firewalld's name for it: use another level, such as crit or warn, or another backend",
      ],
      [
        { backend: "firewalld", dockerUser: true },
        "dockerUser: is true, but Docker's chain belongs to iptables: set backend `iptables`",
      ],
    ]);
  });

  describe("diff", () => {
    const { family: _, ...onChange } = definition.onChange;
    itDiffers({ ...definition, onChange }, state, [
      ["chain", "input", "update"],
      ["namespace", "red", "replace"],
      ["backend", "iptables", "replace"],
      ["priority", 7, "update"],
      ["inInterface", "eth0", "update"],
      ["outInterface", "eth0", "update"],
      ["source", "10.0.0.0/8", "update"],
      ["destination", "10.0.0.0/8", "update"],
      ["protocol", "udp", "update"],
      ["port", 81, "update"],
      ["sourcePort", 81, "update"],
      ["icmpType", "echo-request", "update"],
      ["state", "new", "update"],
      ["verdict", "drop", "update"],
      ["rejectWith", "tcp-reset", "update"],
      ["logPrefix", "x", "update"],
      ["logLevel", "info", "update"],
      ["dockerUser", true, "update"],
    ]);

    it("replaces for another family, but not for one that is not known yet", () => {
      const replaces = (family: string) => diff(definition, HERE, state, { ...state, family }).replaces;
      expect([replaces("ipv6"), replaces(UNKNOWN)]).to.deep.equal([["family"], []]);
    });
  });

  describe("reads back what it writes", () => {
    const all = {
      inInterface: "eth0",
      outInterface: "!veth*",
      source: ["10.0.0.0/24", "10.2.0.1"],
      destination: "!10.9.0.0/16",
    };
    const given: readonly Args[] = [
      web,
      {
        ...web,
        ...all,
        priority: -7,
        sourcePort: "1024-2047",
        state: ["new", "established"],
        verdict: "drop",
      },
      { ...web, port: [80, 443], verdict: "reject", rejectWith: "tcp-reset" },
      { chain: "input", inInterface: "!lo", verdict: "reject" },
      { chain: "input", verdict: "reject", rejectWith: "host-unreachable", family: "ipv6" },
      { chain: "output", verdict: "log" },
      { chain: "output", verdict: "log", logPrefix: "a b: ", logLevel: "debug" },
      { chain: "input", protocol: "icmp", icmpType: ["echo-request", "redirect"], verdict: "accept" },
      { chain: "input", protocol: "icmpv6", family: "ipv6", icmpType: "nd-redirect", verdict: "accept" },
    ];
    const byFirewalld = given.map(
      ({ inInterface: _, outInterface: __, state: ___, sourcePort: ____, ...one }) => one,
    );
    for (const [backend, rows] of [
      ["nftables", given],
      ["iptables", given],
      [
        "firewalld",
        [...byFirewalld, { chain: "output", protocol: "udp", sourcePort: "53-54", verdict: "drop" }],
      ],
    ] as const) {
      for (const one of rows) {
        it(`${backend}: ${JSON.stringify(one)}`, () => {
          const args = checked(definition, { ...one, backend }, "it");
          const quoted = answersAfter(args).map((text) =>
            text.replace(/--log-prefix (.*: )/, '--log-prefix "$1"'),
          );
          const observed = definition.parse(quoted, args);
          if (!observed) throw new Error("it is not found");
          expect(definition.update(observed, args)).to.deep.equal([]);
          for (const [field, value] of Object.entries(observed.args))
            expect(value, field).to.deep.equal(args[field]);
        });
      }
    }
  });

  describe("commands", () => {
    it("nftables: one transaction, which creates chain and table if necessary", () => {
      const [command, ...others] = definition.create({ ...state, namespace: "red", priority: 7 });
      expect(others).to.deep.equal([]);
      expect(printed(command ? [command] : [])[0]).to.equal(
        `ip netns exec red nft -j -f - <<< ${JSON.stringify({
          nftables: [
            { add: { table: { family: "ip", name: TABLE } } },
            {
              add: {
                chain: {
                  ...{ family: "ip", table: TABLE, name: "filter-forward" },
                  ...{ type: "filter", hook: "forward", prio: 0, policy: "accept" },
                },
              },
            },
            {
              add: {
                rule: {
                  ...{ family: "ip", table: TABLE, chain: "filter-forward" },
                  comment: `${markFor("FilterRule")},7`,
                  expr: [
                    {
                      match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: 80 },
                    },
                    { accept: null },
                  ],
                },
              },
            },
          ],
        })}`,
      );
    });

    const rule = (name: string, priority: number, handle: number, chain = "filter-forward") => ({
      rule: {
        ...{ family: "ip", table: TABLE, chain, handle, expr: [{ accept: null }] },
        comment: `${markFor("FilterRule", name)}${priority === 0 ? "" : `,${priority}`}`,
      },
    });
    const chain = (name: string) => ({
      chain: { name, type: "filter", hook: name.replace("filter-", ""), prio: 0, policy: "accept" },
    });
    const listing = (...objects: object[]): Answer[] => [JSON.stringify({ nftables: objects })];

    it("nftables: a new rule precedes the first one with a later priority", () => {
      const answers = listing(chain("filter-forward"), rule("a", 0, 5), rule("b", 10, 6), rule("c", 20, 7));
      const place = (priority: number) =>
        operationsIn(definition.create({ ...state, priority }, answers)).slice(2);
      expect([place(-1), place(0), place(10), place(99)]).to.deep.equal([
        ["insert rule filter-forward 5"],
        ["insert rule filter-forward 6"],
        ["insert rule filter-forward 7"],
        ["add rule filter-forward"],
      ]);
    });

    it("nftables: a changed rule keeps its place, and one of another priority or chain moves", () => {
      const answers = listing(chain("filter-forward"), rule("a", 0, 5), rule("it", 0, 6), rule("c", 20, 7));
      const observed = definition.parse(answers, state);
      if (!observed) throw new Error("it is not found");
      const become = (more: object) =>
        operationsIn(definition.update(observed, { ...state, ...more })).slice(2);
      expect([become({ port: 81 }), become({ priority: 30 }), become({ chain: "input" })]).to.deep.equal([
        ["insert rule filter-forward 6", "delete rule filter-forward 6"],
        ["add rule filter-forward", "delete rule filter-forward 6"],
        ["add rule filter-input", "delete rule filter-forward 6"],
      ]);
    });

    /** The commands of a removal from the given table. */
    function removal(args: Args, answers: readonly Answer[]): readonly Command[] {
      const plan = definition.remove(asObserved(args), args);
      if (!("next" in plan)) return plan;
      plan.next([]);
      const step = plan.next(answers);
      return step.done ? [] : commandsIn(step.value);
    }

    it("nftables: the last rule deletes its chain too, and the table if nothing else is in it", () => {
      const alone = listing({ table: {} }, chain("filter-forward"), rule("it", 0, 6));
      const beside = listing({ table: {} }, chain("filter-forward"), chain("output"), rule("it", 0, 6));
      expect([operationsIn(removal(state, alone)), operationsIn(removal(state, beside))]).to.deep.equal([
        ["delete rule filter-forward 6", "delete chain filter-forward", `delete table ${TABLE}`],
        ["delete rule filter-forward 6", "delete chain filter-forward"],
      ]);
    });

    it("iptables: a rule for each combination, before foreign rules, in the order of priorities", () => {
      const args = checked(definition, {
        ...{ ...web, backend: "iptables", source: ["10.0.0.0/24", "10.2.0.0/24"], priority: 5 },
      });
      const mark = String(args["mark"]);
      const words = (source: string) =>
        `-s ${source} -p tcp -m tcp --dport 80 -m comment --comment ${mark},5 -j ACCEPT`;
      const say = (answer?: string) => printed(definition.create(args, [answer]));
      expect(say()).to.deep.equal([
        `iptables -w 5 -t filter -A FORWARD ${words("10.0.0.0/24")}`,
        `iptables -w 5 -t filter -A FORWARD ${words("10.2.0.0/24")}`,
      ]);
      const other = (priority: number) =>
        `-A FORWARD -m comment --comment "${markFor("FilterRule", `p${priority}`)},${priority}" -j DROP`;
      expect(say(["-A FORWARD -j theirs", other(1), other(9)].join("\n"))).to.deep.equal([
        `iptables -w 5 -t filter -I FORWARD 3 ${words("10.0.0.0/24")}`,
        `iptables -w 5 -t filter -I FORWARD 4 ${words("10.2.0.0/24")}`,
      ]);
      expect(say("-A FORWARD -j theirs")[0]).to.include("-I FORWARD 1 ");
      expect(printed(definition.create({ ...args, dockerUser: true }))[0]).to.include("-A DOCKER-USER ");
    });
  });

  describe("reports what no argument can express", () => {
    it("and missing or surplus rules", () => {
      const args = checked(
        definition,
        { ...web, backend: "iptables", source: ["10.0.0.0/24", "10.2.0.0/24"] },
        "it",
      );
      const [first = "", second = ""] = (answersAfter(args)[0] ?? "").split("\n");
      const verdict = (...lines: string[]) => definition.parse([lines.join("\n")], args)?.args["verdict"];
      expect([
        verdict(first, second),
        verdict(first),
        verdict(first, second, second),
        verdict(first, second.replace("-j ACCEPT", "-m limit --limit 3/hour -j ACCEPT")),
        verdict(first, second.replace(" -j ACCEPT", "")),
      ]).to.deep.equal([
        "accept",
        "accept (1 missing)",
        "accept (1 too many)",
        "accept (and -m limit --limit 3/hour)",
        "none",
      ]);
    });
  });
});
