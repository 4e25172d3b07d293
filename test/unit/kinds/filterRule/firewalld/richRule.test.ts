import { expect } from "chai";
import { readRichRule } from "../../../../../provider/kinds/filterRule/firewalld/richRule";

const HEAD = 'rule priority="-1" family="ipv4"';

/** A rule as firewall-cmd lists it, and its meaning; the rest cannot come from arguments. */
const rows: readonly (readonly [rule: string, says: object])[] = [
  [
    `${HEAD} source NOT address="10.0.0.1" destination address="10.1.0.0/16" port port="80" protocol="tcp" accept`,
    {
      ...{ source: "!10.0.0.1/32", destination: "10.1.0.0/16", protocol: "tcp", port: 80 },
      ...{ verdict: "accept", rest: [] },
    },
  ],
  [
    `${HEAD} source-port port="53-54" protocol="udp" drop`,
    { protocol: "udp", sourcePort: "53-54", verdict: "drop", rest: [] },
  ],
  [`${HEAD} protocol value="ipv6-icmp" reject`, { protocol: "icmpv6", verdict: "reject", rest: [] }],
  [
    `${HEAD} icmp-type name="echo-request" reject type="icmp-host-unreachable"`,
    { icmpTypes: ["echo-request"], verdict: "reject", rejectWith: "host-unreachable", rest: [] },
  ],
  [
    `${HEAD} log prefix="drop it: accept" level="error"`,
    { verdict: "log", logPrefix: "drop it: accept", logLevel: "err", rest: [] },
  ],
  [`${HEAD} log`, { verdict: "log", logLevel: "warn", rest: [] }],
  // Made by hand.
  [
    'rule family="ipv6" source ipset="bad" service name="ftp" log accept limit value="3/h"',
    {
      ...{ verdict: "log", logLevel: "warn" },
      rest: [
        ...["family=ipv6", "rule priority=0", 'source ipset="bad"', 'service name="ftp"', "accept"],
        'limit value="3/h"',
      ],
    },
  ],
  [
    `rule priority="-1" source mac="00:11:22:33:44:55" reject type="nonsense"`,
    { rest: ["family=any", 'source mac="00:11:22:33:44:55"', 'reject type="nonsense"'] },
  ],
];

describe("readRichRule", () => {
  for (const [rule, says] of rows) {
    it(rule, () => {
      expect(readRichRule(rule, "ipv4")).to.deep.equal(says);
    });
  }
});
