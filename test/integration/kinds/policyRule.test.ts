import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import type { Args, Definition } from "../../../provider/engine/definition";
import { policyRule } from "../../../provider/kinds/policyRule";
import { route } from "../../../provider/kinds/route";
import { command } from "../../../provider/linux/command";
import type { Host } from "../../../provider/linux/host/host";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { checked } from "../../support/args";
import {
  crashing,
  failure,
  hereWith,
  Living,
  onKernel,
  recorded,
  typed,
  WatchedHost,
} from "../../support/kernel";
import { fails, pings } from "../../support/packets";

const lab = "it-lab";
const definition: Definition = policyRule;
const base = { namespace: lab, priority: 100, table: 7 };
const create = (given: Args, host: Host = localHost) => Living.create(definition, given, "it", host);

/** The rules of both families, without the kernel's own. */
async function shown(): Promise<string[]> {
  const answers = await Promise.all(["-4", "-6"].map((flag) => typed(`${flag} rule show`, lab)));
  return answers
    .flatMap((answer) => answer.split("\n"))
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "" && !/^(0|3276[67]):/.test(line));
}

describe("PolicyRule, with the kernel", () => {
  onKernel();

  beforeEach(() => typed(`netns add ${lab}`));

  type Step = readonly [given: Args, way: string, shown: string];
  const six = { ...base, from: "fd00::/8" };
  const paths: Readonly<Record<string, readonly Step[]>> = {
    "IPv4, selectors": [
      [{ ...base, from: "10.0.0.0/8" }, "create", "100: from 10.0.0.0/8 lookup 7 proto 110"],
      [{ ...base, from: "10.0.0.0/8" }, "nothing", "100: from 10.0.0.0/8 lookup 7 proto 110"],
      [{ ...base, to: "10.0.0.1" }, "update", "100: from all to 10.0.0.1 lookup 7 proto 110"],
      [{ ...base, iif: "eth0" }, "update", "100: from all iif eth0 [detached] lookup 7 proto 110"],
      [{ ...base, oif: "lo" }, "update", "100: from all oif lo lookup 7 proto 110"],
      [{ ...base, fwmark: 0 }, "update", "100: from all fwmark 0 lookup 7 proto 110"],
      [{ ...base, fwmark: "16/255" }, "update", "100: from all fwmark 0x10/0xff lookup 7 proto 110"],
      [{ ...base, ipproto: "icmp" }, "update", "100: from all ipproto icmp lookup 7 proto 110"],
      [
        { ...base, ipproto: "tcp", sport: "10-20", dport: 80 },
        "update",
        "100: from all ipproto tcp sport 10-20 dport 80 lookup 7 proto 110",
      ],
      [{ ...base, uidrange: 0 }, "update", "100: from all uidrange 0-0 lookup 7 proto 110"],
      [{ ...base, tos: 16 }, "update", "100: from all tos 0x10 lookup 7 proto 110"],
      [{ ...base }, "update", "100: from all lookup 7 proto 110"],
    ],
    "IPv4, actions": [
      [
        { ...base, table: "main", suppressPrefixlength: 0 },
        "create",
        "100: from all lookup main suppress_prefixlength 0 proto 110",
      ],
      [{ ...base, table: 4294967295 }, "update", "100: from all lookup 4294967295 proto 110"],
      [
        { ...base, from: "10.0.0.0/8", invert: true },
        "update",
        "100: not from 10.0.0.0/8 lookup 7 proto 110",
      ],
      [{ ...base, table: undefined, action: "blackhole" }, "update", "100: from all blackhole proto 110"],
      [{ ...base, table: undefined, action: "unreachable" }, "update", "100: from all unreachable proto 110"],
      [{ ...base, table: undefined, action: "prohibit" }, "update", "100: from all prohibit proto 110"],
      [{ ...base, priority: 4294967295 }, "replace priority", "4294967295: from all lookup 7 proto 110"],
    ],
    IPv6: [
      [six, "create", "100: from fd00::/8 lookup 7 proto 110"],
      [
        { ...six, to: "fd01::1", ipproto: "icmpv6" },
        "update",
        "100: from fd00::/8 to fd01::1 ipproto ipv6-icmp lookup 7 proto 110",
      ],
      [
        { ...six, tos: 252, fwmark: 1 },
        "update",
        "100: from fd00::/8 tos 0xfc fwmark 0x1 lookup 7 proto 110",
      ],
      [base, "replace family", "100: from all lookup 7 proto 110"],
    ],
  };
  for (const [title, steps] of Object.entries(paths)) {
    it(`changes from one set of arguments to the next: ${title}`, async () => {
      let living: Living | undefined;
      for (const [given, way, text] of steps) {
        if (living) expect(await living.become(given)).to.equal(way);
        else living = await create(given);
        expect(await shown()).to.deep.equal([text]);
        expect(await living.refresh()).to.deep.equal([]);
      }
      expect(await recorded()).to.deep.equal([`PolicyRule ${living?.id}`]);
      await living?.remove();
      expect(await shown()).to.deep.equal([]);
      expect(await living?.refresh()).to.deep.equal(["gone"]);
      expect(await recorded()).to.deep.equal([]);
      await living?.remove();
    });
  }

  it("is never absent while it changes", async () => {
    const living = await create({ ...base, from: "10.0.0.0/8" });
    const host = new WatchedHost();
    await living.become({ ...base, from: "10.1.0.0/16" }, host);
    expect(host.changes).to.deep.equal([
      `ip -n ${lab} -4 rule add pref 100 proto 110 from 10.1.0.0/16 lookup 7`,
      `ip -n ${lab} -4 rule del pref 100 proto 110`,
    ]);
    await living.remove();
  });

  it("equals the arguments after a killed change, whether it is repeated or reverted", async () => {
    const [one, other] = [
      { ...base, from: "10.0.0.0/8" },
      { ...base, from: "10.1.0.0/16" },
    ];
    for (const wanted of [one, other]) {
      for (let stop = 0; ; stop++) {
        const living = await create(one);
        const isWhole = await living.become(other, crashing(stop)).then(
          () => true,
          () => false,
        );
        await living.refresh();
        await living.become(wanted);
        expect(await shown()).to.deep.equal([`100: from ${wanted.from} lookup 7 proto 110`]);
        await living.remove();
        expect(await shown()).to.deep.equal([]);
        expect(await recorded()).to.deep.equal([]);
        if (isWhole) break;
      }
    }
  });

  it("completes after a crash", async () => {
    const first = await create(base);
    const host = new WatchedHost();
    const second = await create(base, host);
    expect(host.changes).to.deep.equal([]);
    expect(second.state).to.deep.equal(first.state);
    await second.remove();
  });

  it("leaves a foreign rule at its priority alone, and coexists with it", async () => {
    await typed("rule add pref 100 from 10.9.0.0/16 lookup 9", lab);
    const theirs = await shown();
    const host = new WatchedHost();
    expect(await failure(create(base, host))).to.equal(
      `RefusedError: ${lab}/ipv4 rule 100 exists already and is not this resource's own (its mark is proto 0): ` +
        "remove it by hand if nobody needs it, or ask for another",
    );
    expect(host.changes).to.deep.equal([]);
    await typed("rule del pref 100", lab);
    const living = await create(base);
    await typed("rule add pref 100 from 10.9.0.0/16 lookup 9", lab);
    expect(await living.refresh()).to.deep.equal([]);
    expect(await living.become({ ...base, table: 8 })).to.equal("update");
    await living.remove();
    expect(await shown()).to.deep.equal(theirs);
  });

  it("is found changed by hand, and restored", async () => {
    const living = await create({ ...base, from: "10.0.0.0/8" });
    await typed("rule add pref 100 proto 110 goto 32766", lab);
    expect(await living.refresh()).to.deep.equal(["action"]);
    expect(await living.become({ ...base, from: "10.0.0.0/8" })).to.equal("update");
    expect(await shown()).to.deep.equal(["100: from 10.0.0.0/8 lookup 7 proto 110"]);
    await typed("rule del pref 100 proto 110", lab);
    expect(await living.refresh()).to.deep.equal(["gone"]);
  });

  it("outlives its link, and applies to the next one of that name", async () => {
    await typed("link add it-a type bridge", lab);
    const living = await create({ ...base, iif: "it-a" });
    await typed("link del it-a", lab);
    expect(await shown()).to.deep.equal(["100: from all iif it-a [detached] lookup 7 proto 110"]);
    expect(await living.refresh()).to.deep.equal([]);
    await typed("link add it-a type bridge", lab);
    expect(await shown()).to.deep.equal(["100: from all iif it-a lookup 7 proto 110"]);
    await living.remove();
  });

  it("is deleted with its namespace", async () => {
    const living = await create(base);
    await typed(`netns del ${lab}`);
    expect(await living.refresh()).to.deep.equal(["gone"]);
    await living.remove();
  });

  it("puts the tool's message into the error", async () => {
    expect(await failure(create({ ...base, namespace: "it-none" }))).to.match(
      /^NotFound: ip -n it-none -4 rule add .*: Cannot open network namespace "it-none"/,
    );
  });

  describe("tables by name", () => {
    let folder: string;
    const names = "/etc/iproute2/rt_tables";
    before(async () => {
      // Mounted over the file, within this sandbox only.
      folder = await mkdtemp(join(tmpdir(), "rt-tables-"));
      await writeFile(join(folder, "rt_tables"), "254 main\n777 it-vpn\n");
      await execa("mount", ["--bind", join(folder, "rt_tables"), names]);
    });
    after(async () => {
      await execa("umount", [names]);
      await rm(folder, { recursive: true });
    });

    it("count as their numbers, for rules and for routes", async () => {
      const living = await create({ ...base, table: "it-vpn" });
      expect(living.state["table"]).to.equal(777);
      expect(await living.become({ ...base, table: 777 })).to.equal("nothing");
      expect(await typed("rule show pref 100", lab)).to.include("lookup it-vpn");
      await living.remove();

      await typed("link set lo up", lab);
      const destination = { namespace: lab, destination: "10.7.0.0/16", interface: "lo" };
      const way = await Living.create(route, { ...destination, table: "it-vpn" });
      expect(way.id).to.equal(`${lab}/10.7.0.0/16 table 777`);
      expect(await typed("route show table it-vpn", lab)).to.include("10.7.0.0/16");
      await way.remove();
      expect(route.id({ ...checked(route, { ...destination, table: "main" }) } as never)).to.equal(
        `${lab}/10.7.0.0/16`,
      );
    });
  });

  /*
   *              ┌─ v0: 10.1.0.1 ──── 10.1.0.2 v0 ─┐
   *    it-lab  ──┤                                 ├── it-far: lo 10.9.9.9
   *              └─ v1: 10.2.0.1 ──── 10.2.0.2 v1 ─┘
   *
   *  By `main`, everything goes by v0 to a dead end; table 7 leads by v1.
   */
  describe("packets", () => {
    beforeEach(async () => {
      await typed("netns add it-far");
      for (const [at, name] of ["v0", "v1"].entries()) {
        await typed(`link add ${name} netns ${lab} type veth peer name ${name} netns it-far`);
        for (const [host, where] of [lab, "it-far"].entries()) {
          await typed(`link set ${name} up`, where);
          await typed(`address add 10.${at + 1}.0.${host + 1}/24 dev ${name}`, where);
        }
      }
      await typed("address add 10.9.9.9/32 dev lo", "it-far");
      await typed("link set lo up", "it-far");
      await typed("link set lo up", lab);
      await typed("route add 10.9.9.0/24 via 10.1.0.9", lab);
      await typed("route add 10.9.9.0/24 via 10.2.0.2 table 7", lab);
    });

    const from =
      (address: string, ...more: string[]) =>
      async () => {
        const { exitCode } = await execa(
          "ip",
          [
            "netns",
            "exec",
            lab,
            "ping",
            "-c",
            "1",
            "-W",
            "1",
            ...(address ? ["-I", address] : []),
            ...more,
            "10.9.9.9",
          ],
          { reject: false },
        );
        return exitCode === 0;
      };

    it("use the table of the rule, from its addresses", async () => {
      await fails(lab, "10.9.9.9")();
      const living = await create({ ...base, from: "10.2.0.0/24" });
      expect([await from("10.1.0.1")(), await from("10.2.0.1")()]).to.deep.equal([false, true]);
      await living.become({ ...base, from: "10.2.0.0/24", invert: true });
      expect([await from("10.1.0.1")(), await from("10.2.0.1")()]).to.deep.equal([true, false]);
      await living.remove();
      await fails(lab, "10.9.9.9")();
    });

    it("match by mark, protocol and port", async () => {
      const living = await create({ ...base, fwmark: "0x10/0xf0" });
      expect([
        await from("", "-m", "16")(),
        await from("", "-m", "37")(),
        await from("", "-m", "31")(),
      ]).to.deep.equal([true, false, true]);
      await living.become({ ...base, ipproto: "icmp" });
      await pings(lab, "10.9.9.9")();
      const way = async (...words: string[]) => typed(`route get 10.9.9.9 ${words.join(" ")}`, lab);
      expect(await way("ipproto", "udp", "dport", "53")).to.include("via 10.1.0.9");
      await living.become({ ...base, ipproto: "udp", dport: "50-59" });
      expect(await way("ipproto", "udp", "dport", "53")).to.include("via 10.2.0.2");
      expect(await way("ipproto", "udp", "dport", "60")).to.include("via 10.1.0.9");
      await living.remove();
    });

    it("use the default route of another table if main has no better one", async () => {
      const living = await create({ ...base, table: "main", suppressPrefixlength: 24 });
      const after = await Living.create(definition, { ...base, priority: 101 }, "after");
      await pings(lab, "10.9.9.9")();
      await living.become({ ...base, table: "main", suppressPrefixlength: 0 });
      await fails(lab, "10.9.9.9")();
      await after.remove();
      await living.remove();
    });

    it("are dropped, or get an error", async () => {
      const said = async () => {
        const ping = ["netns", "exec", lab, "ping", "-c", "1", "-W", "1", "10.2.0.2"];
        const { stderr, exitCode } = await execa("ip", ping, { reject: false, env: { LC_ALL: "C" } });
        return exitCode === 0 ? "it answered" : stderr.trim();
      };
      const to = { namespace: lab, priority: 100, to: "10.2.0.2" };
      const living = await create({ ...to, action: "blackhole" });
      expect(await said()).to.include("Invalid argument");
      await living.become({ ...to, action: "unreachable" });
      expect(await said()).to.match(/No route to host|Network is unreachable/);
      await living.become({ ...to, action: "prohibit" });
      // ping's message for EACCES.
      expect(await said()).to.match(/Permission denied|broadcast/);
      await living.remove();
      expect(await said()).to.equal("it answered");
    });

    it("that return by another way need a loose rp_filter", async () => {
      const sysctl = (value: number) =>
        localHost.run(command("sysctl", lab, ["-q", "-w", `net.ipv4.conf.all.rp_filter=${value}`]));
      // Packets leave by v1 and return by v0.
      await typed("route add 10.2.0.1/32 via 10.1.0.1", "it-far");
      await typed("route del 10.2.0.0/24 dev v1", "it-far");
      await sysctl(1);
      const told: string[] = [];
      const living = await create(
        { ...base, from: "10.2.0.1" },
        hereWith({ warn: (text: string) => void told.push(text) }),
      );
      expect(told.join()).to.match(/^rp_filter is strict \(1\) in it-lab: /);
      expect(await from("10.2.0.1")()).to.equal(false);
      await sysctl(2);
      expect(await from("10.2.0.1")()).to.equal(true);
      await living.remove();
    });
  });
});
