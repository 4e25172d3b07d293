import { copyFile, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { checks } from "../../../cli/doctor/checks";
import { gatherFacts } from "../../../cli/doctor/gather";
import { markFor } from "../../support/args";
import { type Living, onKernel, skip } from "../../support/kernel";
import { applied } from "../trace/fixing";

/** Returns the findings of one check, a line for each that is not `ok`. */
async function found(title: string): Promise<string[]> {
  const check = checks.find((one) => one.title === title);
  if (!check) throw new Error(`there is no check ${title}`);
  const findings = check.run(await gatherFacts());
  return findings.flatMap(({ level, subject, text, fix, code = [] }) =>
    level === "ok" ? [] : `${level}: ${subject}: ${text} → ${[fix, ...code].join(" | ")}`,
  );
}

const type = async (line: string): Promise<void> => {
  const [file = "", ...words] = line.split(" ");
  await execa(file, words);
};

/** A fault, its findings, and the commands that undo it. */
interface Fault {
  readonly name: string;
  readonly check: string;
  readonly make: readonly string[];
  readonly undo: readonly string[];
  readonly findings: readonly string[];
}

/** Returns a FilterRule for each direction. */
const passedOn = (words = "") =>
  ["in", "out"].map(
    (direction) =>
      `new FilterRule("…", { chain: "forward", backend: "iptables", ${words}${direction}Interface: "BRIDGE", verdict: "accept" });`,
  );

/** Returns a finding with the lines that fix it. */
const told = (finding: string, ...code: readonly string[]) => [finding, ...code].join(" | ");

const TRUSTED = [
  "firewall-cmd --zone=trusted --change-interface=BRIDGE",
  "firewall-cmd --permanent --zone=trusted --change-interface=BRIDGE",
];

const faults: readonly Fault[] = [
  {
    name: "a host that passes nothing on",
    check: "Forwarding",
    make: ["sysctl -q -w net.ipv4.ip_forward=0"],
    undo: [],
    findings: [
      told(
        "warning: IPv4: net.ipv4.ip_forward = 0: the host does not forward → switch it on if networks behind the host must reach others",
        'new Sysctl("…", { key: "net.ipv4.ip_forward", value: 1 });',
      ),
    ],
  },
  {
    name: "a strict reverse path filter",
    check: "Forwarding",
    make: ["sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=1"],
    undo: ["sysctl -q -w net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=0"],
    findings: [
      told(
        "warning: rp_filter: strict on all links: it drops packets whose answers would leave by another link → loosen it if answers leave by another link",
        'new Sysctl("…", { key: "net.ipv4.conf.LINK.rp_filter", value: 2 });',
      ),
    ],
  },
  {
    name: "a FORWARD policy of DROP, on bridges too",
    check: "Filters",
    make: ["iptables -P FORWARD DROP"],
    undo: ["iptables -P FORWARD ACCEPT"],
    findings: [
      told(
        "problem: FORWARD: FORWARD of iptables drops packets that no rule there accepts; an accept elsewhere does not overrule it → let FilterRules accept their packets there",
        ...passedOn(),
      ),
      told(
        "problem: br_netfilter: on: filters also apply to frames between ports of a bridge, and the chains above drop them → accept frames where they are dropped",
        "iptables -I FORWARD -m physdev --physdev-is-bridged -j ACCEPT",
      ),
    ],
  },
  {
    name: "a FORWARD policy of DROP that Docker has set",
    check: "Filters",
    make: [
      "iptables -P FORWARD DROP",
      "iptables -N DOCKER-USER",
      "sysctl -q -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0",
    ],
    undo: [
      "iptables -P FORWARD ACCEPT",
      "iptables -X DOCKER-USER",
      "sysctl -q -w net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1",
    ],
    findings: [
      told(
        "problem: FORWARD: FORWARD of iptables drops packets that no rule there accepts; an accept elsewhere does not overrule it → let FilterRules accept their packets in Docker's chain for exceptions",
        ...passedOn("dockerUser: true, "),
      ),
    ],
  },
  {
    name: "the same without br_netfilter, for IPv6",
    check: "Filters",
    make: [
      "ip6tables -P FORWARD DROP",
      "sysctl -q -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0",
    ],
    undo: [
      "ip6tables -P FORWARD ACCEPT",
      "sysctl -q -w net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1",
    ],
    findings: [
      told(
        "problem: FORWARD: FORWARD of ip6tables drops packets that no rule there accepts; an accept elsewhere does not overrule it → let FilterRules accept their packets there",
        ...passedOn('family: "ipv6", '),
      ),
    ],
  },
  {
    name: "a chain like that of firewalld",
    check: "Filters",
    make: [
      "sysctl -q -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0",
      "nft add table inet firewalld",
      "nft add chain inet firewalld filter_FORWARD { type filter hook forward priority 10 ; policy accept ; }",
      "nft add rule inet firewalld filter_FORWARD ct state established,related accept",
      "nft add rule inet firewalld filter_FORWARD reject with icmpx type admin-prohibited",
    ],
    undo: [
      "nft delete table inet firewalld",
      "sysctl -q -w net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1",
    ],
    findings: [
      told(
        "problem: FORWARD: inet firewalld filter_FORWARD rejects packets that no rule there accepts; an accept elsewhere does not overrule it → put your links into firewalld's zone trusted, or let FilterRules with backend firewalld accept their packets",
        ...TRUSTED,
      ),
    ],
  },
  {
    name: "rules in both backends",
    check: "Filters",
    make: ["iptables -A INPUT -s 10.9.9.9 -j DROP", "iptables-legacy -A INPUT -s 10.9.9.9 -j DROP"],
    undo: ["iptables -F INPUT", "iptables-legacy -F INPUT"],
    findings: [
      "warning: iptables: rules in both backends, nf_tables and legacy: `iptables -S` shows only one of them, and both can drop packets → " +
        "keep one backend: add the rules that you still need from `iptables-legacy-save` with iptables, then delete the legacy ones, policies first | iptables-legacy -t filter -F",
    ],
  },
  {
    name: "Docker, Podman, libvirt and ufw, by their chains",
    check: "Others at work",
    make: [
      "iptables -N DOCKER-USER",
      "iptables -N ufw-before-forward",
      "iptables -N LIBVIRT_FWI",
      "iptables -t nat -N NETAVARK-HOSTPORT-DNAT",
      "iptables -P FORWARD DROP",
    ],
    undo: [
      "iptables -P FORWARD ACCEPT",
      "iptables -X DOCKER-USER",
      "iptables -X ufw-before-forward",
      "iptables -X LIBVIRT_FWI",
      "iptables -t nat -X NETAVARK-HOSTPORT-DNAT",
    ],
    findings: [
      "warning: Docker: has its chains in FORWARD, whose policy is DROP here, masquerades its own networks, and publishes ports → use a FilterRule with backend iptables and dockerUser: true, which goes into Docker's chain for exceptions, DOCKER-USER",
      "warning: Podman: masquerades its own networks, and publishes ports → give NatRules other ports than containers publish, because a NatRule takes such a port over",
      'warning: libvirt: rejects new connections from other networks to those of its guests → use a FilterRule with chain: "forward" and backend: "iptables", which precedes its chains and stays there',
      "warning: ufw: has its chains in INPUT, OUTPUT and FORWARD; the policy of FORWARD is DROP here → allow your links, or set DEFAULT_FORWARD_POLICY in /etc/default/ufw | ufw route allow in on BRIDGE | ufw route allow out on BRIDGE",
    ],
  },
  {
    name: "ports that two rules redirect",
    check: "Ports",
    make: [
      "iptables -t nat -N DOCKER",
      "iptables -t nat -A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80",
      "iptables -t nat -A DOCKER -p udp -m udp --dport 53 -j DNAT --to-destination 172.17.0.2:53",
      "nft add table ip it-nat",
      "nft add chain ip it-nat in { type nat hook prerouting priority -100 ; }",
      "nft add rule ip it-nat in tcp dport { 80, 8080 } dnat to 10.9.0.2",
    ],
    undo: ["nft delete table ip it-nat", "iptables -t nat -F DOCKER", "iptables -t nat -X DOCKER"],
    findings: [
      "warning: tcp 8080: IPv4 tcp 8080 is redirected by the chain in of the table it-nat and Docker: currently, the chain in of the table it-nat gets its packets → give one of them another port",
    ],
  },
  {
    name: "a port that Docker has from before",
    check: "Ports",
    make: [
      "nft add table ip it-nat",
      "nft add chain ip it-nat in { type nat hook prerouting priority -90 ; }",
      "nft add rule ip it-nat in tcp dport 8080-8090 redirect to :9000",
      "iptables -t nat -N DOCKER",
      "iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
      "iptables -t nat -A DOCKER -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80",
    ],
    undo: [
      "nft delete table ip it-nat",
      "iptables -t nat -F PREROUTING",
      "iptables -t nat -F DOCKER",
      "iptables -t nat -X DOCKER",
    ],
    findings: [
      "warning: tcp 8080: IPv4 tcp 8080 is redirected by the chain in of the table it-nat and Docker: currently, Docker gets its packets → give one of them another port",
    ],
  },
  {
    name: "a port that legacy iptables redirects as well",
    check: "Ports",
    make: [
      "nft add table ip it-nat",
      "nft add chain ip it-nat in { type nat hook prerouting priority -100 ; }",
      "nft add rule ip it-nat in tcp dport 8080 redirect to :9000",
      "iptables-legacy -t nat -A PREROUTING -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 9001",
    ],
    undo: ["nft delete table ip it-nat", "iptables-legacy -t nat -F PREROUTING"],
    findings: [
      "warning: tcp 8080: IPv4 tcp 8080 is redirected by the chain in of the table it-nat and the chain PREROUTING of iptables: the rules do not tell which of them gets its packets → give one of them another port; pulumi-netns trace FROM ADDRESS:PORT sends a packet to see who gets it",
    ],
  },
  {
    name: "two links in one network",
    check: "Addresses and namespaces",
    make: [
      "ip link add it-a type veth peer name it-b",
      "ip address add 10.66.0.1/16 dev it-a",
      "ip address add 10.66.7.1/24 dev it-b",
    ],
    undo: ["ip link del it-a"],
    findings: [
      "warning: subnets: 10.66.7.0/24 of it-b and 10.66.0.0/16 of it-a overlap in the host → give one of the two another network, or put it into a namespace of its own",
    ],
  },
];

describe("doctor", () => {
  // Each run tries the features of the kernel.

  onKernel();

  it("has no problem with a fresh sandbox", async () => {
    const { exitCode, stdout } = await execa(process.execPath, ["dist/cli/main.js", "doctor"], {
      reject: false,
    });
    expect(stdout).to.match(/^Tools\n {2}ok {7}ip {11}/);
    expect(stdout).to.not.include("PROBLEM");
    expect(exitCode).to.equal(0);
  });

  for (const { name, check, make, undo, findings } of faults) {
    it(`finds ${name}`, async () => {
      const before = await found(check);
      try {
        for (const line of make) await type(line);
        expect(await found(check)).to.deep.equal(findings);
      } finally {
        for (const line of undo) await type(line);
      }
      expect(await found(check)).to.deep.equal(before);
    });
  }

  it("has tried every check with a fault", () => {
    const tried = [...faults.map(({ check }) => check), "Tools", "Kernel"];
    expect([...new Set(tried)].sort()).to.deep.equal(checks.map(({ title }) => title).sort());
  });

  describe("by their processes", () => {
    const names = ["NetworkManager", "systemd-networkd", "firewalld", "dockerd"];
    const start = (file: string) => execa(file, ["60"], { reject: false });
    const processes: ReturnType<typeof start>[] = [];
    let folder: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "doctor-"));
      const [sleep = ""] = (await execa("which", ["sleep"])).stdout.split("\n");
      for (const name of names) {
        await copyFile(sleep, join(folder, name));
        processes.push(start(join(folder, name)));
      }
    });

    after(async () => {
      for (const one of processes) one.kill();
      await Promise.all(processes);
      await rm(folder, { recursive: true });
    });

    it("finds what else manages the network", async () => {
      const subjects = (await found("Others at work")).map((line) => line.split(": ")[1]);
      expect(subjects).to.deep.equal(["Docker", "firewalld", "NetworkManager", "networkd"]);
    });
  });

  it("finds names without a namespace of their own", async () => {
    await type("ip netns add it-good");
    const odd: readonly (readonly [name: string, target: string | undefined, finding: string])[] = [
      [
        "it-ended",
        "/proc/999999/ns/net",
        "is a dangling link: the container with that namespace has ended → remove the name | rm /run/netns/it-ended",
      ],
      [
        "it-host",
        "/proc/self/ns/net",
        "leads to the network of the host: changes for a namespace would affect the host → remove the name | rm /run/netns/it-host",
      ],
      [
        "it-stale",
        undefined,
        "is a file, not a namespace; a reboot or a crash left it → remove the name | rm /run/netns/it-stale",
      ],
      [
        "it-twin",
        "/run/netns/it-good",
        "is the same namespace as /run/netns/it-good → use one of the two names in a program",
      ],
    ];
    try {
      for (const [name, target] of odd) {
        if (target === undefined) await writeFile(`/run/netns/${name}`, "");
        else await symlink(target.replace("self", String(process.pid)), `/run/netns/${name}`);
      }
      expect(await found("Addresses and namespaces")).to.deep.equal(
        odd.map(([name, , finding]) => `warning: namespaces: /run/netns/${name} ${finding}`),
      );
      for (const words of [
        ["trace", "it-ended", "10.0.0.1"],
        ["graph", "it-ended"],
      ]) {
        const { all } = await execa(process.execPath, ["dist/cli/main.js", ...words], {
          reject: false,
          all: true,
        });
        expect(all).to.include("ln -sfn /proc/PID/ns/net /run/netns/it-ended");
      }
      for (const finding of await found("Addresses and namespaces")) {
        const [, ...lines] = finding.split(" | ");
        if (lines.length > 0) await applied(lines.join("\n"));
      }
      expect(await found("Addresses and namespaces")).to.deep.equal([
        `warning: namespaces: /run/netns/it-twin ${odd.at(-1)?.[2]}`,
      ]);
    } finally {
      for (const [name] of odd) await rm(`/run/netns/${name}`, { force: true });
    }
  });

  //   it-red  eth0 ──── it-a \
  //                            it-br  of the host, 10.9.0.1
  //   it-blue eth0 ──── it-b /
  describe("what it proposes, done as it is printed", () => {
    const bothFamilies = ["net.bridge.bridge-nf-call-iptables=1", "net.bridge.bridge-nf-call-ip6tables=1"];
    beforeEach(async () => {
      const lines = [
        "ip link add it-br type bridge",
        "ip address add 10.9.0.1/24 dev it-br",
        "ip link set it-br up",
        ...[
          ["it-red", "it-a", "2"],
          ["it-blue", "it-b", "3"],
        ].flatMap(([room, near, number]) => [
          `ip netns add ${room}`,
          `ip link add ${near} master it-br type veth peer name eth0 netns ${room}`,
          `ip link set ${near} up`,
          `ip -n ${room} link set eth0 up`,
          `ip -n ${room} address add 10.9.0.${number}/24 dev eth0`,
        ]),
        `sysctl -q -w ${bothFamilies.join(" ")}`,
      ];
      for (const line of lines) await type(line);
    });
    afterEach(async () => {
      await type("ip link del it-br");
    });

    const pings = async (target: string): Promise<boolean> => {
      const words = ["netns", "exec", "it-red", "ping", "-c1", "-W1", target];
      return (await execa("ip", words, { reject: false })).exitCode === 0;
    };
    /** Returns the lines of the finding on a subject. */
    const mendOf = async (check: string, subject: string): Promise<string[]> => {
      const line = (await found(check)).find((one) => one.split(": ")[1] === subject) ?? "";
      return line.replaceAll("BRIDGE", "it-br").split(" | ").slice(1);
    };

    const rows: readonly (readonly [
      what: string,
      subject: string,
      make: readonly string[],
      target: string,
      undo: readonly string[],
    ])[] = [
      [
        "a legacy firewall beside nf_tables, whose policies drop",
        "iptables",
        [
          "iptables -A FORWARD -i it-none -j ACCEPT",
          "iptables-legacy -A INPUT -i it-none -j ACCEPT",
          "iptables-legacy -P INPUT DROP",
          "iptables-legacy -P FORWARD DROP",
          "ip6tables-legacy -P INPUT DROP",
        ],
        "10.9.0.1",
        ["iptables -F FORWARD"],
      ],
      [
        "frames on a bridge, dropped by iptables",
        "br_netfilter",
        ["iptables -P FORWARD DROP"],
        "10.9.0.3",
        ["iptables -P FORWARD ACCEPT", "iptables -F FORWARD"],
      ],
      [
        "frames on a bridge, dropped by legacy iptables",
        "br_netfilter",
        ["iptables-legacy -P FORWARD DROP"],
        "10.9.0.3",
        ["iptables-legacy -P FORWARD ACCEPT", "iptables-legacy -F FORWARD"],
      ],
      [
        "frames on a bridge, dropped by a table of nftables and by iptables",
        "br_netfilter",
        [
          "iptables -P FORWARD DROP",
          "nft add table inet it-wall",
          "nft add chain inet it-wall f { type filter hook forward priority 0 ; policy drop ; }",
        ],
        "10.9.0.3",
        ["iptables -P FORWARD ACCEPT", "iptables -F FORWARD", "nft delete table inet it-wall"],
      ],
    ];
    const walls: readonly (readonly [
      what: string,
      check: string,
      make: readonly string[],
      undo: readonly string[],
    ])[] = [
      ["a host that passes nothing on", "Forwarding", ["sysctl -q -w net.ipv4.ip_forward=0"], []],
      [
        "a strict reverse path filter",
        "Forwarding",
        ["sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=1"],
        ["sysctl -q -w net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=0"],
      ],
      [
        "a FORWARD policy of DROP",
        "Filters",
        ["iptables -P FORWARD DROP"],
        ["iptables -P FORWARD ACCEPT", "iptables -F FORWARD"],
      ],
      [
        "one that Docker has set",
        "Filters",
        [
          "iptables -P FORWARD DROP",
          "iptables -N DOCKER-USER",
          "iptables -A FORWARD -j DOCKER-USER",
          "sysctl -q -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0",
        ],
        ["iptables -P FORWARD ACCEPT", "iptables -F FORWARD", "iptables -X DOCKER-USER"],
      ],
      [
        "one of legacy iptables",
        "Filters",
        ["iptables-legacy -P FORWARD DROP"],
        ["iptables-legacy -P FORWARD ACCEPT", "iptables-legacy -F FORWARD"],
      ],
      [
        "a table of nftables that drops",
        "Filters",
        [
          "nft add table inet it-wall",
          "nft add chain inet it-wall f { type filter hook forward priority 0 ; policy drop ; }",
        ],
        ["nft delete table inet it-wall"],
      ],
    ];
    for (const [what, check, make, undo] of walls) {
      it(`${what}, until nothing is found`, async () => {
        await type(`ip link set it-br alias ${markFor("Bridge", "it-br")}`);
        await type("ip link add it-lan type veth peer name it-far");
        for (const line of ["address add 10.8.0.1/24 dev it-lan", "link set it-lan up", "link set it-far up"])
          await type(`ip ${line}`);
        let resources: readonly Living[] = [];
        try {
          const before = (await found(check)).filter((line) => !line.includes(": IPv4: "));
          for (const line of make) await type(line);
          const lines = (await found(check)).flatMap((line) => line.split(" | ").slice(1));
          expect(lines, "nothing to paste").to.not.have.length(0);
          resources = await applied([...new Set(lines)].join("\n"));
          expect(await found(check)).to.deep.equal(before);
        } finally {
          for (const one of [...resources].reverse()) await one.remove();
          for (const line of undo) await type(line);
          await type("ip link del it-lan");
        }
      });
    }
    for (const [what, subject, make, target, undo] of rows) {
      it(what, async () => {
        try {
          expect(await pings(target)).to.equal(true);
          for (const line of make) await type(line);
          expect(await pings(target)).to.equal(false);
          for (const line of await mendOf("Filters", subject)) await type(line);
          expect(await pings(target)).to.equal(true);
          expect((await execa("iptables-legacy", ["-S"])).stdout).to.not.match(/-P INPUT DROP/);
          expect((await execa("ip6tables-legacy", ["-S"])).stdout).to.not.match(/-P INPUT DROP/);
        } finally {
          for (const line of undo) await type(line);
        }
      });
    }
  });

  describe("a fix in words, done as a person would", () => {
    const overlaps = [
      "ip link add it-a type veth peer name it-b",
      "ip address add 10.66.0.1/16 dev it-a",
      "ip address add 10.66.7.1/24 dev it-b",
    ];
    const subnets = async () =>
      (await found("Addresses and namespaces")).filter((line) => line.includes(": subnets: "));
    const fixes: readonly (readonly [words: string, lines: readonly string[]])[] = [
      [
        "give one of the two another network",
        ["ip address add 10.67.7.1/24 dev it-b", "ip address del 10.66.7.1/24 dev it-b"],
      ],
      [
        "put it into a namespace of its own",
        [
          "ip netns add it-own",
          "ip link set it-b netns it-own",
          "ip -n it-own address add 10.66.7.1/24 dev it-b",
        ],
      ],
    ];
    for (const [words, lines] of fixes) {
      it(`${words}: networks do not overlap any more`, async () => {
        try {
          for (const line of overlaps) await type(line);
          const [finding = "", ...others] = await subnets();
          expect(others).to.deep.equal([]);
          expect(finding.split(" → ")[1]?.split(/, or /)).to.include(words);
          for (const line of lines) await type(line);
          expect(await subnets()).to.deep.equal([]);
        } finally {
          await type("ip link del it-a");
        }
      });
    }

    /** Each feature that the kernel lacks, and the line that loads its module. */
    const lacking = async () =>
      (await found("Kernel")).flatMap((line) => {
        const [, feature = "", code = ""] = /: lacks: (.*?) → .*? \| (modprobe \S+)$/.exec(line) ?? [];
        return code === "" ? [] : [{ feature, code }];
      });

    it("load the module of each feature that the kernel lacks: it has it then", async function () {
      const isLoaded = async (code: string) =>
        (await execa("sh", ["-c", code], { reject: false })).exitCode === 0;
      const tried = await Promise.all(
        (await lacking()).map(async (one) => ({ ...one, isLoaded: await isLoaded(one.code) })),
      );
      const loaded = tried.filter((one) => one.isLoaded).map(({ feature }) => feature);
      if (loaded.length === 0)
        skip(this, "this kernel has no module to load, or the sandbox may not load it");
      expect((await lacking()).map(({ feature }) => feature)).to.not.include.members(loaded);
    });

    // Packages are not installed here, as they would be the machine's own: those that are there tell whether the names are right.
    it("install the package that has a tool, by the list of packages of this machine", async function () {
      this.timeout(120_000);
      if ((await execa("which", ["dpkg", "apt-get"], { reject: false })).exitCode !== 0)
        skip(this, "only Debian and its like have these packages");
      const facts = await gatherFacts();
      const tools = facts.tools.map(({ name }) => ({ name }));
      const findings = checks.find(({ title }) => title === "Tools")?.run({ ...facts, tools }) ?? [];
      const packages = findings.flatMap(({ subject, fix = "" }) => {
        const [, name] = /^apt install (\S+) \|/.exec(fix) ?? [];
        return name === undefined ? [] : [{ subject, name }];
      });
      expect(packages.map(({ subject }) => subject)).to.include.members(["ip", "nft", "conntrack", "flock"]);
      const installed: string[] = [];
      for (const { subject, name } of packages) {
        const status = await execa("dpkg", ["--status", name], { reject: false });
        if (!status.stdout.includes("Status: install ok installed")) continue;
        const { stdout } = await execa("dpkg", ["--listfiles", name]);
        expect(stdout.split("\n"), name).to.satisfy((files: readonly string[]) =>
          // Which of its variants is `iptables` is for alternatives to say.
          files.some((file) => file.endsWith(`bin/${subject}`) || file.endsWith(`bin/${subject}-nft`)),
        );
        installed.push(name);
      }
      await execa("apt-get", ["install", "--simulate", ...new Set(installed)]);
    });
  });

  /** `doctor --json` after these lines, in a shell with mounts of its own. */
  async function after_(...lines: readonly string[]) {
    const script = [...lines, 'exec "$0" dist/cli/main.js doctor --json'].join("\n");
    const { stdout, exitCode, stderr } = await execa(
      "unshare",
      ["--mount", "sh", "-ec", script, process.execPath],
      { reject: false },
    );
    if (stdout === "") throw new Error(stderr);
    const findings: { check: string; level: string; subject: string; text: string; fix?: string }[] =
      JSON.parse(stdout);
    return { findings: findings.filter(({ level }) => level === "problem"), exitCode };
  }

  it("finds tools that are not installed", async () => {
    const { findings, exitCode } = await after_("mount -t tmpfs none /usr/sbin");
    const missing = findings.filter(({ check }) => check === "Tools");
    expect(missing.map(({ subject, text, fix }) => `${subject}: ${text} → ${fix}`)).to.include(
      "nft: not installed → apt install nftables | dnf install nftables",
    );
    expect(exitCode).to.equal(1);
  });

  it("finds that it has no rights, and looks at what it may", async () => {
    const script = 'exec setpriv --bounding-set=-all --inh-caps=-all "$0" dist/cli/main.js doctor --json';
    const { findings, exitCode } = await after_(script);
    // Without capabilities, sandboxes are forbidden as well.
    expect(findings.map(({ subject, fix }) => `${subject}: ${fix}`)).to.deep.equal([
      'rights: sudo -E env "PATH=$PATH" pulumi up; sandboxes are forbidden here, and npx pulumi-netns sandbox -- true says why',
    ]);
    expect(exitCode).to.equal(1);
  });

  it("proposes a sandbox to a user who can make one", async () => {
    const facts = { ...(await gatherFacts()), mayChange: false, maySandbox: true };
    const fixes = checks.flatMap((check) => check.run(facts)).flatMap(({ fix }) => fix ?? []);
    expect(fixes).to.include('sudo -E env "PATH=$PATH" pulumi up, or npx pulumi-netns sandbox -- pulumi up');
  });
});
