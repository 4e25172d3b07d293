import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { checks } from "../../cli/doctor/checks";
import { gatherFacts } from "../../cli/doctor/gather";
import { onKernel } from "../support/kernel";

/** What one check finds now, a line for each finding that is not fine. */
async function found(title: string): Promise<string[]> {
  const check = checks.find((one) => one.title === title);
  if (!check) throw new Error(`there is no check ${title}`);
  const findings = check.run(await gatherFacts());
  return findings.flatMap(({ level, subject, text, mend }) =>
    level === "ok" ? [] : `${level}: ${subject}: ${text} → ${mend}`,
  );
}

const type = async (line: string): Promise<void> => {
  const [file = "", ...words] = line.split(" ");
  await execa(file, words);
};

/** A fault, what is found of it, and how it is undone. */
interface Fault {
  readonly name: string;
  readonly check: string;
  readonly make: readonly string[];
  readonly undo: readonly string[];
  readonly findings: readonly string[];
}

const passedOn = (words = "") =>
  `new FilterRule("…", { chain: "forward", backend: "iptables", ${words}inInterface: "BRIDGE", verdict: "accept" }), and the same with outInterface`;

const faults: readonly Fault[] = [
  {
    name: "a host that passes nothing on",
    check: "Forwarding",
    make: ["sysctl -q -w net.ipv4.ip_forward=0"],
    undo: [],
    findings: [
      'warning: IPv4: net.ipv4.ip_forward = 0: what is behind the host stays there → new Sysctl("…", { key: "net.ipv4.ip_forward", value: 1 })',
    ],
  },
  {
    name: "a strict reverse path filter",
    check: "Forwarding",
    make: ["sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=1"],
    undo: ["sysctl -q -w net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=0"],
    findings: [
      "warning: rp_filter: strict on all links: packets that come another way than their answers go are dropped → " +
        'where ways differ: new Sysctl("…", { key: "net.ipv4.conf.LINK.rp_filter", value: 2 })',
    ],
  },
  {
    name: "a FORWARD policy of DROP, on bridges too",
    check: "Filters",
    make: ["iptables -P FORWARD DROP"],
    undo: ["iptables -P FORWARD ACCEPT"],
    findings: [
      `problem: FORWARD: FORWARD of iptables drops what no rule there accepts; an accept elsewhere does not overrule it → ${passedOn()}`,
      "problem: br_netfilter: on: filters judge frames from port to port of a bridge as well, and the above drops them → iptables -I FORWARD -m physdev --physdev-is-bridged -j ACCEPT",
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
      `problem: FORWARD: FORWARD of iptables drops what no rule there accepts; an accept elsewhere does not overrule it → ${passedOn("dockerUser: true, ")}`,
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
      `problem: FORWARD: FORWARD of ip6tables drops what no rule there accepts; an accept elsewhere does not overrule it → ${passedOn('family: "ipv6", ')}`,
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
      "problem: FORWARD: inet firewalld filter_FORWARD rejects what no rule there accepts; an accept elsewhere does not overrule it → firewall-cmd --zone=trusted --add-interface=BRIDGE, or a FilterRule with backend firewalld",
    ],
  },
  {
    name: "rules in both backends",
    check: "Filters",
    make: ["iptables -A INPUT -s 10.9.9.9 -j DROP", "iptables-legacy -A INPUT -s 10.9.9.9 -j DROP"],
    undo: ["iptables -F INPUT", "iptables-legacy -F INPUT"],
    findings: [
      "warning: iptables: rules in both backends, nf_tables and legacy: `iptables -S` shows one of them, and either drops → " +
        "keep one: iptables-legacy-save, add what is needed with iptables, then iptables-legacy -F",
    ],
  },
  {
    name: "Docker and ufw, by their chains",
    check: "Others at work",
    make: ["iptables -N DOCKER-USER", "iptables -N ufw-before-forward"],
    undo: ["iptables -X DOCKER-USER", "iptables -X ufw-before-forward"],
    findings: [
      "warning: Docker: sets the policy of FORWARD to DROP, and masquerades its own networks → a FilterRule with backend iptables and dockerUser: true goes into its chain DOCKER-USER, which it leaves alone",
      "warning: ufw: sets the policy of FORWARD to DROP; its reload puts its own rules first again → ufw route allow in on BRIDGE; or DEFAULT_FORWARD_POLICY in /etc/default/ufw",
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

describe("doctor", function () {
  // It tries what the kernel can make, each time.
  this.timeout(30_000);

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

  it("finds a name without a namespace", async () => {
    await type("ip netns add it-good");
    try {
      await writeFile("/run/netns/it-stale", "");
      expect(await found("Addresses and namespaces")).to.deep.equal([
        "warning: namespaces: /run/netns/it-stale is a file and no namespace, left by a reboot or a crash → rm /run/netns/it-stale",
      ]);
    } finally {
      await rm("/run/netns/it-stale");
    }
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
    const findings: { check: string; level: string; subject: string; text: string; mend?: string }[] =
      JSON.parse(stdout);
    return { findings: findings.filter(({ level }) => level === "problem"), exitCode };
  }

  it("finds tools that are not installed", async () => {
    const { findings, exitCode } = await after_("mount -t tmpfs none /usr/sbin");
    const missing = findings.filter(({ check }) => check === "Tools");
    expect(missing.map(({ subject, text, mend }) => `${subject}: ${text} → ${mend}`)).to.include(
      "nft: not installed → apt install nftables | dnf install nftables",
    );
    expect(exitCode).to.equal(1);
  });

  it("finds that it has no rights, and looks at what it may", async () => {
    const script = 'exec setpriv --bounding-set=-all --inh-caps=-all "$0" dist/cli/main.js doctor --json';
    const { findings, exitCode } = await after_(script);
    expect(findings.map(({ subject, mend }) => `${subject}: ${mend}`)).to.deep.equal([
      'rights: sudo -E env "PATH=$PATH" pulumi up, or npx pulumi-netns sandbox -- pulumi up',
    ]);
    expect(exitCode).to.equal(1);
  });
});
