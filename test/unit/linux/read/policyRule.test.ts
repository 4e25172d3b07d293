import { expect } from "chai";
import { parsePolicyRules, type RuleInfo } from "../../../../provider/linux/read/policyRule";

const nothing: RuleInfo = {
  ...{ priority: 100, invert: false, from: undefined, to: undefined, iif: undefined, oif: undefined },
  ...{ fwmark: undefined, ipproto: undefined, sport: undefined, dport: undefined, uidrange: undefined },
  ...{
    tos: undefined,
    table: undefined,
    action: "lookup",
    suppressPrefixlength: undefined,
    protocol: 110,
    more: [],
  },
};

describe("parsePolicyRules", () => {
  // Printed by `ip -N -j -d rule show`.
  const rows: readonly (readonly [text: string, ...infos: Partial<RuleInfo>[]])[] = [
    [
      '[{"priority":101,"not":null,"src":"10.0.0.0","srclen":8,"dst":"10.9.0.0","dstlen":16,"tos":"0x10","fwmark":"0x10","fwmask":"0xff","iif":"v0","oif":"v1","uid_start":0,"uid_end":5,"ipproto":"ipproto-6","sport_start":10,"sport_end":20,"dport":80,"table":"101","suppress_prefixlen":0,"suppress_ifgroup":"5","protocol":"110"}]',
      {
        ...{ priority: 101, invert: true, from: "10.0.0.0/8", to: "10.9.0.0/16", iif: "v0", oif: "v1" },
        ...{
          fwmark: { value: 16, mask: 255 },
          ipproto: "6",
          sport: [10, 20],
          dport: [80, 80],
          uidrange: [0, 5],
        },
        ...{ tos: 16, table: 101, suppressPrefixlength: 0, more: ["suppress_ifgroup"] },
      },
    ],
    [
      '[{"priority":0,"src":"all","table":"255","protocol":"2"},{"priority":32766,"src":"all","table":"254","protocol":"2"}]',
      { priority: 0, table: 255, protocol: 2 },
      { priority: 32766, table: 254, protocol: 2 },
    ],
    ['[{"priority":100,"src":"all","action":"6","protocol":"110"}]', { action: "blackhole" }],
    ['[{"priority":100,"src":"all","action":"7","protocol":"110"}]', { action: "unreachable" }],
    ['[{"priority":100,"src":"all","action":"8","protocol":"110"}]', { action: "prohibit" }],
    [
      '[{"priority":100,"src":"all","goto":200,"unresolved":null,"protocol":"110"}]',
      { action: "none", more: ["goto", "unresolved"] },
    ],
    ['[{"priority":100,"src":"all","nop":null,"protocol":"110"}]', { action: "none", more: ["nop"] }],
    [
      '[{"priority":100,"src":"all","iif":"nope","iif_detached":null,"table":"77","protocol":"0"}]',
      { iif: "nope", table: 77, protocol: 0 },
    ],
    [
      '[{"priority":100,"src":"fd00::1","fwmark":"0","table":"5","protocol":"110"}]',
      { from: "fd00::1/128", fwmark: { value: 0, mask: 0xffff_ffff }, table: 5 },
    ],
    ["[]"],
    [""],
  ];
  for (const [text, ...infos] of rows) {
    it(text, () => {
      expect(parsePolicyRules(text)).to.deep.equal(infos.map((info) => ({ ...nothing, ...info })));
    });
  }

  it("finds none without an answer", () => expect(parsePolicyRules(undefined)).to.deep.equal([]));
});
