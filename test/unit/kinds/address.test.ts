import { expect } from "chai";
import type { Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { address } from "../../../provider/kinds/address";
import { byResource, ownerOf } from "../../../provider/linux/marks/owner";
import {
  asObserved,
  checked,
  golden,
  itCreates,
  itDiffers,
  itRefuses,
  itUpdates,
  markFor,
  printed,
} from "../../support/args";
import { FakeHost, inTurn, type Scripted } from "../../support/fakeHost";
import { errorOf } from "../../support/kernel";

const definition: Definition = address;
const link = "br0";
const state = checked(definition, { interface: link, address: "192.168.15.5/24" });
const addresses = golden("addresses-br0");
const BR0 = { ifindex: 2, ifname: "br0", flags: [], mtu: 1500 };
/** The mark that the golden link carries. */
const linkMark = "pulumi-netns:Bridge:0123456789ab:project/stack/br0";

describe("Address", () => {
  describe("check", () => {
    const rows: readonly (readonly [given: object, args: object])[] = [
      [{ address: "192.168.15.5/24" }, { address: "192.168.15.5/24", scope: "global" }],
      [{ address: "127.0.0.2/8" }, { address: "127.0.0.2/8", scope: "host" }],
      [
        { address: "192.168.15.5/24", scope: "link" },
        { address: "192.168.15.5/24", scope: "link" },
      ],
      [{ address: "FD00::1/64" }, { address: "fd00::1/64", scope: "global", nodad: true }],
      [
        { address: "fd00::1/64", nodad: false },
        { address: "fd00::1/64", scope: "global", nodad: false },
      ],
      [{ address: "fe80::1/64" }, { address: "fe80::1/64", scope: "link", nodad: true }],
      [{ address: "febf::1/64" }, { address: "febf::1/64", scope: "link", nodad: true }],
      [{ address: "fec0::1/64" }, { address: "fec0::1/64", scope: "global", nodad: true }],
      [{ address: "fe8::1/64" }, { address: "fe8::1/64", scope: "global", nodad: true }],
      [{ address: "::1/128" }, { address: "::1/128", scope: "host", nodad: true }],
      [
        { address: "10.0.0.1/32", peer: "10.0.0.2" },
        { address: "10.0.0.1/32", peer: "10.0.0.2/32", scope: "global" },
      ],
      [
        { address: "10.0.0.1/32", peer: "10.0.0.2/24" },
        { address: "10.0.0.1/32", peer: "10.0.0.2/24", scope: "global" },
      ],
      [
        { address: "fd00::1/128", peer: "FD00::2" },
        { address: "fd00::1/128", peer: "fd00::2/128", scope: "global", nodad: true },
      ],
    ];
    for (const [given, args] of rows) {
      it(JSON.stringify(given), () => {
        expect(checked(definition, { interface: link, ...given }, "it")).to.deep.equal({
          interface: link,
          ...args,
          mark: markFor("Address", "it"),
        });
      });
    }

    const notAnAddress = (text: string) =>
      `is "${text}", not an address with prefix length such as 192.168.15.1/24 or fd00::1/64`;
    itRefuses(definition, { interface: "bad-address", address: "192.168.15.5/24" }, [
      [{ interface: undefined }, "interface: is required"],
      [{ address: undefined }, "address: is required"],
      [
        { interface: "a link" },
        'interface: is "a link": white space, control characters, quotes, `/` and `\\` are not allowed',
      ],
      [{ namespace: "" }, "namespace: is empty"],
      [
        { address: "192.168.15.5" },
        'address: is "192.168.15.5" without a prefix length, which would make it /32 with no neighbours: did you mean 192.168.15.5/24?',
      ],
      [
        { address: "fd00::5" },
        'address: is "fd00::5" without a prefix length, which would make it /128 with no neighbours: did you mean fd00::5/64?',
      ],
      [{ address: "192.168.15/24" }, `address: ${notAnAddress("192.168.15/24")}`],
      [{ address: "192.168.15.5/33" }, `address: ${notAnAddress("192.168.15.5/33")}`],
      [{ address: "fe80::1%eth0/64" }, `address: ${notAnAddress("fe80::1%eth0/64")}`],
      [{ address: "dhcp" }, `address: ${notAnAddress("dhcp")}`],
      [{ peer: "192.168.15" }, `peer: ${notAnAddress("192.168.15")}`],
      [
        { peer: "192.168.15.6" },
        "address: is 192.168.15.5/24, but with a peer the prefix length belongs to the peer: write 192.168.15.5/32 here and peer 192.168.15.6/24",
      ],
      [{ address: "10.0.0.1/32", peer: "fd00::1" }, "peer: has another family than 10.0.0.1/32"],
      [{ scope: "site" }, 'scope: is "site", not one of global, link, host'],
      [
        { address: "fd00::5/64", scope: "link" },
        "scope: is link, but the kernel gives fd00::5 the scope global: leave it out",
      ],
      [{ nodad: true }, "nodad: has no meaning for an IPv4 address: leave it out"],
      [{ nodad: "yes" }, 'nodad: is "yes", not of type boolean'],
      [
        { broadcast: "+" },
        "broadcast: is not a property; there are `interface`, `namespace`, `address`, `peer`, `scope`, `nodad`, `adopt`",
      ],
      [
        { interface: "", address: 5, nodad: 1 },
        "interface: is empty",
        "address: is 5, not of type string",
        "nodad: is 1, not of type boolean",
      ],
    ]);
  });

  describe("diff", () => {
    itDiffers(definition, state, [
      ["interface", "br1", "replace"],
      ["namespace", "red", "replace"],
      ["address", "192.168.15.5/25", "replace"],
      ["peer", "192.168.15.6/32", "replace"],
      ["scope", "link", "replace"],
      ["nodad", true, "replace"],
      ["adopt", true, "update"],
    ]);
  });

  it("is identified by its link, and by its peer if it has one", () => {
    const pair = { ...state, namespace: "red", address: "10.0.0.1/32", peer: "10.0.0.2/32" };
    expect([definition.id(state), definition.id(pair)]).to.deep.equal([
      "br0 192.168.15.5/24",
      "red/br0 10.0.0.1/32 peer 10.0.0.2/32",
    ]);
    expect([definition.objectNames(state), definition.objectNames(pair)]).to.deep.equal([
      ["address br0 192.168.15.5/24"],
      ["address br0 10.0.0.1/32 peer 10.0.0.2/32 in red"],
    ]);
  });

  describe("commands", () => {
    it("reads the link's addresses", () => {
      expect(printed(definition.probe(state))).to.deep.equal(["ip -N -j -d addr show dev br0"]);
    });

    itCreates(definition, [
      [
        { interface: "br0", address: "192.168.15.5/24" },
        "ip address add 192.168.15.5/24 dev br0 scope global",
      ],
      [
        { interface: "lo", namespace: "red", address: "127.0.0.2/8" },
        "ip -n red address add 127.0.0.2/8 dev lo scope host",
      ],
      [{ interface: "br0", address: "fd00::1/64" }, "ip address add fd00::1/64 dev br0 scope global nodad"],
      [
        { interface: "br0", address: "fd00::1/64", nodad: false },
        "ip address add fd00::1/64 dev br0 scope global",
      ],
      [
        { interface: "br0", address: "10.0.0.1/32", peer: "10.0.0.2", scope: "link" },
        "ip address add 10.0.0.1 peer 10.0.0.2/32 dev br0 scope link",
      ],
      [
        { interface: "br0", address: "fd00::1/128", peer: "fd00::2" },
        "ip address add fd00::1 peer fd00::2/128 dev br0 scope global nodad",
      ],
    ]);

    itUpdates(definition, state, [
      ["adopt", true],
      ["mark", "another"],
    ]);
  });

  describe("parse", () => {
    const rows: readonly (readonly [given: object, args: object | undefined, ip?: string])[] = [
      [
        { address: "192.168.15.5/24" },
        { address: "192.168.15.5/24", peer: undefined, scope: "global" },
        "192.168.15.5",
      ],
      [
        { address: "192.168.15.6/24" },
        { address: "192.168.15.6/24", peer: undefined, scope: "global" },
        "192.168.15.6",
      ],
      [
        { address: "10.0.0.1/32", peer: "10.0.0.2/32" },
        { address: "10.0.0.1/32", peer: "10.0.0.2/32", scope: "link" },
        "10.0.0.1",
      ],
      [
        { address: "fd00::1/64" },
        { address: "fd00::1/64", peer: undefined, scope: "global", nodad: true },
        "fd00::1",
      ],
      [
        { address: "fd00:1::1/64" },
        { address: "fd00:1::1/64", peer: undefined, scope: "global", nodad: false },
        "fd00:1::1",
      ],
      [
        { address: "::5.6.7.8/128" },
        { address: "::506:708/128", peer: undefined, scope: "global", nodad: true },
        "::506:708",
      ],
      [{ address: "192.168.15.5/25" }, undefined],
      [{ address: "192.168.15.7/24" }, undefined],
      [{ address: "10.0.0.1/32" }, undefined],
      [{ address: "10.0.0.1/32", peer: "10.0.0.3/32" }, undefined],
      [{ address: "192.168.15.5/32", peer: "192.168.15.6/24" }, undefined],
    ];
    for (const [given, args, ip] of rows) {
      it(JSON.stringify(given), () => {
        const asked = checked(definition, { interface: link, ...given });
        const observed = definition.parse([addresses], asked);
        expect(
          observed && { args: observed.args, outputs: observed.outputs, owner: observed.owner },
        ).to.deep.equal(args && { args, outputs: { ip }, owner: byResource(linkMark) });
      });
    }

    it("has nothing if there is no link", () => {
      expect(definition.parse([undefined], state)).to.equal(undefined);
    });

    it("recognizes a peer that is printed with dots", () => {
      const info = {
        family: "inet6",
        local: "fd00::1",
        address: "::5.6.7.8",
        prefixlen: 128,
        scope: "0",
      };
      const answer = JSON.stringify([{ ...BR0, addr_info: [info] }]);
      const asked = checked(definition, { interface: link, address: "fd00::1/128", peer: "::5.6.7.8" });
      expect(definition.parse([answer], asked)?.args).to.deep.equal({
        address: "fd00::1/128",
        peer: "::506:708/128",
        scope: "global",
        nodad: false,
      });
    });

    it("omits a scope that cannot be an argument", () => {
      const answer = JSON.stringify([
        { ...BR0, addr_info: [{ family: "inet6", local: "fec0::1", prefixlen: 64, scope: "200" }] },
      ]);
      const asked = checked(definition, { interface: link, address: "fec0::1/64" });
      expect(definition.parse([answer], asked)?.args).to.deep.equal({
        address: "fec0::1/64",
        peer: undefined,
        nodad: false,
      });
    });
  });

  describe("ownership", () => {
    const mayAdopt = (mark: string | undefined) =>
      definition.ownership.mayAdopt({ args: {}, outputs: {}, owner: ownerOf(mark) }, state);

    it("takes over an address only on a link of its own stack", () => {
      expect([
        mayAdopt(linkMark),
        mayAdopt("pulumi-netns:Bridge:0123456789ab:project/other/br0"),
        mayAdopt("uplink"),
        mayAdopt(undefined),
      ]).to.deep.equal([true, false, false, false]);
      expect(definition.ownership.isOurs(asObserved(state), state)).to.equal(true);
    });

    it("needs a record on any link, which is deleted with the link", () => {
      expect([definition.ownership.isRecorded, definition.link?.(state)]).to.deep.equal([true, "br0"]);
    });

    it("takes turns with others on its link, and only with those", () => {
      const key = (given: object) => definition.serialize?.({ ...state, ...given });
      expect([
        key({}),
        key({ address: "10.0.0.1/8" }),
        key({ namespace: "red" }),
        key({ interface: "br1" }),
      ]).to.deep.equal(["addresses of br0", "addresses of br0", "addresses of red/br0", "addresses of br1"]);
    });
  });

  describe("duplicate address detection", () => {
    const asked = checked(definition, { interface: link, address: "fd00:1::1/64", nodad: false });
    /** The problems if the golden address, which is tentative, reports this. */
    function pending(flag: string, operstate: string) {
      const text = addresses
        .replace('"operstate": "DOWN"', `"operstate": "${operstate}"`)
        .replace('"tentative": true', flag);
      const observed = definition.parse([text], asked);
      return observed && definition.pending?.(observed, asked);
    }

    for (const [title, flag, operstate, reason] of [
      [
        "is waited for while it is at work",
        '"tentative": true',
        "UP",
        "is fd00:1::1/64, which is still tentative: duplicate address detection does not end",
      ],
      ["does not wait on a link that passes no packets", '"tentative": true', "DOWN", undefined],
      ["ends once the address is no longer tentative", '"mngtmpaddr": true', "UP", undefined],
      [
        "has found another machine with the address",
        '"tentative": true, "dadfailed": true',
        "UP",
        "is fd00:1::1/64, which another machine on this link already has (duplicate address detection, RFC 4862): choose another",
      ],
    ] as const) {
      it(title, () => {
        expect(pending(flag, operstate)).to.deep.equal(reason ? [{ property: "address", reason }] : []);
      });
    }
  });

  describe("removal", () => {
    const show = "ip -N -j -d addr show dev br0";
    const promote = "net/ipv4/conf/br0/promote_secondaries";
    const alone = JSON.stringify([
      {
        ...BR0,
        addr_info: [{ family: "inet", local: "192.168.15.5", prefixlen: 24, scope: "0" }],
      },
    ]);

    const rows: readonly (readonly [
      title: string,
      Readonly<Record<string, Scripted>>,
      given: object,
      ...string[],
    ])[] = [
      [
        "is one command for an address alone",
        { [show]: alone },
        {},
        "ip address del 192.168.15.5/24 dev br0",
      ],
      [
        "keeps later addresses of the subnet, and the parameter as it was",
        { [show]: addresses, "sysctl -n": "0" },
        {},
        `sysctl -n ${promote}`,
        `sysctl -w ${promote}=110`,
        "ip address del 192.168.15.5/24 dev br0",
        `sysctl -w ${promote}=0`,
      ],
      [
        "takes our parameter that a crash has left for 0",
        { [show]: addresses, "sysctl -n": "110" },
        {},
        `sysctl -n ${promote}`,
        `sysctl -w ${promote}=110`,
        "ip address del 192.168.15.5/24 dev br0",
        `sysctl -w ${promote}=0`,
      ],
      [
        "keeps the parameter if it has the needed value",
        { [show]: addresses, "sysctl -n": "1" },
        {},
        `sysctl -n ${promote}`,
        "ip address del 192.168.15.5/24 dev br0",
      ],
      [
        "names the peer",
        { [show]: addresses, "sysctl -n": "1" },
        { address: "10.0.0.1/32", peer: "10.0.0.2/32" },
        `sysctl -n ${promote}`,
        "ip address del 10.0.0.1 peer 10.0.0.2/32 dev br0",
      ],
      [
        "only reads the parameter if the address is missing",
        { [show]: alone, "sysctl -n": "1" },
        { address: "192.168.15.9/24" },
        `sysctl -n ${promote}`,
      ],
      [
        "restores the parameter if a crash came after the deletion of the address",
        { [show]: alone, "sysctl -n": "110" },
        { address: "192.168.15.9/24" },
        `sysctl -n ${promote}`,
        `sysctl -w ${promote}=0`,
      ],
      ["runs nothing if an IPv6 address is missing", { [show]: alone }, { address: "fd00::9/64" }],
      ["runs nothing if the link is missing", { [show]: { fails: "NotFound" } }, {}],
      [
        "tolerates that it disappears meanwhile",
        { [show]: inTurn(alone, { fails: "NotFound" }), "ip address del": { fails: "NotFound" } },
        {},
        "ip address del 192.168.15.5/24 dev br0",
      ],
    ];
    for (const [title, script, given, ...commands] of rows) {
      it(title, async () => {
        const host = new FakeHost(script);
        await engine.remove(definition, host, { ...state, ...given, ip: "192.168.15.5" });
        expect(host.ran.filter((command) => command !== show)).to.deep.equal(commands);
      });
    }

    it("restores the parameter even if the deletion fails", async () => {
      const host = new FakeHost({
        ...{ [show]: addresses, "sysctl -n": "0", "ip address del": { fails: "Timeout" } },
      });
      const work = engine.remove(definition, host, { ...state, ip: "192.168.15.5" });
      expect((await errorOf(work)).message).to.match(/^no answer in time: `ip address del/);
      expect(host.ran.at(-1)).to.equal(`sysctl -w ${promote}=0`);
    });

    it("reads the parameter in the namespace of the link", async () => {
      const host = new FakeHost({ "ip -n red -N": addresses, "ip netns exec red sysctl -n": "0" });
      await engine.remove(definition, host, { ...state, namespace: "red" });
      expect(host.ran).to.deep.equal([
        "ip -n red -N -j -d addr show dev br0",
        "ip -n red -N -j -d addr show dev br0",
        `ip netns exec red sysctl -n ${promote}`,
        `ip netns exec red sysctl -w ${promote}=110`,
        "ip -n red address del 192.168.15.5/24 dev br0",
        `ip netns exec red sysctl -w ${promote}=0`,
      ]);
    });
  });
});
