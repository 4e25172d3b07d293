import { expect } from "chai";
import fc from "fast-check";
import type { z } from "zod";
import {
  ethernetAddress,
  integer,
  interfaceAddress,
  ipAddress,
  linkName,
  macAddress,
  mtu,
  namespaceName,
  network,
} from "../../../provider/fields/common";
import { canonicalIp, familyOf, parseIp } from "../../../provider/linux/ip";

/** The parsed value of a field, or the reasons against it. */
function outcome(field: z.ZodType, value: unknown): unknown {
  const result = field.safeParse(value);
  return result.success ? result.data : result.error.issues.map(({ message }) => message).join("; ");
}

function itGives(field: z.ZodType, rows: readonly (readonly [given: unknown, outcome: unknown])[]): void {
  for (const [given, expected] of rows) {
    it(JSON.stringify(given), () => {
      expect(outcome(field, given)).to.equal(expected);
    });
  }
}

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();
const cidr = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })),
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })),
);

describe("fields", () => {
  describe("linkName", () => {
    const same = [
      "eth0",
      "veth-red",
      "v-net-0",
      "eth0.100",
      "a",
      "123456789012345",
      "br_lan",
      "x#y",
      "ü",
      "ifb0",
      "a@b",
      "123",
    ];
    itGives(
      linkName,
      same.map((name) => [name, name]),
    );
    itGives(linkName, [
      ["", "is empty"],
      [".", 'may not be "."'],
      ["..", 'may not be ".."'],
      ["-a", "may not start with `-`: tools would read it as an option"],
      ["a b", 'is "a b": white space, control characters, quotes, `/` and `\\` are not allowed'],
      ["a/b", 'is "a/b": white space, control characters, quotes, `/` and `\\` are not allowed'],
      ["a\nb", 'is "a\\nb": white space, control characters, quotes, `/` and `\\` are not allowed'],
      ["a\u0000", 'is "a\\u0000": white space, control characters, quotes, `/` and `\\` are not allowed'],
      ['a"b', 'is "a\\"b": white space, control characters, quotes, `/` and `\\` are not allowed'],
      ["a%d", "may not hold `%` or `:`"],
      ["eth0:1", "may not hold `%` or `:`"],
      ["all", 'may not be "all": the kernel keeps that name for the settings of all interfaces'],
      ["default", 'may not be "default": the kernel keeps that name for the settings of all interfaces'],
      [
        "1234567890123456",
        'is 16 bytes long, and the kernel takes 15: give a shorter name, as "123456789-23456"',
      ],
      [
        "warehouse-uplink-2",
        'is 18 bytes long, and the kernel takes 15: give a shorter name, as "warehouse-ink-2"',
      ],
      ["üüüüüüüü", "is 16 bytes long, and the kernel takes 15: give a shorter name"],
      [
        "uplink:of:warehouse",
        'is 19 bytes long, and the kernel takes 15: give a shorter name, as "uplinkofw-house"',
      ],
      ["a=b", "may not hold `=`: sysctl would set a parameter where it should read one"],
      ["à", 'is "à": the kernel takes a byte of it, A0, for white space, as in every "à": name it otherwise'],
      [
        "if3",
        'is "if3": where it is not there, `ip` takes the link with that index instead, whosever it is: name it otherwise',
      ],
      [
        "if+3x",
        'is "if+3x": where it is not there, `ip` takes the link with that index instead, whosever it is: name it otherwise',
      ],
      ["\ud800", 'is "\\ud800", which has half a character'],
      [5, "Invalid input: expected string, received number"],
    ]);

    it("accepts only names that are safe in a command, a path and the kernel", () => {
      fc.assert(
        fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.string()), (name) => {
          if (!linkName.safeParse(name).success) return;
          expect(Buffer.byteLength(name)).to.be.within(1, 15);
          expect(name).to.match(/^[^\s/\\:%"'\0-][^\s/\\:%"'\0]*$/);
          expect([".", "..", "all", "default"]).to.not.include(name);
        }),
        { numRuns: 2000 },
      );
    });
  });

  describe("namespaceName", () => {
    itGives(namespaceName, [
      ["red", "red"],
      ["a-name-of-more-than-fifteen-bytes", "a-name-of-more-than-fifteen-bytes"],
      ["a:b%c", "a:b%c"],
      ["all", "all"],
      ["a#b", "may not hold `#`: a comment would start there for `ip -batch`"],
      [
        "123",
        'is "123", a number: where it is not there, `ip` takes the namespace of the process with that id: name it otherwise',
      ],
      [
        "+0x1F",
        'is "+0x1F", a number: where it is not there, `ip` takes the namespace of the process with that id: name it otherwise',
      ],
      ["1e3", "1e3"],
      ["if3", "if3"],
      ["x".repeat(255), "x".repeat(255)],
      ["x".repeat(256), "is longer than 255 bytes"],
      ["", "is empty"],
      ["..", 'may not be ".."'],
      ["-all", "may not start with `-`: tools would read it as an option"],
      ["../red", 'is "../red": white space, control characters, quotes, `/` and `\\` are not allowed'],
      [null, "Invalid input: expected string, received null"],
    ]);
  });

  describe("ipAddress", () => {
    itGives(ipAddress, [
      ["192.168.15.1", "192.168.15.1"],
      ["0.0.0.0", "0.0.0.0"],
      ["FD00::0001", "fd00::1"],
      ["fd00:0:0:0:0:0:0:1", "fd00::1"],
      ["::ffff:1.2.3.4", "::ffff:102:304"],
      ["192.168.15.1/24", 'is "192.168.15.1/24", not an IPv4 or IPv6 address such as 192.168.15.1'],
      ["192.168.15", 'is "192.168.15", not an IPv4 or IPv6 address such as 192.168.15.1'],
      ["192.168.015.1", 'is "192.168.015.1", not an IPv4 or IPv6 address such as 192.168.15.1'],
      ["fe80::1%eth0", 'is "fe80::1%eth0", not an IPv4 or IPv6 address such as 192.168.15.1'],
      ["", 'is "", not an IPv4 or IPv6 address such as 192.168.15.1'],
    ]);
  });

  describe("interfaceAddress", () => {
    itGives(interfaceAddress, [
      ["192.168.15.1/24", "192.168.15.1/24"],
      ["10.0.0.1/32", "10.0.0.1/32"],
      ["FD00::1/64", "fd00::1/64"],
      ["0:0:0:0:0:0:0:1/128", "::1/128"],
      [
        "192.168.15.1",
        'is "192.168.15.1" without a prefix length, which would make it /32 with no neighbours: did you mean 192.168.15.1/24?',
      ],
      [
        "fd00::1",
        'is "fd00::1" without a prefix length, which would make it /128 with no neighbours: did you mean fd00::1/64?',
      ],
      [
        "192.168.15.1/33",
        'is "192.168.15.1/33", not an address with prefix length such as 192.168.15.1/24 or fd00::1/64',
      ],
      [
        "192.168.15.1/255.255.255.0",
        'is "192.168.15.1/255.255.255.0", not an address with prefix length such as 192.168.15.1/24 or fd00::1/64',
      ],
      [
        "192.168.15.1/",
        'is "192.168.15.1/", not an address with prefix length such as 192.168.15.1/24 or fd00::1/64',
      ],
      [
        " 192.168.15.1/24",
        'is " 192.168.15.1/24", not an address with prefix length such as 192.168.15.1/24 or fd00::1/64',
      ],
      [
        "fd00::1/129",
        'is "fd00::1/129", not an address with prefix length such as 192.168.15.1/24 or fd00::1/64',
      ],
    ]);

    it("returns its own result unchanged", () => {
      fc.assert(
        fc.property(cidr, ([address, prefix]) => {
          const once = interfaceAddress.parse(`${address}/${prefix}`);
          expect(interfaceAddress.parse(once)).to.equal(once);
        }),
      );
    });
  });

  describe("network", () => {
    itGives(network, [
      ["192.168.15.0/24", "192.168.15.0/24"],
      ["0.0.0.0/0", "0.0.0.0/0"],
      ["192.168.15.1", "192.168.15.1/32"],
      ["FD00::/64", "fd00::/64"],
      ["::/0", "::/0"],
      ["fd00::1", "fd00::1/128"],
      [
        "192.168.15.1/24",
        'is "192.168.15.1/24", which has bits beyond its prefix: did you mean 192.168.15.0/24, or 192.168.15.1/32?',
      ],
      [
        "fd00::1/64",
        'is "fd00::1/64", which has bits beyond its prefix: did you mean fd00::/64, or fd00::1/128?',
      ],
      ["default", 'is "default", not a network such as 192.168.15.0/24 or fd00::/64'],
      ["192.168.15.0/-1", 'is "192.168.15.0/-1", not a network such as 192.168.15.0/24 or fd00::/64'],
    ]);

    it("accepts no bits beyond the prefix, and returns its own result unchanged", () => {
      fc.assert(
        fc.property(cidr, ([address, prefix]) => {
          const result = network.safeParse(`${address}/${prefix}`);
          const parsed = parseIp(`${address}/${prefix}`);
          expect(result.success).to.equal(parsed?.address === parsed?.start);
          const start = `${parsed?.start}/${prefix}`;
          expect(network.parse(start)).to.equal(start);
        }),
      );
    });
  });

  describe("macAddress", () => {
    itGives(macAddress, [
      ["02:00:00:00:00:01", "02:00:00:00:00:01"],
      ["02:AB:CD:EF:00:01", "02:ab:cd:ef:00:01"],
      [
        "01:00:5e:00:00:01",
        'is "01:00:5e:00:00:01", which is not a unicast address: make the first byte even, such as 02',
      ],
      [
        "ff:ff:ff:ff:ff:ff",
        'is "ff:ff:ff:ff:ff:ff", which is not a unicast address: make the first byte even, such as 02',
      ],
      ["00:00:00:00:00:00", 'is "00:00:00:00:00:00", not a MAC address such as 02:00:00:00:00:01'],
      ["02-00-00-00-00-01", 'is "02-00-00-00-00-01", not a MAC address such as 02:00:00:00:00:01'],
      ["02:00:00:00:00", 'is "02:00:00:00:00", not a MAC address such as 02:00:00:00:00:01'],
      ["2:0:0:0:0:1", 'is "2:0:0:0:0:1", not a MAC address such as 02:00:00:00:00:01'],
      ["", 'is "", not a MAC address such as 02:00:00:00:00:01'],
    ]);
  });

  describe("ethernetAddress", () => {
    itGives(ethernetAddress, [
      ["02:AB:CD:EF:00:01", "02:ab:cd:ef:00:01"],
      ["01:00:5E:00:00:01", "01:00:5e:00:00:01"],
      ["00:00:00:00:00:00", 'is "00:00:00:00:00:00", not a MAC address such as 02:00:00:00:00:01'],
      ["02-00-00-00-00-01", 'is "02-00-00-00-00-01", not a MAC address such as 02:00:00:00:00:01'],
    ]);
  });

  describe("integer and mtu", () => {
    itGives(mtu, [
      [68, 68],
      [65535, 65535],
      [67, "is 67, not a whole number from 68 to 65535 bytes"],
      [65536, "is 65536, not a whole number from 68 to 65535 bytes"],
      [1500.5, "is 1500.5, not a whole number from 68 to 65535 bytes"],
      ["1500", "Invalid input: expected number, received string"],
    ]);
    itGives(integer(0, 3), [
      [0, 0],
      [4, "is 4, not a whole number from 0 to 3"],
      [-1, "is -1, not a whole number from 0 to 3"],
    ]);
  });

  describe("parseIp", () => {
    const rows = [
      [
        "192.168.15.1/24",
        { family: "ipv4", address: "192.168.15.1", prefix: 24, start: "192.168.15.0", bits: 32 },
      ],
      ["10.0.0.1", { family: "ipv4", address: "10.0.0.1", prefix: 32, start: "10.0.0.1", bits: 32 }],
      ["FD00::1/64", { family: "ipv6", address: "fd00::1", prefix: 64, start: "fd00::", bits: 128 }],
      ["::", { family: "ipv6", address: "::", prefix: 128, start: "::", bits: 128 }],
      ["010.0.0.1", undefined],
      ["10.0.0.01", undefined],
      ["fe80::1%eth0/64", undefined],
      ["localhost", undefined],
      ["1.2.3.4/24/24", undefined],
    ] as const;
    for (const [text, parsed] of rows) {
      it(text, () => {
        expect(parseIp(text)).to.deep.equal(parsed);
      });
    }
  });

  describe("canonicalIp", () => {
    for (const [printed, canonical] of [
      ["192.168.15.1", "192.168.15.1"],
      ["fd00::1", "fd00::1"],
      ["::5.6.7.8", "::506:708"],
      ["::ffff:1.2.3.4", "::ffff:102:304"],
      ["any", "any"],
    ] as const) {
      it(printed, () => {
        expect(canonicalIp(printed)).to.equal(canonical);
      });
    }
  });

  it("familyOf returns the family of a checked value", () => {
    expect(["10.0.0.0/8", "fd00::/8", "!10.0.0.0/8", "!::1/128"].map(familyOf)).to.deep.equal([
      "ipv4",
      "ipv6",
      "ipv4",
      "ipv6",
    ]);
  });
});
