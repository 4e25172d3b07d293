import { expect } from "chai";
import { answererOf } from "../../../../provider/trace/hops/answers";
import type { Place } from "../../../../provider/trace/network/network";
import { Owners } from "../../../../provider/trace/owners";
import { address, link, place } from "../../../support/network";

const journey = { owners: new Owners([]) };

const here = place("h1", [], link(2, "ra"), link(3, "rb", address("10.2.0.1")));
const device = (where: Place, name: string) => {
  const found = where.devices.find((one) => one.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};

/** Returns how `ra` answers: the obstacle, the reason, or nothing. */
function answer(
  ip: string,
  sysctls: Readonly<Record<string, number>>,
  { hasEntry = false, by, refusal, where = here }: How = {},
): readonly [isAble: boolean, text: string] | undefined {
  const found = answererOf(journey, { place: where, device: device(where, "ra") }, ip, {
    sysctls: new Map(
      Object.entries(sysctls).map(([key, value]) => {
        const [links = "", name = ""] = key.split(".");
        return [`net/${ip.includes(":") ? "ipv6" : "ipv4"}/conf/${links}/${name}`, String(value)];
      }),
    ),
    hasEntry,
    way: { link: by, ...(refusal !== undefined && { refusal }) },
  });
  return found && [found.obstacle === undefined, found.obstacle?.reason ?? found.means];
}

interface How {
  readonly hasEntry?: boolean;
  readonly by?: string;
  readonly refusal?: string;
  readonly where?: Place;
}

describe("who answers for an address that is not on the link", () => {
  const noRoute = "it has no route to 10.9.0.1 over another link";
  type Row = readonly [
    sysctls: Readonly<Record<string, number>>,
    how: How,
    answer: ReturnType<typeof answer>,
  ];

  describe("by proxy ARP", () => {
    const rows: readonly Row[] = [
      [{}, { by: "rb" }, undefined],
      [{ "ra.proxy_arp": 1 }, { by: "rb" }, [true, "net.ipv4.conf.ra.proxy_arp is 1"]],
      [{ "all.proxy_arp": 1 }, { by: "rb" }, [true, "net.ipv4.conf.all.proxy_arp is 1"]],
      [{ "ra.proxy_arp": 1 }, { by: "ra" }, [false, noRoute]],
      [{ "ra.proxy_arp": 1 }, {}, [false, noRoute]],
      [
        { "ra.proxy_arp": 1 },
        { refusal: "Invalid cross-device link" },
        [false, 'the kernel refuses the request ("Invalid cross-device link")'],
      ],
      [{}, { hasEntry: true, by: "rb" }, [true, "it has a proxy entry"]],
      [{}, { hasEntry: true, by: "ra" }, [false, noRoute]],
      [{ "ra.proxy_arp_pvlan": 1 }, { by: "ra" }, [true, "net.ipv4.conf.ra.proxy_arp_pvlan is 1"]],
      [{ "ra.proxy_arp_pvlan": 1 }, { by: "rb" }, undefined],
      [
        { "ra.proxy_arp": 1 },
        { by: "rb", where: place("h1", [], link(2, "ra", { flags: ["UP", "NOARP"] })) },
        undefined,
      ],
    ];
    for (const [sysctls, how, expected] of rows) {
      it(`${JSON.stringify(sysctls)} ${JSON.stringify({ ...how, where: how.where && "no ARP" })}: ${expected?.join(", ") ?? "not"}`, () =>
        expect(answer("10.9.0.1", sysctls, how)).to.deep.equal(expected));
    }
  });

  describe("by an address on another link", () => {
    const rows: readonly (readonly [sysctls: Readonly<Record<string, number>>, isAble: boolean])[] = [
      [{}, true],
      [{ "ra.arp_ignore": 1 }, false],
      [{ "all.arp_ignore": 2 }, false],
      [{ "ra.arp_ignore": 3 }, true],
      [{ "rb.arp_ignore": 1 }, true],
      [{ "ra.arp_ignore": 8 }, false],
    ];
    for (const [sysctls, isAble] of rows) {
      it(`${JSON.stringify(sysctls)}: ${isAble ? "" : "not "}able`, () =>
        expect(answer("10.2.0.1", sysctls)?.[0]).to.equal(isAble));
    }
  });

  describe("by proxy NDP", () => {
    const on = { "all.forwarding": 1, "ra.forwarding": 1 };
    const rows: readonly Row[] = [
      [{ ...on, "ra.proxy_ndp": 1 }, { hasEntry: true }, [true, "it has a proxy entry"]],
      [{ ...on, "all.proxy_ndp": 1 }, { hasEntry: true }, [true, "it has a proxy entry"]],
      [on, { hasEntry: true }, [false, "net.ipv6.conf.ra.proxy_ndp is 0"]],
      [{ ...on, "ra.proxy_ndp": 1 }, { by: "rb" }, [false, "it has no proxy entry for that address"]],
      [{ ...on, "ra.proxy_ndp": 1 }, { by: "ra" }, undefined],
      [{ ...on, "ra.proxy_ndp": 1 }, {}, undefined],
      [
        { "all.forwarding": 1, "ra.forwarding": 0, "ra.proxy_ndp": 1 },
        { hasEntry: true },
        [false, "net.ipv6.conf.ra.forwarding is 0"],
      ],
      [{ "ra.proxy_ndp": 1 }, { hasEntry: true }, [true, "it has a proxy entry"]],
      [on, { by: "rb" }, undefined],
    ];
    for (const [sysctls, how, expected] of rows) {
      it(`${JSON.stringify(sysctls)} ${JSON.stringify(how)}: ${expected?.join(", ") ?? "not"}`, () =>
        expect(answer("fd00::9", sysctls, how)).to.deep.equal(expected));
    }

    it("and not for an address of another link", () => {
      const six = { addr_info: [{ family: "inet6", local: "fd00::9", prefixlen: 64, scope: "0" }] };
      const where = place("h1", [], link(2, "ra"), link(3, "rb", six));
      expect(answer("fd00::9", { ...on, "ra.proxy_ndp": 1 }, { where, hasEntry: true })).to.equal(undefined);
    });
  });
});
