import { expect } from "chai";
import { repeatedKeys } from "../../../provider/fields/sysctl";
import { writeSysctls } from "../../../provider/linux/sysctl";
import { isSameKey, parameterOf, reachOf } from "../../../provider/linux/sysctlRelations";
import { printed } from "../../support/args";

describe("relations of parameters", () => {
  describe("names of one parameter", () => {
    const rows: readonly (readonly [one: string, other: string, isSame: boolean])[] = [
      ["net.ipv4.ip_forward", "net/ipv4/ip_forward", true],
      ["net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", true],
      ["net.netfilter.nf_conntrack_max", "net/nf_conntrack_max", true],
      ["net/ipv4/conf/eth0.100/forwarding", "net.ipv4.conf.eth0/100.forwarding", true],
      // A value has another meaning under each.
      ["net.ipv4.neigh.eth0.retrans_time", "net.ipv4.neigh.eth0.retrans_time_ms", false],
      ["net.ipv6.neigh.default.base_reachable_time", "net/ipv6/neigh/default/base_reachable_time_ms", false],
      ["net.ipv6.neigh.eth0.unres_qlen", "net.ipv6.neigh.eth0.unres_qlen_bytes", false],
      ["net.ipv6.route.gc_min_interval", "net.ipv6.route.gc_min_interval_ms", false],
      ["net.mptcp.pm_type", "net.mptcp.path_manager", false],
    ];
    for (const [one, other, isSame] of rows) {
      it(`${one} and ${other}`, () => {
        expect(parameterOf(one)).to.equal(parameterOf(other));
        expect([isSameKey(one, other), isSameKey(one, one)]).to.deep.equal([isSame, true]);
        expect(repeatedKeys([one, other])).to.deep.equal([{ key: other, first: one }]);
      });
    }

    it("others are two parameters", () => {
      const keys = [
        "net.ipv4.ip_forward",
        "net.ipv6.conf.all.forwarding",
        "net.ipv4.conf.default.forwarding",
        "net.ipv4.conf.eth0.forwarding",
        "net.ipv4.neigh.eth0.retrans_time",
        "net.ipv6.neigh.eth0.retrans_time",
      ];
      expect(new Set(keys.map(parameterOf)).size).to.equal(keys.length);
      expect(repeatedKeys(keys)).to.deep.equal([]);
    });
  });

  describe("the side effects of a change", () => {
    const rows: readonly (readonly [key: string, changed: readonly string[], same: readonly string[]])[] = [
      [
        "net.ipv4.conf.all.forwarding",
        [
          "net/ipv4/conf/default/forwarding",
          "net/ipv4/conf/eth0.100/forwarding",
          "net/ipv4/conf/all/accept_redirects",
        ],
        [
          "net/ipv4/conf/all/forwarding",
          "net/ipv4/conf/eth0/bc_forwarding",
          "net/ipv4/conf/eth0/accept_redirects",
        ],
      ],
      [
        "net.ipv4.conf.default.rp_filter",
        ["net/ipv4/conf/lo/rp_filter"],
        ["net/ipv4/conf/all/rp_filter", "net/ipv4/conf/default/rp_filter", "net/ipv4/conf/lo/arp_filter"],
      ],
      [
        "net.ipv6.conf.all.disable_ipv6",
        ["net/ipv6/conf/default/disable_ipv6", "net/ipv6/conf/eth0/disable_ipv6"],
        ["net/ipv6/conf/all/disable_ipv6", "net/ipv4/conf/eth0/disable_ipv6"],
      ],
      [
        "net.ipv6.neigh.default.gc_stale_time",
        ["net/ipv6/neigh/eth0/gc_stale_time"],
        ["net/ipv6/neigh/default/gc_stale_time", "net/ipv4/neigh/eth0/gc_stale_time"],
      ],
    ];
    for (const [key, changed, same] of rows) {
      it(key, () => {
        const reach = reachOf(key);
        expect([...changed, ...same].filter((path) => reach?.changes(path))).to.deep.equal(changed);
      });
    }

    for (const key of [
      "net.ipv4.conf.default.forwarding",
      "net.ipv4.conf.eth0.forwarding",
      "net.ipv4.conf.all.rp_filter",
      "net.ipv6.conf.all.accept_ra",
      "net.ipv6.conf.default.accept_ra",
      "net.core.somaxconn",
    ]) {
      it(`nothing: ${key}`, () => {
        expect(reachOf(key)).to.equal(undefined);
      });
    }
  });

  it("parameters are written in one order, whatever the order of the map", () => {
    const entries = [
      ["net.ipv4.conf.lo.rp_filter", "0"],
      ["net.ipv4.conf.all.accept_redirects", "0"],
      ["net.ipv4.conf.default.rp_filter", "1"],
      ["net.ipv4.conf.all.forwarding", "1"],
    ] as const;
    const commands = [entries, [...entries].reverse()].map((list) =>
      printed(writeSysctls(undefined, Object.fromEntries(list))),
    );
    expect(commands[0]).to.deep.equal([
      "sysctl -q -w net.ipv4.conf.all.forwarding=1 net.ipv4.conf.default.rp_filter=1 " +
        "net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.lo.rp_filter=0",
    ]);
    expect(commands[1]).to.deep.equal(commands[0]);
  });
});
