import { expect } from "chai";
import fc from "fast-check";
import { Address4 } from "ip-address";
import {
  gatewayProblem,
  machineAddress,
  machineIp,
  machineProblem,
  rangeProblem,
} from "../../../provider/fields/machine";

const not = (what: string) => `which is not the address of one machine, but ${what}: name a machine`;
const MULTICAST = not("a multicast one");
const UNSPECIFIED = not("the unspecified one");
const THIS_NETWORK = not("one of 0.0.0.0/8, which no packet is routed to (RFC 1122)");
const BROADCAST = not("the broadcast address of every link");

describe("addresses of machines", () => {
  describe("whatever the prefix", () => {
    for (const [address, problem] of [
      ["0.0.0.0", UNSPECIFIED],
      ["0.0.0.1", THIS_NETWORK],
      ["0.255.255.255", THIS_NETWORK],
      ["1.0.0.0", undefined],
      ["10.0.0.255", undefined],
      ["127.0.0.1", undefined],
      ["223.255.255.255", undefined],
      ["224.0.0.0", MULTICAST],
      ["239.255.255.255", MULTICAST],
      ["240.0.0.1", undefined],
      ["255.255.255.254", undefined],
      ["255.255.255.255", BROADCAST],
      ["::", UNSPECIFIED],
      ["::1", undefined],
      ["::2", undefined],
      ["fd00::1", undefined],
      ["fe80::1", undefined],
      ["feff::1", undefined],
      ["ff00::", MULTICAST],
      ["ff02::1", MULTICAST],
      ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", MULTICAST],
    ] as const) {
      it(`${address}: ${problem ?? "may be"}`, () => {
        expect(machineProblem(address)).to.equal(problem);
        expect(machineIp.safeParse(address).error?.issues[0]?.message).to.equal(
          problem && `is ${address}, ${problem}`,
        );
      });
    }
  });

  describe("in the network of their prefix", () => {
    const network = (choice: string) =>
      `which is the address of the network itself: choose one from ${choice}`;
    const broadcast = (choice: string) =>
      `which is the broadcast address of its network: choose one from ${choice}`;
    const routers = (choice: string) =>
      `which is the one that all routers answer for (RFC 4291): choose one from ${choice}`;
    for (const [address, problem] of [
      ["10.0.0.0/24", network("10.0.0.1 to 10.0.0.254")],
      ["10.0.0.255/24", broadcast("10.0.0.1 to 10.0.0.254")],
      ["10.0.0.1/24", undefined],
      ["10.0.0.254/24", undefined],
      ["10.0.0.255/23", undefined],
      ["10.0.0.0/30", network("10.0.0.1 to 10.0.0.2")],
      ["10.0.0.3/30", broadcast("10.0.0.1 to 10.0.0.2")],
      ["10.255.255.255/8", broadcast("10.0.0.1 to 10.255.255.254")],
      ["127.0.0.0/8", network("127.0.0.1 to 127.255.255.254")],
      ["10.0.0.1/0", undefined],
      // The kernel has neither in a network of two addresses (RFC 3021) or one.
      ["10.0.0.0/31", undefined],
      ["10.0.0.1/31", undefined],
      ["10.0.0.0/32", undefined],
      ["10.0.0.255/32", undefined],
      ["fd00::/64", routers("fd00::1 to fd00::ffff:ffff:ffff:ffff")],
      ["fd00::/126", routers("fd00::1 to fd00::3")],
      // IPv6 has no broadcast.
      ["fd00::ffff:ffff:ffff:ffff/64", undefined],
      ["fd00::/127", undefined],
      ["fd00::/128", undefined],
      ["224.0.0.1/32", MULTICAST],
      ["255.255.255.255/32", BROADCAST],
      ["0.0.0.0/0", UNSPECIFIED],
      ["0.0.0.0/32", UNSPECIFIED],
      ["::/0", UNSPECIFIED],
      ["ff02::1/64", MULTICAST],
    ] as const) {
      it(`${address}: ${problem ?? "may be"}`, () => {
        expect(machineAddress.safeParse(address).error?.issues[0]?.message).to.equal(
          problem && `is ${address}, ${problem}`,
        );
      });
    }

    it("in an IPv4 network of four or more, all but the first and the last are allowed", () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 2 ** 24 - 1 }),
          fc.integer({ min: 8, max: 32 }),
          (host, prefix) => {
            const text = `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}/${prefix}`;
            const parsed = new Address4(text);
            const ends = [parsed.startAddress(), parsed.endAddress()].map((end) => end.correctForm());
            const isRefused = prefix <= 30 && ends.includes(parsed.correctForm());
            expect(machineAddress.safeParse(text).success).to.equal(!isRefused);
          },
        ),
      );
    });
  });

  it("a range must not contain one of them", () => {
    expect(rangeProblem("10.0.0.0", "10.0.0.255")).to.equal(undefined);
    const multicast = "which is not a range of machines, as it has a multicast one in it: name machines only";
    expect(rangeProblem("223.0.0.0", "225.0.0.0")).to.equal(multicast);
    expect(rangeProblem("fe00::", "ff02::1")).to.equal(multicast);
    // The same numbers in the other family.
    expect(rangeProblem("::e000:1")).to.equal(undefined);
  });

  it("a gateway is none of them, nor the loopback", () => {
    expect(gatewayProblem("10.0.0.1")).to.equal(undefined);
    expect(gatewayProblem("224.0.0.1")).to.equal(MULTICAST);
    for (const address of ["127.0.0.1", "127.1.2.3", "::1"])
      expect(gatewayProblem(address)).to.match(/^which every machine has for itself: name/);
  });
});
