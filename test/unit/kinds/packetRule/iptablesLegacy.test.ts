import { expect } from "chai";
import {
  hasLegacyTable,
  isLegacy,
  lookForLegacyRules,
  lookForLegacyTables,
  lookForVersion,
} from "../../../../provider/kinds/packetRule/iptablesLegacy";
import { printCommand } from "../../../../provider/linux/command";

describe("rules of iptables-legacy", () => {
  it("are read, and may be missing", () => {
    const asked = [
      ...[lookForLegacyTables("ipv4", undefined), lookForLegacyRules("ipv4", undefined, "nat")],
      ...[lookForLegacyTables("ipv6", "red"), lookForLegacyRules("ipv6", "red", "filter")],
    ];
    expect(asked.map(({ mayFail }) => mayFail)).to.deep.equal(asked.map(() => ""));
    expect(asked.map(printCommand)).to.deep.equal([
      "cat /proc/net/ip_tables_names",
      "iptables-legacy -w 5 -t nat -S",
      "ip netns exec red cat /proc/net/ip6_tables_names",
      "ip netns exec red ip6tables-legacy -w 5 -t filter -S",
    ]);
  });

  it("are in tables that were used", () => {
    expect(hasLegacyTable(undefined, "nat")).to.equal(false);
    expect(hasLegacyTable("filter\n", "nat")).to.equal(false);
    expect(hasLegacyTable("filter\nnat\n", "nat")).to.equal(true);
  });

  it("are those of `iptables` itself on some hosts", () => {
    expect(printCommand(lookForVersion("ipv6", "red"))).to.equal("ip netns exec red ip6tables -V");
    expect(isLegacy("iptables", "iptables v1.8.9 (legacy)")).to.equal(true);
    expect(isLegacy("iptables", "iptables v1.8.9 (nf_tables)")).to.equal(false);
    expect(isLegacy("nftables", "iptables v1.8.9 (legacy)")).to.equal(false);
  });
});
