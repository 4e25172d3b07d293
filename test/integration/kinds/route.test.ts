import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import { difference } from "../../../provider/engine/diff";
import * as engine from "../../../provider/engine/lifecycle";
import { route as definition } from "../../../provider/kinds/route";
import { type Command, command, ip } from "../../../provider/linux/command";
import { CommandError, RefusedError } from "../../../provider/linux/errors";
import type { Host } from "../../../provider/linux/host/host";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { PROTOCOL } from "../../../provider/linux/marks/protocol";
import { HERE } from "../../support/fakeHost";
import { hereWith } from "../../support/kernel";
import { fails, pings } from "../../support/packets";

//   route-near                                route-far
//   ┌────────────────────────┐                ┌────────────────────────┐
//   │  10.1.0.1/24  fd01::1  v0 ──────────── v0  10.1.0.2/24  fd01::2  │
//   │                        │                │      lo 10.9.0.1/32    │
//   │                        │                │         fd09::1/128    │
//   │  10.2.0.1/24  fd02::1  v1 ──────────── v1  10.2.0.2/24  fd02::2  │
//   └────────────────────────┘                └────────────────────────┘

const near = "route-near";
const far = "route-far";
const route: Definition = definition;
const mark = "pulumi-netns:Route:0123456789ab:lab/dev/way";

const typed = (namespace: string | undefined, text: string) =>
  localHost.run(ip(namespace, ...text.split(" ")));

/** Arguments as the engine passes them on after its check. */
function checked(given: object): Args {
  const { args, problems } = engine.check(route, HERE, { namespace: near, ...given, mark });
  expect(problems).to.deep.equal([]);
  return args;
}

const create = async (given: object) => (await engine.create(route, localHost, checked(given))).state;

/** Takes a route from its state to other arguments as Pulumi does. Returns the operation. */
async function change(state: Args, given: object): Promise<{ state: Args; way: string }> {
  const args = checked(given);
  const { changes, replaces } = engine.diff(route, HERE, state, args);
  if (!changes) return { state, way: "nothing" };
  if (replaces.length === 0) {
    return { state: (await engine.update(route, localHost, state, args)).state, way: "update" };
  }
  await engine.remove(route, localHost, state);
  return { state: await create(given), way: "replace" };
}

/** The routes of both families in all tables. */
async function shown(...filter: string[]): Promise<string[]> {
  const show = ["route", "show", "table", "all", ...filter];
  const answers = await Promise.all(["-4", "-6"].map((flag) => localHost.run(ip(near, flag, ...show))));
  return answers
    .flatMap((answer) => answer.replace(/\n\s+/g, " ").split("\n"))
    .map((line) =>
      line
        .replace(/ proto 110| pref medium/g, "")
        .replace(/\s+/g, " ")
        .trim(),
    )
    .filter((line) => line !== "");
}

const ours = () => shown("proto", String(PROTOCOL));

/** Our routes and those made by hand; the kernel's own change while links settle. */
const all = async () => [...(await ours()), ...(await shown("proto", "static"))];

/** A host that records its commands. */
function recording(): Host & { readonly ran: Command[] } {
  const ran: Command[] = [];
  const run = (command: Command) => {
    ran.push(command);
    return localHost.run(command);
  };
  return hereWith({ ran, run });
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail("it succeeded"),
    (error: unknown) => error,
  );
}

describe("Route, with the kernel", () => {
  before(async () => {
    for (const namespace of [near, far]) {
      await typed(undefined, `netns add ${namespace}`);
      await typed(namespace, "link set lo up");
      // Otherwise tests that set a link down would delete its IPv6 addresses.
      await localHost.run(
        command("sysctl", namespace, ["-q", "-w", "net.ipv6.conf.all.keep_addr_on_down=1"]),
      );
    }
    for (const [link, host] of [
      ["v0", 1],
      ["v1", 2],
    ] as const) {
      await typed(near, `link add ${link} type veth peer ${link} netns ${far}`);
      for (const [namespace, end] of [
        [near, 1],
        [far, 2],
      ] as const) {
        await typed(namespace, `link set ${link} up`);
        await typed(namespace, `address add 10.${host}.0.${end}/24 dev ${link}`);
        await typed(namespace, `address add fd0${host}::${end}/64 dev ${link} nodad`);
      }
    }
    await typed(far, "address add 10.9.0.1/32 dev lo");
    await typed(far, "address add fd09::1/128 dev lo nodad");
  });

  after(async () => {
    await typed(undefined, `netns del ${near}`);
    await typed(undefined, `netns del ${far}`);
    // They were deleted by hand.
    await localHost.records.dropAll(near);
  });

  afterEach(async () => {
    for (const family of ["-4", "-6"]) {
      for (const protocol of ["110", "static"]) {
        await typed(near, `${family} route flush table all proto ${protocol}`);
      }
    }
  });

  describe("changes from one set of arguments to the next", () => {
    type Step = readonly [given: object, way: "create" | "nothing" | "update" | "replace", shown: string];
    const four = { destination: "10.9.0.0/24" };
    const six = { destination: "fd09::/64" };
    const paths: Readonly<Record<string, readonly Step[]>> = {
      "IPv4, one way": [
        [{ ...four, via: "10.1.0.2" }, "create", "10.9.0.0/24 via 10.1.0.2 dev v0"],
        [{ ...four, via: "10.2.0.2" }, "update", "10.9.0.0/24 via 10.2.0.2 dev v1"],
        [
          { ...four, via: "10.2.0.2", interface: "v1", source: "10.1.0.1", mtu: 1400 },
          "update",
          "10.9.0.0/24 via 10.2.0.2 dev v1 src 10.1.0.1 mtu 1400",
        ],
        [
          { ...four, via: "10.2.0.2", source: "10.2.0.1", mtu: 65520 },
          "update",
          "10.9.0.0/24 via 10.2.0.2 dev v1 src 10.2.0.1 mtu 65520",
        ],
        [{ ...four, interface: "v0" }, "update", "10.9.0.0/24 dev v0 scope link"],
        [
          { ...four, via: "172.16.0.1", interface: "v0", onlink: true },
          "update",
          "10.9.0.0/24 via 172.16.0.1 dev v0 onlink",
        ],
        [{ ...four, via: "fe80::9", interface: "v0" }, "replace", "10.9.0.0/24 via inet6 fe80::9 dev v0"],
        [{ ...four, via: "fd02::2" }, "update", "10.9.0.0/24 via inet6 fd02::2 dev v1"],
        [{ ...four, via: "10.1.0.2" }, "replace", "10.9.0.0/24 via 10.1.0.2 dev v0"],
      ],
      "IPv4, types and several ways": [
        [{ ...four, type: "blackhole" }, "create", "blackhole 10.9.0.0/24"],
        [{ ...four, type: "unreachable" }, "update", "unreachable 10.9.0.0/24"],
        [{ ...four, type: "prohibit", mtu: 1400 }, "update", "prohibit 10.9.0.0/24 mtu 1400"],
        [{ ...four, via: "10.1.0.2" }, "update", "10.9.0.0/24 via 10.1.0.2 dev v0"],
        [
          { ...four, nexthops: [{ via: "10.1.0.2" }, { via: "10.2.0.2" }] },
          "update",
          "10.9.0.0/24 nexthop via 10.1.0.2 dev v0 weight 1 nexthop via 10.2.0.2 dev v1 weight 1",
        ],
        [
          {
            ...{ ...four, source: "10.1.0.1", mtu: 1300 },
            nexthops: [
              { via: "10.9.9.9", interface: "v0", onlink: true },
              { via: "10.2.0.2", weight: 256 },
              { via: "fe80::9", interface: "v0" },
              { interface: "v1" },
            ],
          },
          "update",
          "10.9.0.0/24 src 10.1.0.1 mtu 1300 nexthop via 10.9.9.9 dev v0 weight 1 onlink " +
            "nexthop via 10.2.0.2 dev v1 weight 256 nexthop via inet6 fe80::9 dev v0 weight 1 " +
            "nexthop dev v1 weight 1",
        ],
        [{ ...four, interface: "v1" }, "update", "10.9.0.0/24 dev v1 scope link"],
        [
          { ...four, nexthops: [{ interface: "v0" }, { interface: "v1" }] },
          "update",
          "10.9.0.0/24 nexthop dev v0 weight 1 nexthop dev v1 weight 1",
        ],
        [{ ...four, type: "blackhole" }, "update", "blackhole 10.9.0.0/24"],
      ],
      "IPv4, identity": [
        [{ ...four, via: "10.1.0.2", metric: 5 }, "create", "10.9.0.0/24 via 10.1.0.2 dev v0 metric 5"],
        [{ ...four, via: "10.1.0.2" }, "replace", "10.9.0.0/24 via 10.1.0.2 dev v0"],
        [{ ...four, via: "10.1.0.2", table: 254 }, "nothing", "10.9.0.0/24 via 10.1.0.2 dev v0"],
        [{ ...four, via: "10.1.0.2", table: 100 }, "replace", "10.9.0.0/24 via 10.1.0.2 dev v0 table 100"],
        [
          { ...four, via: "10.2.0.2", table: 4294967295, metric: 4294967295 },
          "replace",
          "10.9.0.0/24 via 10.2.0.2 dev v1 table 4294967295 metric 4294967295",
        ],
        [{ ...four, type: "blackhole", table: "local" }, "replace", "blackhole 10.9.0.0/24 table local"],
        [
          { ...four, via: "10.2.0.2", table: 253 },
          "replace",
          "10.9.0.0/24 via 10.2.0.2 dev v1 table default",
        ],
        [{ destination: "10.9.0.1", via: "10.2.0.2" }, "replace", "10.9.0.1 via 10.2.0.2 dev v1"],
        [{ destination: "default", via: "10.2.0.2" }, "replace", "default via 10.2.0.2 dev v1"],
        [{ destination: "default", via: "fd01::2" }, "replace", "default via fd01::2 dev v0 metric 1024"],
        [
          { destination: "default", nexthops: [{ via: "10.1.0.2" }, { via: "10.2.0.2" }] },
          "replace",
          "default nexthop via 10.1.0.2 dev v0 weight 1 nexthop via 10.2.0.2 dev v1 weight 1",
        ],
        [{ destination: "0.0.0.0/0", via: "fd01::2" }, "replace", "default via inet6 fd01::2 dev v0"],
        [
          { destination: "::/0", via: "fd01::2", metric: 1 },
          "replace",
          "default via fd01::2 dev v0 metric 1",
        ],
      ],
      "IPv6, one way": [
        [{ ...six, via: "fd01::2" }, "create", "fd09::/64 via fd01::2 dev v0 metric 1024"],
        [{ ...six, via: "fd02::2" }, "update", "fd09::/64 via fd02::2 dev v1 metric 1024"],
        [
          { ...six, via: "fd02::2", interface: "v1", mtu: 1400 },
          "update",
          "fd09::/64 via fd02::2 dev v1 metric 1024 mtu 1400",
        ],
        [
          { ...six, via: "fd02::2", source: "fd01::1", mtu: 1280 },
          "replace",
          "fd09::/64 via fd02::2 dev v1 src fd01::1 metric 1024 mtu 1280",
        ],
        [
          { ...six, via: "fd02::2", source: "fd02::1", mtu: 1280 },
          "update",
          "fd09::/64 via fd02::2 dev v1 src fd02::1 metric 1024 mtu 1280",
        ],
        [
          { ...six, via: "fd0a::99", interface: "v0", onlink: true, source: "fd02::1" },
          "update",
          "fd09::/64 via fd0a::99 dev v0 src fd02::1 metric 1024 onlink",
        ],
        [{ ...six, via: "fe80::9", interface: "v0" }, "replace", "fd09::/64 via fe80::9 dev v0 metric 1024"],
        [{ ...six, interface: "v0" }, "replace", "fd09::/64 dev v0 metric 1024"],
        [{ ...six, interface: "v1", mtu: 1300 }, "update", "fd09::/64 dev v1 metric 1024 mtu 1300"],
        [{ ...six, via: "fd02::2", metric: 1 }, "replace", "fd09::/64 via fd02::2 dev v1 metric 1"],
        [
          { ...six, via: "fd02::2", table: 100 },
          "replace",
          "fd09::/64 via fd02::2 dev v1 table 100 metric 1024",
        ],
      ],
      "IPv6, types and several ways": [
        [{ ...six, type: "blackhole" }, "create", "blackhole fd09::/64 dev lo metric 1024"],
        [{ ...six, type: "unreachable" }, "update", "unreachable fd09::/64 dev lo metric 1024"],
        [{ ...six, type: "prohibit" }, "update", "prohibit fd09::/64 dev lo metric 1024"],
        [{ ...six, interface: "v0" }, "update", "fd09::/64 dev v0 metric 1024"],
        [
          { ...six, nexthops: [{ via: "fd01::2" }, { via: "fd02::2" }] },
          "replace",
          "fd09::/64 metric 1024 nexthop via fd01::2 dev v0 weight 1 nexthop via fd02::2 dev v1 weight 1",
        ],
        [
          {
            ...{ ...six, mtu: 1300 },
            nexthops: [
              { via: "fd02::2", weight: 256 },
              { via: "fe80::9", interface: "v0" },
              { via: "fd09::9", interface: "v1", onlink: true },
            ],
          },
          "update",
          "fd09::/64 metric 1024 mtu 1300 nexthop via fd02::2 dev v1 weight 256 " +
            "nexthop via fe80::9 dev v0 weight 1 nexthop via fd09::9 dev v1 weight 1 onlink",
        ],
        [
          { ...six, nexthops: [{ via: "fd02::3" }, { via: "fd02::2" }] },
          "update",
          "fd09::/64 metric 1024 nexthop via fd02::3 dev v1 weight 1 nexthop via fd02::2 dev v1 weight 1",
        ],
        [{ ...six, type: "blackhole" }, "replace", "blackhole fd09::/64 dev lo metric 1024"],
      ],
    };
    for (const [title, steps] of Object.entries(paths)) {
      it(title, async () => {
        let state: Args = {};
        for (const [given, way, line] of steps) {
          const done = way === "create" ? { state: await create(given), way } : await change(state, given);
          state = done.state;
          const found = await engine.read(route, localHost, state);
          const again = recording();
          await engine.update(route, again, state, checked(given));
          expect({
            given,
            way: done.way,
            shown: await ours(),
            read: found?.state,
            again: again.ran,
          }).to.deep.equal({
            ...{ given, way, shown: [line], read: checked(given) },
            again: [...route.probe(state), ...route.probe(state)],
          });
        }
        await engine.remove(route, localHost, state);
        expect(await ours()).to.deep.equal([]);
      });
    }
  });

  describe("drift", () => {
    const base4 = { destination: "10.9.0.0/24", via: "10.1.0.2" };
    const base6 = { destination: "fd09::/64", via: "fd01::2" };
    const ways = [{ via: "10.1.0.2" }, { via: "10.2.0.2", interface: "v1" }];
    const ways6 = [{ via: "fd01::2" }, { via: "fd02::2", interface: "v1" }];
    const rows: readonly (readonly [given: object, byHand: string, changed: readonly string[]])[] = [
      [base4, "-4 route replace 10.9.0.0/24 proto 110 via 10.2.0.2", ["via"]],
      [base4, "-4 route replace 10.9.0.0/24 proto 110 via inet6 fd01::2", ["via"]],
      [base4, "-4 route replace 10.9.0.0/24 proto 110 via 10.1.0.2 src 10.2.0.1", ["source"]],
      [base4, "-4 route replace 10.9.0.0/24 proto 110 via 10.1.0.2 mtu 1300", ["mtu"]],
      [base4, "-4 route replace 10.9.0.0/24 proto 110 via 10.1.0.2 dev v1 onlink", ["onlink"]],
      [base4, "-4 route replace 10.9.0.0/24 proto 110 dev v1", ["via"]],
      [base4, "-4 route replace unreachable 10.9.0.0/24 proto 110", ["via", "type"]],
      [base4, "-4 route replace throw 10.9.0.0/24 proto 110", ["via", "type"]],
      [
        base4,
        "-4 route replace 10.9.0.0/24 proto 110 nexthop via 10.1.0.2 nexthop via 10.2.0.2",
        ["via", "nexthops"],
      ],
      [
        { ...base4, interface: "v0", onlink: true },
        "-4 route replace 10.9.0.0/24 proto 110 via 10.1.0.2 dev v1 onlink",
        ["interface"],
      ],
      [
        { destination: "10.9.0.0/24", nexthops: ways },
        "-4 route replace 10.9.0.0/24 proto 110 nexthop via 10.2.0.2 weight 9 nexthop via 10.1.0.2",
        ["nexthops"],
      ],
      [
        { destination: "10.9.0.0/24", nexthops: ways },
        "-4 route replace 10.9.0.0/24 proto 110 nexthop via 10.2.0.2 weight 2 nexthop via 10.1.0.2",
        ["nexthops"],
      ],
      [
        { destination: "fd09::/64", nexthops: ways6 },
        "-6 route replace fd09::/64 proto 110 nexthop via fd02::2 nexthop via fd01::2",
        ["nexthops"],
      ],
      [
        { destination: "10.9.0.0/24", nexthops: ways },
        "-4 route replace 10.9.0.0/24 proto 110 via 10.1.0.2",
        ["via", "nexthops"],
      ],
      [
        { destination: "10.9.0.0/24", type: "blackhole" },
        "-4 route replace 10.9.0.0/24 proto 110 dev v0",
        ["type"],
      ],
      [base6, "-6 route replace fd09::/64 proto 110 via fd02::2", ["via"]],
      [base6, "-6 route replace fd09::/64 proto 110 via fd01::2 src fd02::1", ["source"]],
      [base6, "-6 route replace fd09::/64 proto 110 via fd01::2 mtu 1300", ["mtu"]],
      [base6, "-6 route replace fd09::/64 proto 110 via fd01::2 dev v0 onlink", ["onlink"]],
      [base6, "-6 route replace fd09::/64 proto 110 dev v0", ["via"]],
      [base6, "-6 route replace blackhole fd09::/64 proto 110", ["via", "type"]],
      [base6, "-6 route append fd09::/64 proto 110 via fd02::2", ["via", "nexthops"]],
      [
        { ...base6, via: "fe80::9", interface: "v0" },
        "-6 route replace fd09::/64 proto 110 via fe80::9 dev v1",
        ["interface"],
      ],
      [
        { destination: "fd09::/64", nexthops: ways6 },
        "-6 route append fd09::/64 proto 110 via fd02::9",
        ["nexthops"],
      ],
      [
        { destination: "default", via: "fd01::2" },
        "-6 route replace default proto 110 dev v0",
        ["destination", "via"],
      ],
      [
        { destination: "default", via: "10.1.0.2" },
        "-4 route replace default proto 110 via inet6 fd01::2",
        ["destination", "via"],
      ],
    ];
    for (const [given, byHand, changed] of rows) {
      it(byHand, async () => {
        const state = await create(given);
        const made = await ours();
        await typed(near, byHand);
        const found = await engine.read(route, localHost, state);
        expect(difference(route, found?.state ?? {}, checked(given)).changed).to.deep.equal(changed);
        const restored = await change(found?.state ?? {}, given);
        expect({ shown: await ours(), state: restored.state }).to.deep.equal({ shown: made, state });
      });
    }

    for (const [given, byHand] of [
      [base4, "link set v0 down"],
      [base6, "-6 route del fd09::/64"],
    ] as const) {
      it(`${byHand} deletes the route too`, async () => {
        const state = await create(given);
        await typed(near, byHand);
        expect(await engine.read(route, localHost, state)).to.equal(undefined);
        await engine.remove(route, localHost, state);
        await typed(near, "link set v0 up");
        const changed = await change(state, { ...given, mtu: 1400 });
        expect(changed).to.deep.equal({ way: "update", state: { ...state, mtu: 1400 } });
      });
    }

    for (const destination of ["10.9.0.0/24", "fd09::/64"]) {
      it(`${destination} is recreated by an update to another link, as the old one may have disappeared`, async () => {
        await typed(near, "link add old0 type bridge");
        await typed(near, "link set old0 up");
        const state = await create({ destination, interface: "old0" });
        await typed(near, "link del old0");
        const moved = await change(state, { destination, interface: "v1" });
        expect(moved.way).to.equal("update");
        expect(moved.state).to.deep.equal({ ...state, interface: "v1" });
        expect(await engine.read(route, localHost, moved.state)).to.deep.include({ state: moved.state });
      });
    }

    it("a link that is down in one of several ways is not drift", async () => {
      const state = await create({ destination: "10.9.0.0/24", nexthops: ways });
      await typed(near, "link set v1 down");
      const found = await engine.read(route, localHost, state);
      await typed(near, "link set v1 up");
      expect(found?.state).to.deep.equal(state);
    });
  });

  describe("foreign routes", () => {
    const rows = [
      ["-4", { destination: "10.9.0.0/24", via: "10.1.0.2" }, "10.2.0.2"],
      ["-6", { destination: "fd09::/64", via: "fd01::2" }, "fd02::2"],
    ] as const;
    for (const [family, given, elsewhere] of rows) {
      const { destination, via } = given;

      it(`${destination} is refused if one exists, which stays unchanged`, async () => {
        await typed(near, `${family} route add ${destination} via ${elsewhere} proto static`);
        const made = await all();
        const error = await failure(create(given));
        expect(error).to.be.instanceOf(RefusedError);
        expect(String(error)).to.contain(`${near}/${destination} exists already`);
        expect(await all()).to.deep.equal(made);
      });

      it(`${destination} is gone if another one took its place, which stays`, async () => {
        const state = await create(given);
        await typed(near, `${family} route replace ${destination} via ${via} proto static`);
        const made = await all();
        expect(await engine.read(route, localHost, state)).to.equal(undefined);
        const error = await failure(engine.update(route, localHost, state, checked({ ...given, mtu: 1400 })));
        expect(error).to.be.instanceOf(RefusedError);
        await engine.remove(route, localHost, state);
        expect(await all()).to.deep.equal(made);
      });

      it(`${destination} coexists with those of other metrics and tables`, async () => {
        await typed(near, `${family} route add ${destination} via ${elsewhere} proto static metric 3000`);
        await typed(near, `${family} route add ${destination} via ${elsewhere} proto static table 100`);
        const made = await all();
        const state = await create(given);
        expect(await all()).to.have.length(made.length + 1);
        await engine.remove(route, localHost, state);
        expect(await all()).to.deep.equal(made);
      });
    }

    it("another one of the same metric keeps it from being changed, and stays when it is deleted", async () => {
      const given = { destination: "10.9.0.0/24", via: "10.1.0.2" };
      const state = await create(given);
      await typed(near, "-4 route prepend 10.9.0.0/24 via 10.2.0.2 proto static");
      const found = await engine.read(route, localHost, state);
      expect(found?.state).to.deep.equal(state);
      const error = await failure(engine.update(route, localHost, state, checked({ ...given, mtu: 1400 })));
      expect(error).to.be.instanceOf(RefusedError);
      await engine.remove(route, localHost, state);
      expect(await shown("proto", "static")).to.deep.equal(["10.9.0.0/24 via 10.2.0.2 dev v1"]);
    });
  });

  describe("after a crash", () => {
    for (const given of [
      { destination: "10.9.0.0/24", via: "10.1.0.2" },
      { destination: "fd09::/64", nexthops: [{ via: "fd01::2" }, { via: "fd02::2" }] },
    ]) {
      it(`${given.destination} is taken over, and changed where it differs`, async () => {
        const state = await create(given);
        expect(await create(given)).to.deep.equal(state);
        const changed = await create({ ...given, mtu: 1400 });
        expect(changed).to.deep.equal({ ...state, mtu: 1400 });
        expect(await ours()).to.have.length(1);
      });

      it(`${given.destination} may be deleted twice`, async () => {
        const state = await create(given);
        await engine.remove(route, localHost, state);
        await engine.remove(route, localHost, state);
        expect(await ours()).to.deep.equal([]);
      });
    }

    it("it may be deleted if its table or its namespace no longer exists", async () => {
      const given = { destination: "10.9.0.0/24", type: "blackhole" };
      await engine.remove(route, localHost, checked({ ...given, table: 4711 }));
      await engine.remove(route, localHost, checked({ ...given, namespace: "route-nowhere" }));
      expect(await engine.read(route, localHost, checked({ ...given, table: 4711 }))).to.equal(undefined);
    });
  });

  describe("failures", () => {
    const unreachable =
      "the gateway is not on a connected network: give the interface an address that covers it first: ";
    const rows: readonly (readonly [given: object, reason: string, words: string])[] = [
      [{ destination: "10.9.0.0/24", via: "10.7.0.1" }, "Unreachable", unreachable],
      [{ destination: "10.9.0.0/24", via: "10.2.0.2", interface: "v0" }, "Unreachable", unreachable],
      [{ destination: "10.9.0.0/24", via: "fd07::1" }, "Unreachable", unreachable],
      [{ destination: "fd09::/64", via: "fd07::1" }, "Unreachable", unreachable],
      [{ destination: "fd09::/64", via: "fd02::2", interface: "v0" }, "Unreachable", unreachable],
      [
        { destination: "10.9.0.0/24", nexthops: [{ via: "10.1.0.2" }, { via: "10.7.0.1" }] },
        "Unreachable",
        unreachable,
      ],
      [
        { destination: "fd09::/64", nexthops: [{ via: "fd01::2" }, { via: "fd07::1" }] },
        "Unreachable",
        unreachable,
      ],
      [{ destination: "10.9.0.0/24", interface: "v7" }, "NotFound", 'Cannot find device "v7"'],
      [
        { destination: "10.9.0.0/24", interface: "v0", source: "10.7.0.1" },
        "NoSource",
        "Invalid prefsrc address",
      ],
      [
        { destination: "fd09::/64", interface: "v0", source: "fd07::1" },
        "NoSource",
        "Invalid source address",
      ],
      [{ destination: "fd09::/64", via: "fd01::1" }, "Failed", "Gateway can not be a local address"],
      [
        { namespace: "route-nowhere", destination: "10.9.0.0/24", type: "blackhole" },
        "NotFound",
        'Cannot open network namespace "route-nowhere"',
      ],
    ];
    for (const [given, reason, words] of rows) {
      it(`${JSON.stringify(given)} is ${reason}, and leaves nothing`, async () => {
        const error = await failure(create(given));
        if (!(error instanceof CommandError)) throw error;
        expect(error.reason).to.equal(reason);
        expect(error.message).to.contain(words);
        expect(await ours()).to.deep.equal([]);
      });
    }
  });

  describe("packets", () => {
    for (const [there, given] of [
      ["10.9.0.1", { destination: "10.9.0.0/24", via: "10.1.0.2" }],
      ["10.9.0.1", { destination: "10.9.0.0/24", via: "fd01::2" }],
      ["10.9.0.1", { destination: "10.9.0.0/24", via: "10.9.0.1", interface: "v1", onlink: true }],
      ["10.9.0.1", { destination: "default", nexthops: [{ via: "10.1.0.2" }, { via: "10.2.0.2" }] }],
      ["fd09::1", { destination: "fd09::/64", via: "fd01::2" }],
      ["fd09::1", { destination: "default", nexthops: [{ via: "fd01::2" }, { via: "fd02::2" }] }],
    ] as const) {
      it(`reach ${there} by ${JSON.stringify(given)}`, async () => {
        const state = await create(given);
        await pings(near, there)();
        await engine.remove(route, localHost, state);
        await fails(near, there)();
      });
    }

    for (const type of ["blackhole", "unreachable", "prohibit"]) {
      it(`are stopped by type ${type}`, async () => {
        await create({ destination: "10.9.0.0/24", via: "10.1.0.2", metric: 5 });
        await pings(near, "10.9.0.1")();
        const state = await create({ destination: "10.9.0.0/24", type });
        await fails(near, "10.9.0.1")();
        await engine.remove(route, localHost, state);
        await pings(near, "10.9.0.1")();
      });
    }

    it("spread over several ways", async () => {
      await create({ destination: "10.9.0.0/24", nexthops: [{ via: "10.1.0.2" }, { via: "10.2.0.2" }] });
      const links = new Set<string | undefined>();
      for (let host = 1; host <= 40; host++) {
        links.add(/dev (\S+)/.exec(await typed(near, `route get 10.9.0.${host}`))?.[1]);
      }
      expect([...links].sort()).to.deep.equal(["v0", "v1"]);
    });
  });

  for (const [title, again] of [
    ["has gone", false],
    ["is another one of that name", true],
  ] as const) {
    it(`leaves no record if its namespace ${title}`, async () => {
      const namespace = "route-passing";
      await typed(undefined, `netns add ${namespace}`);
      const state = await create({ namespace, destination: "10.9.0.0/24", type: "blackhole" });
      await typed(undefined, `netns del ${namespace}`);
      if (again) await typed(undefined, `netns add ${namespace}`);
      expect(await engine.read(route, localHost, state)).to.equal(undefined);
      await engine.remove(route, localHost, state);
      if (again) await typed(undefined, `netns del ${namespace}`);
      expect((await localHost.records.list()).filter((one) => one.namespace === namespace)).to.deep.equal([]);
    });
  }
});
