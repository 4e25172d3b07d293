import { expect } from "chai";
import type { Packet, Passage } from "../../../../provider/trace/packet";
import type { Chain, Hook } from "../../../../provider/trace/rules/chain";
import { parseIptables } from "../../../../provider/trace/rules/iptables";
import { judge } from "../../../../provider/trace/rules/judge";
import { parseNft } from "../../../../provider/trace/rules/nft";

const WEB: Packet = {
  ...{ family: "ipv4", protocol: "tcp", source: "10.1.0.2", destination: "10.2.0.2" },
  ...{ port: 80, isReply: false },
};
const PING: Packet = { ...WEB, protocol: "icmp", port: undefined };
const ANSWER: Packet = {
  ...WEB,
  source: "10.2.0.2",
  destination: "10.1.0.2",
  port: undefined,
  sourcePort: 80,
  isReply: true,
};

const passing = (packet: Packet, more: Partial<Passage> = {}): Passage => ({
  ...{ packet, inInterface: "veth-red", outInterface: "eth0", local: ["10.2.0.1"] },
  ...more,
});

/** Returns the decision, in one word or rule. */
function outcomeOf(chains: readonly Chain[], passage: Passage, hook: Hook = "forward"): string {
  const { outcome, by, nat, doubts } = judge(chains, hook, ["ip", "inet"], passage);
  const words = [outcome, by?.rule?.text ?? (by ? "policy" : ""), nat?.verdict.does ?? ""];
  return [...words, doubts.length > 0 ? "in doubt" : ""].filter((word) => word !== "").join(": ");
}

/** Returns a forward chain of iptables with these rules and policy ACCEPT. */
const iptables = (...rules: readonly string[]): Chain[] =>
  parseIptables(
    ["*filter", ":FORWARD ACCEPT [0:0]", ...rules.map((rule) => `[1:84] -A FORWARD ${rule}`)].join("\n"),
    "iptables",
    "ip",
  );

const nft = (...exprs: readonly (readonly object[])[]): Chain[] =>
  parseNft(
    JSON.stringify({
      nftables: [
        { metainfo: {} },
        {
          set: {
            family: "ip",
            table: "t",
            name: "lan",
            elem: ["1.2.3.4", { prefix: { addr: "10.1.0.0", len: 16 } }],
          },
        },
        {
          chain: {
            family: "ip",
            table: "t",
            name: "c",
            type: "filter",
            hook: "forward",
            prio: 0,
            policy: "accept",
          },
        },
        { chain: { family: "ip", table: "t", name: "d" } },
        ...exprs.map((expr) => ({ rule: { family: "ip", table: "t", chain: "c", expr } })),
        { rule: { family: "ip", table: "t", chain: "d", expr: [{ drop: null }] } },
      ],
    }),
  );

describe("rules of iptables", () => {
  const matching = [
    "-s 10.1.0.0/16",
    "-s 10.1.0.2/32",
    "-d 10.2.0.2/32 -p tcp -m tcp --dport 80",
    "-p tcp -m multiport --dports 22,70:90",
    "-i veth-red -o eth+",
    "! -i eth0",
    "! -s 10.2.0.0/16",
    "-m conntrack --ctstate NEW,RELATED",
    '-m comment --comment "a -j DROP of old" -m state --state NEW',
    "-m addrtype --dst-type UNICAST",
    "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN",
    "-p tcp -m tcp ! --tcp-flags SYN,ACK SYN,ACK",
  ];
  for (const words of matching) {
    it(`match: ${words}`, () => {
      expect(outcomeOf(iptables(`${words} -j DROP`), passing(WEB))).to.equal(
        `drop: -A FORWARD ${words} -j DROP`,
      );
    });
  }

  const others = [
    "-s 10.2.0.0/16",
    "-p udp -m udp --dport 80",
    "-p tcp -m tcp --dport 81",
    "-i eth0",
    "! -i veth-red",
    "-m conntrack --ctstate RELATED,ESTABLISHED",
    "-m addrtype --dst-type LOCAL",
    "-m physdev --physdev-is-bridged",
    "-p icmp -m icmp --icmp-type 8",
    "-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE",
    "-p tcp -m tcp --tcp-flags FIN,SYN FIN,SYN",
    "-p tcp -m tcp ! --dport 80",
  ];
  for (const words of others) {
    it(`do not match: ${words}`, () => {
      expect(outcomeOf(iptables(`${words} -j DROP`), passing(WEB))).to.equal("accept");
    });
  }

  for (const words of [
    "-m set --match-set lan src",
    "-m mark --mark 0x1",
    "-m string --string x --algo bm",
    "-p tcp -m tcp --sport 99",
    "-m rpfilter",
    "-s 10.1.0.0/255.255.0.255",
  ]) {
    it(`stay in doubt: ${words}`, () => {
      expect(outcomeOf(iptables(`${words} -j DROP`), passing(WEB))).to.equal("accept: in doubt");
    });
  }

  it("know a ping from its answer", () => {
    const chains = iptables("-p icmp -m icmp --icmp-type 8 -j DROP");
    expect(outcomeOf(chains, passing(PING))).to.equal(
      "drop: -A FORWARD -p icmp -m icmp --icmp-type 8 -j DROP",
    );
    expect(outcomeOf(chains, passing({ ...PING, isReply: true }))).to.equal("accept");
  });

  it("know any ping, a type with its code, and ICMP of the other family", () => {
    const isDropped = (words: string, packet: Packet) =>
      outcomeOf(iptables(`-p ${words} -j DROP`), passing(packet)) !== "accept";
    expect(isDropped("icmp -m icmp --icmp-type any", { ...PING, isReply: true })).to.equal(true);
    expect(isDropped("icmp -m icmp --icmp-type 8/0", PING)).to.equal(true);
    expect(isDropped("ipv6-icmp", PING)).to.equal(false);
    expect(isDropped("icmp", { ...PING, family: "ipv6" })).to.equal(false);
    expect(isDropped("ipv6-icmp", { ...PING, family: "ipv6" })).to.equal(true);
  });

  it("stay in doubt about a target that is no chain", () => {
    expect(outcomeOf(iptables("-j NFQUEUE --queue-num 1"), passing(WEB))).to.equal("accept: in doubt");
  });

  it("call chains, return from them, and go to them for good", () => {
    const save = (rules: string) =>
      parseIptables(
        `*filter\n:FORWARD DROP [7:588]\n:A - [0:0]\n:B - [0:0]\n${rules}\nCOMMIT\n`,
        "iptables-legacy",
        "ip",
      );
    expect(
      outcomeOf(
        save("-A FORWARD -j A\n-A A -j RETURN\n-A A -j ACCEPT\n-A FORWARD -j B\n-A B -j ACCEPT"),
        passing(WEB),
      ),
    ).to.equal("accept");
    expect(outcomeOf(save("-A FORWARD -g A\n-A FORWARD -j ACCEPT"), passing(WEB))).to.equal("drop: policy");
    expect(save("")[0]?.base).to.deep.equal({
      hook: "forward",
      type: "filter",
      priority: 0,
      policy: "drop",
      packets: 7,
    });
  });

  it("translate, the first that fits", () => {
    const chains = parseIptables(
      [
        "*nat",
        ":PREROUTING ACCEPT [0:0]",
        "-A PREROUTING -p tcp -m tcp --dport 81 -j DNAT --to-destination 10.9.0.9:1",
        "-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.2.0.3:8080",
        "-A PREROUTING -j REDIRECT --to-ports 3128",
      ].join("\n"),
      "iptables",
      "ip",
    );
    const { nat } = judge(chains, "prerouting", ["ip"], passing(WEB));
    expect(nat?.verdict).to.deep.equal({ does: "dnat", to: "10.2.0.3", port: 8080 });
    expect(judge(chains, "prerouting", ["ip"], passing(ANSWER)).nat).to.equal(undefined);
  });
});

describe("rules of nftables", () => {
  const match = (left: object, right: unknown, op = "==") => ({ match: { op, left, right } });
  const meta = (key: string) => ({ meta: { key } });
  const payload = (protocol: string, field: string) => ({ payload: { protocol, field } });
  const drop = { drop: null };

  const matching: Readonly<Record<string, readonly object[]>> = {
    "a prefix": [match(payload("ip", "saddr"), { prefix: { addr: "10.1.0.0", len: 24 } })],
    "a named set": [match(payload("ip", "saddr"), "@lan")],
    "an anonymous set with a range": [match(payload("tcp", "dport"), { set: [22, { range: [70, 90] }] })],
    "a range of addresses": [match(payload("ip", "daddr"), { range: ["10.2.0.1", "10.2.0.9"] })],
    "another link": [match(meta("iifname"), "eth0", "!=")],
    "a wildcard": [match(meta("iifname"), "veth*")],
    "a protocol by name": [match(meta("l4proto"), "tcp")],
    "a protocol by number": [match(payload("ip", "protocol"), 6)],
    "a new connection": [match({ ct: { key: "state" } }, ["new", "untracked"], "in")],
    "a fib type": [match({ fib: { result: "type", flags: ["daddr"] } }, "unicast")],
    "a concatenation": [
      match(
        { concat: [payload("ip", "saddr"), payload("tcp", "dport")] },
        { set: [{ concat: ["10.1.0.2", 80] }] },
      ),
    ],
  };
  for (const [name, expr] of Object.entries(matching)) {
    it(`match ${name}`, () => {
      expect(outcomeOf(nft([...expr, { counter: { packets: 3, bytes: 1 } }, drop]), passing(WEB))).to.match(
        /^drop: /,
      );
    });
  }

  const others: Readonly<Record<string, readonly object[]>> = {
    "another prefix": [match(payload("ip", "saddr"), { prefix: { addr: "10.2.0.0", len: 16 } })],
    "another protocol": [match(payload("udp", "dport"), 80)],
    "IPv6 addresses": [match(payload("ip6", "saddr"), "fd00::1")],
    "another state": [match({ ct: { key: "state" } }, "established", "in")],
    "a ping": [match(payload("icmp", "type"), "echo-request")],
  };
  for (const [name, expr] of Object.entries(others)) {
    it(`do not match ${name}`, () => {
      expect(outcomeOf(nft([...expr, drop]), passing(WEB))).to.equal("accept");
    });
  }

  it("stay in doubt about what only a real packet has", () => {
    const marked = [match(meta("mark"), 5), drop];
    const xt = [{ xt: { type: "match", name: "string" } }, drop];
    expect(outcomeOf(nft(marked), passing(WEB))).to.equal("accept: in doubt");
    expect(outcomeOf(nft(xt), passing(WEB))).to.equal("accept: in doubt");
    // A rule that certainly does not match is not in doubt.
    expect(outcomeOf(nft([match(meta("iifname"), "eth9"), ...marked]), passing(WEB))).to.equal("accept");
  });

  it("follow jumps and verdict maps", () => {
    const map = (state: string, verdict: object) => ({
      vmap: { key: { ct: { key: "state" } }, data: { set: [[state, verdict]] } },
    });
    expect(outcomeOf(nft([{ jump: { target: "d" } }]), passing(WEB))).to.equal("drop: drop");
    expect(outcomeOf(nft([map("established", { accept: null })], [drop]), passing(ANSWER))).to.equal(
      "accept",
    );
    expect(outcomeOf(nft([map("established", { accept: null })], [drop]), passing(WEB))).to.equal(
      "drop: drop",
    );
  });

  it("of one table do not overrule a drop of another", () => {
    const chains = [...nft([{ accept: null }]), ...iptables("-j DROP")];
    expect(outcomeOf(chains, passing(WEB))).to.equal("drop: -A FORWARD -j DROP");
  });
});

describe("a drop", () => {
  /** Returns the rule that drops it, and the rule that may accept it. */
  const openness = (chains: readonly Chain[]): string => {
    const { outcome, by, unless } = judge(chains, "forward", ["ip", "inet"], passing(WEB));
    return [outcome, by?.rule?.text ?? "policy", ...(unless ? ["unless", unless.rule.text] : [])].join(" ");
  };
  const filter = (...rules: readonly string[]) =>
    parseIptables(
      ["*filter", ":FORWARD DROP [0:0]", ":A - [0:0]", ":B - [0:0]", ...rules].join("\n"),
      "iptables",
      "ip",
    );
  const marked = "-m mark --mark 0x1";

  const unsure: Readonly<Record<string, readonly [rules: readonly string[], rescuer: number]>> = {
    "an accept": [[`-A FORWARD ${marked} -j ACCEPT`], 0],
    "a target that nothing is known of": [["-A FORWARD -j NFQUEUE --queue-num 1"], 0],
    "a call of what accepts": [[`-A FORWARD ${marked} -j A`, "-A A -j ACCEPT"], 0],
    "an accept in what is called": [["-A FORWARD -j A", `-A A ${marked} -j ACCEPT`], 1],
    both: [[`-A FORWARD ${marked} -j A`, `-A A ${marked} -j ACCEPT`], 1],
    "a return before a drop": [
      ["-A FORWARD -j A", `-A A ${marked} -j RETURN`, "-A A -j DROP", "-A FORWARD -j ACCEPT"],
      1,
    ],
  };
  for (const [name, [rules, rescuer]] of Object.entries(unsure)) {
    it(`is in doubt after ${name} in doubt`, () => {
      expect(openness(filter(...rules))).to.match(new RegExp(` unless ${rules[rescuer]}$`));
    });
  }

  const sure: Readonly<Record<string, readonly string[]>> = {
    "a drop": [`-A FORWARD ${marked} -j DROP`],
    "a return to the policy": [`-A FORWARD ${marked} -j RETURN`],
    "a call of what drops": [`-A FORWARD ${marked} -j A`, "-A A -j DROP"],
    "a call of what does nothing": [`-A FORWARD ${marked} -j A`],
    "calls in a circle": [`-A FORWARD ${marked} -j A`, `-A A ${marked} -j B`, `-A B ${marked} -j A`],
    "nothing but an accept that comes too late": ["-A FORWARD -j DROP", `-A FORWARD ${marked} -j ACCEPT`],
  };
  for (const [name, rules] of Object.entries(sure)) {
    it(`is sure after ${name} in doubt`, () => {
      expect(openness(filter(...rules))).not.to.include("unless");
    });
  }

  it("is sure after an accept in doubt of another table, or before a sure drop of one", () => {
    const accept = [{ match: { op: "==", left: { meta: { key: "mark" } }, right: 5 } }, { accept: null }];
    expect(openness([...nft(accept), ...filter()])).to.equal("drop policy");
    expect(openness([...filter(`-A FORWARD ${marked} -j ACCEPT`), ...nft([{ drop: null }])])).to.equal(
      "drop drop",
    );
  });
});

describe("packets that are not tracked", () => {
  const base = (hook: string, type: string, prio: number, ...exprs: readonly (readonly object[])[]) => [
    { chain: { family: "ip", table: "n", name: `${hook}${prio}`, type, hook, prio, policy: "accept" } },
    ...exprs.map((expr) => ({ rule: { family: "ip", table: "n", chain: `${hook}${prio}`, expr } })),
  ];
  const save = (...lines: readonly string[]) => parseIptables(lines.join("\n"), "iptables", "ip");
  const notrack = (priority: number, ...before: readonly object[]) =>
    parseNft(
      JSON.stringify({ nftables: base("prerouting", "filter", priority, [...before, { notrack: null }]) }),
    );
  const dnat = ["*nat", ":PREROUTING ACCEPT [0:0]", "-A PREROUTING -j DNAT --to-destination 10.9.0.9"];
  const raw = (words: string) => ["*raw", ":PREROUTING ACCEPT [0:0]", `-A PREROUTING ${words}`];

  /** Returns the rule that excludes it from tracking, whether it is translated, and the doubtful rules. */
  const seen = (chains: readonly Chain[]) => {
    const { untracked, nat, doubts } = judge(chains, "prerouting", ["ip", "inet"], passing(WEB));
    return [untracked?.rule.text, nat?.verdict.does, ...doubts.map(({ rule }) => rule.text)];
  };

  it("are not translated", () => {
    expect(seen([...save(...dnat), ...notrack(-300)])).to.deep.equal(["notrack", undefined]);
    for (const words of ["-p tcp -j CT --notrack", "-p tcp -j NOTRACK"])
      expect(seen(save(...dnat, ...raw(words)))).to.deep.equal([`-A PREROUTING ${words}`, undefined]);
  });

  it("are those that a rule surely matches, before tracking has seen them", () => {
    const mark = { match: { op: "==", left: { meta: { key: "mark" } }, right: 5 } };
    expect(seen([...save(...dnat), ...notrack(-200)])).to.deep.equal([undefined, "dnat"]);
    expect(seen([...save(...dnat), ...notrack(-300, mark)])).to.deep.equal([
      ...[undefined, "dnat"],
      "meta mark 5 notrack",
    ]);
    expect(seen(save(...dnat, ...raw("-p udp -j NOTRACK")))).to.deep.equal([undefined, "dnat"]);
    expect(seen(save(...dnat, ...raw("-j CT --helper ftp")))).to.deep.equal([undefined, "dnat"]);
  });

  it("are known to the rules that come later at the same hook", () => {
    const chains = save(
      ...raw("-j NOTRACK"),
      ...[
        "-A PREROUTING -m conntrack --ctstate NEW -j ACCEPT",
        "-A PREROUTING -m state --state UNTRACKED -j DROP",
      ],
    );
    expect(outcomeOf(chains, passing(WEB), "prerouting")).to.match(/^drop: .*UNTRACKED/);
  });
});

describe("what only crosses a bridge", () => {
  const bridged = { bridge: "br0", from: "red-br", to: "blue-br" };
  const passage = passing(WEB, { inInterface: "br0", outInterface: "br0", bridged });
  const meta = (key: string, right: string) => ({ match: { op: "==", left: { meta: { key } }, right } });
  const bridge = (...exprs: readonly (readonly object[])[]): Chain[] =>
    nft(...exprs).map((chain) => ({ ...chain, family: "bridge" }));
  const outcome = (chains: readonly Chain[]): string => {
    const { outcome, doubts } = judge(chains, "forward", ["bridge", "ip", "inet"], passage);
    return doubts.length > 0 ? "doubt" : outcome;
  };
  const isDropped = (...matches: readonly object[]) =>
    [bridge, nft].map((table) => outcome(table([...matches, { drop: null }])));

  it("has its ports for links in tables of bridges, and the bridge in others", () => {
    expect(isDropped(meta("iifname", "red-br"), meta("oifname", "blue-br"))).to.deep.equal([
      "drop",
      "accept",
    ]);
    expect(isDropped(meta("iifname", "br0"), meta("oifname", "br0"))).to.deep.equal(["accept", "drop"]);
    expect(isDropped(meta("ibrname", "br0"), meta("obrname", "br0"))[0]).to.equal("drop");
  });

  it("is a frame of its own type", () => {
    const type = (right: string) => ({
      match: { op: "==", left: { payload: { protocol: "ether", field: "type" } }, right },
    });
    expect([isDropped(type("ip"))[0], isDropped(type("arp"))[0]]).to.deep.equal(["drop", "accept"]);
  });

  it("is known by its ports to iptables", () => {
    const seen = (words: string) => outcome(iptables(`-m physdev ${words} -j DROP`));
    expect(seen("--physdev-in red-br --physdev-out blue+ --physdev-is-bridged")).to.equal("drop");
    expect(seen("--physdev-in blue-br")).to.equal("accept");
    expect(seen("! --physdev-out red-br")).to.equal("drop");
    expect(outcomeOf(iptables("-m physdev --physdev-in red-br -j DROP"), passing(WEB))).to.equal(
      "accept: in doubt",
    );
  });
});
