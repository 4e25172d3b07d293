import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { neighbor } from "../../../provider/kinds/neighbor";
import { command } from "../../../provider/linux/command";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { failure, foreign, Living, onKernel, recorded, typed, WatchedHost } from "../../support/kernel";
import { fails, pings } from "../../support/packets";

/*
 *   it-near                    it-far
 *   eth0 ───────────────────── eth0
 *   10.9.0.1/24  fd09::1       10.9.0.2/24  fd09::2
 */
const near = "it-near";
const far = "it-far";
const MAC = "02:00:00:00:00:fa";
const WRONG = "02:00:00:00:00:0b";

const definition: Definition = neighbor;
const four = { interface: "eth0", namespace: near, address: "10.9.0.2", lladdr: MAC };
const six = { ...four, address: "fd09::2" };
const create = (given: Args, host = localHost) => Living.create(definition, given, "it", host);
const sysctl = (where: string, setting: string) =>
  localHost.run(command("sysctl", where, ["-q", "-w", setting]));

/** The entries that somebody has set on the link. */
const shown = async (...filter: string[]): Promise<string[]> =>
  (await typed(`-N neigh show ${[...filter, "dev", "eth0"].join(" ")}`, near))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
const entries = () => shown("nud", "permanent", "nud", "noarp", "nud", "stale");
const set = async () => (await entries()).filter((line) => !line.startsWith("ff02:"));

describe("Neighbor, with the kernel", () => {
  onKernel();

  beforeEach(async () => {
    for (const name of [near, far]) await typed(`netns add ${name}`);
    await typed(`link add eth0 netns ${near} type veth peer name eth0 netns ${far} address ${MAC}`);
    for (const [name, host] of [
      [near, 1],
      [far, 2],
    ] as const) {
      await typed("link set lo up", name);
      await typed("link set eth0 up", name);
      await typed(`address add 10.9.0.${host}/24 dev eth0`, name);
      await typed(`address add fd09::${host}/64 dev eth0 nodad`, name);
    }
  });

  type Step = readonly [given: Args, way: string, shown: string];
  const paths: Readonly<Record<string, readonly Step[]>> = {
    IPv4: [
      [four, "create", `10.9.0.2 lladdr ${MAC} PERMANENT proto 110`],
      [four, "nothing", `10.9.0.2 lladdr ${MAC} PERMANENT proto 110`],
      [{ ...four, lladdr: WRONG }, "update", `10.9.0.2 lladdr ${WRONG} PERMANENT proto 110`],
      [{ ...four, state: "noarp" }, "update", `10.9.0.2 lladdr ${MAC} NOARP proto 110`],
      [{ ...four, address: "10.9.0.3" }, "replace address", `10.9.0.3 lladdr ${MAC} PERMANENT proto 110`],
    ],
    IPv6: [
      [six, "create", `fd09::2 lladdr ${MAC} PERMANENT proto 110`],
      [{ ...six, router: true }, "update", `fd09::2 lladdr ${MAC} router PERMANENT proto 110`],
      [{ ...six, lladdr: WRONG }, "update", `fd09::2 lladdr ${WRONG} PERMANENT proto 110`],
      [{ ...four, address: "10.9.0.3" }, "replace address", `10.9.0.3 lladdr ${MAC} PERMANENT proto 110`],
    ],
  };
  for (const [title, steps] of Object.entries(paths)) {
    it(`changes from one set of arguments to the next: ${title}`, async () => {
      let living: Living | undefined;
      for (const [given, way, text] of steps) {
        if (living) expect(await living.become(given)).to.equal(way);
        else living = await create(given);
        expect(await set()).to.deep.equal([text]);
        expect(await living.refresh()).to.deep.equal([]);
      }
      expect(await recorded()).to.deep.equal([`Neighbor ${living?.id}`]);
      await living?.remove();
      expect(await set()).to.deep.equal([]);
      expect(await living?.refresh()).to.deep.equal(["gone"]);
      expect(await recorded()).to.deep.equal([]);
      await living?.remove();
    });
  }

  it("is found changed by hand, and restored", async () => {
    const living = await create(six);
    await typed(`neigh change fd09::2 lladdr ${WRONG} router nud stale dev eth0`, near);
    expect(await living.refresh()).to.deep.equal(["lladdr", "state", "router"]);
    expect(await living.become(six)).to.equal("update");
    expect(await living.refresh()).to.deep.equal([]);

    await typed("neigh del fd09::2 dev eth0", near);
    expect(await living.refresh()).to.deep.equal(["gone"]);
  });

  it("is recreated by an update, even if the kernel has learnt another one", async () => {
    const living = await create(four);
    await typed("neigh del 10.9.0.2 dev eth0", near);
    await typed(`neigh add 10.9.0.2 lladdr ${WRONG} nud stale dev eth0`, near);
    expect(await living.become({ ...four, lladdr: "02:00:00:00:00:77" })).to.equal("update");
    expect(await living.refresh()).to.deep.equal([]);
    await living.remove();
    expect(await recorded()).to.deep.equal([]);
  });

  it("disappears with its link, when that goes down, and when that gets another MAC address", async () => {
    for (const line of ["link set eth0 down", "link set eth0 address 02:00:00:00:00:aa", "link del eth0"]) {
      const living = await create(four);
      await typed(line, near);
      expect(await living.refresh(), line).to.deep.equal(["gone"]);
      expect(await recorded()).to.deep.equal([]);
      if (line.endsWith("down")) await typed("link set eth0 up", near);
    }
  });

  it("completes after a crash", async () => {
    const first = await create(four);
    const host = new WatchedHost();
    const second = await create(four, host);
    expect(host.changes).to.deep.equal([]);
    expect(second.state).to.deep.equal(first.state);
    await second.remove();
  });

  it("replaces an entry that the kernel has learnt", async () => {
    await pings(near, "10.9.0.2")();
    await typed("neigh add 10.9.0.3 dev eth0 nud none", near);
    for (const given of [four, { ...four, address: "10.9.0.3" }]) {
      const living = await create(given);
      expect(await set()).to.deep.equal([`${given.address} lladdr ${MAC} PERMANENT proto 110`]);
      await living.remove();
    }
  });

  it("leaves foreign entries alone", async () => {
    const theirs = `10.9.0.2 lladdr ${WRONG}`;
    for (const [words, mark] of [
      [`${theirs} nud permanent`, undefined],
      [`${theirs} nud noarp proto 4`, "proto 4"],
    ] as const) {
      await typed(`neigh replace ${words} dev eth0`, near);
      const before = await set();
      const host = new WatchedHost();
      expect(await failure(create(four, host))).to.equal(foreign(`${near}/eth0 10.9.0.2`, mark));
      expect(host.changes).to.deep.equal([]);
      expect(await set()).to.deep.equal(before);
    }
    expect(await recorded()).to.deep.equal([]);
  });

  it("puts the tool's message into the error", async () => {
    expect(await failure(create({ ...four, interface: "it-none" }))).to.match(
      /^NotFound: ip -n it-near neigh add .*: Cannot find device "it-none"/,
    );
  });

  describe("packets", () => {
    for (const given of [four, six]) {
      it(`follow the entry, right or wrong, without a query: ${given.address}`, async () => {
        const living = await create({ ...given, lladdr: WRONG });
        await fails(near, given.address)();
        await living.become(given);
        await pings(near, given.address)();
        await living.remove();
      });
    }

    it("need no ARP with an entry on either side, and arrive nowhere without", async () => {
      for (const name of [near, far]) await typed("link set eth0 arp off", name);
      const own = /link\/ether (\S+)/.exec(await typed("link show eth0", near))?.[1] ?? "";
      const there = await create(four);
      const back = await create({ ...four, namespace: far, address: "10.9.0.1", lladdr: own });
      await pings(near, "10.9.0.2")();
      await there.remove();
      await fails(near, "10.9.0.2")();
      await back.remove();
    });

    it("for an address elsewhere reach the host that answers for it: ARP", async () => {
      // By default it answers for others after a random delay of up to 0.8 seconds.
      for (const setting of ["ip_forward=1", "neigh.eth0.proxy_delay=0"])
        await sysctl(far, `net.ipv4.${setting}`);
      await typed("address add 10.9.0.77/32 dev lo", far);
      await typed("neigh flush all", near);
      // Addresses belong to the whole machine: this one is on the link only by the neighbour entry.
      await sysctl(far, "net.ipv4.conf.all.arp_ignore=1");
      await fails(near, "10.9.0.77")();
      await typed("link add it-in type bridge", far);
      await typed("link set it-in up", far);
      await typed("route add 10.9.0.78/32 dev it-in", far);
      const asked = async () => (await typed("neigh show to 10.9.0.78 dev eth0", near)).trim();
      await fails(near, "10.9.0.78")();
      expect(await asked()).to.match(/FAILED|INCOMPLETE/);
      const living = await create({
        ...{ interface: "eth0", namespace: far, address: "10.9.0.78", proxy: true },
      });
      // It is asked for once a second, and a ping does not always wait for that.
      for (let times = 0; times < 5 && !(await asked()).includes("lladdr"); times++)
        await fails(near, "10.9.0.78")();
      expect(await asked()).to.include(`lladdr ${MAC}`);
      expect(await living.refresh()).to.deep.equal([]);
      await living.remove();
    });

    it("for an address elsewhere reach the host that answers for it: NDP", async () => {
      for (const key of ["all.forwarding", "eth0.proxy_ndp"]) await sysctl(far, `net.ipv6.conf.${key}=1`);
      await typed("address add fd07::1/128 dev lo nodad", far);
      await typed("route add fd07::/64 dev eth0", near);
      await fails(near, "fd07::1")();
      const asked = async () => (await typed("neigh show to fd07::1 dev eth0", near)).trim();
      const living = await create({ interface: "eth0", namespace: far, address: "fd07::1", proxy: true });
      await pings(near, "fd07::1")();
      expect(await asked()).to.include(`lladdr ${MAC}`);
      expect(await living.become({ ...living.args, mark: undefined, router: true })).to.equal("update");
      expect(await living.refresh()).to.deep.equal([]);
      await living.remove();
      expect(await living.refresh()).to.deep.equal(["gone"]);
    });
  });
});
