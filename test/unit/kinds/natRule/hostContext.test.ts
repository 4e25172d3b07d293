import { expect } from "chai";
import { NatRuleArgs } from "../../../../provider/kinds/natRule/args";
import {
  closeLocalnet,
  hostContextIn,
  hostContextProbe,
  openLocalnet,
} from "../../../../provider/kinds/natRule/hostContext";
import { natRule } from "../../../../provider/kinds/natRule/natRule";
import { printCommand } from "../../../../provider/linux/command";
import { checked, markFor } from "../../../support/args";

const other = markFor("NatRule", "other");
const SYSCTL = "net.ipv4.conf.lan.route_localnet";

/** Arguments of a forward, typed as `check` passes them on. */
function argsFor(more: object) {
  const given = { kind: "dnat", protocol: "tcp", port: 80, to: "10.9.0.2:80", ...more };
  const args = checked(natRule, given, "it");
  return { ...NatRuleArgs.parse(args), mark: String(args["mark"]) };
}

describe("the host context of a NAT rule", () => {
  it("is empty if `hairpin` is not true and localhost is not involved", () => {
    const args = argsFor({ hairpin: "10.9.0.0/24" });
    expect(hostContextProbe(args)).to.deep.equal([]);
    expect(hostContextIn([], args)).to.deep.equal({
      network: undefined,
      localnet: undefined,
      isShared: false,
    });
  });

  describe("the network of a target", () => {
    const args = argsFor({ hairpin: true, namespace: "red" });
    const networkIn = (...routes: readonly object[]) => {
      const listed = routes.map((one) => ({ type: "1", protocol: "2", flags: [], ...one }));
      return hostContextIn([JSON.stringify(listed)], args).network;
    };

    it("comes from the routes that lead there", () =>
      expect(hostContextProbe(args).map(printCommand)).to.deep.equal([
        "ip -n red -4 -N -j -d route show table main match 10.9.0.2",
      ]));

    it("is the narrowest", () =>
      expect(
        networkIn({ dst: "default", gateway: "10.1.0.1" }, { dst: "10.0.0.0/8" }, { dst: "10.9.0.0/24" }),
      ).to.equal("10.9.0.0/24"));

    it("is missing behind a gateway, by the default route, or without a route", () => {
      expect(networkIn({ dst: "10.0.0.0/8" }, { dst: "10.9.0.0/24", gateway: "10.1.0.1" })).to.equal(
        undefined,
      );
      expect(networkIn({ dst: "default" })).to.equal(undefined);
      expect(networkIn()).to.equal(undefined);
    });
  });

  describe("the parameter that lets packets of localhost pass a link", () => {
    const args = argsFor({ routeLocalnet: "lan" });
    const guard = (mark: string, link = "lan") =>
      `-A PREROUTING -d 127.0.0.0/8 -i ${link} -m comment --comment "${mark}" -j DROP`;
    const nftGuard = (mark: string) =>
      JSON.stringify({
        nftables: [
          {
            rule: {
              ...{ family: "ip", table: "t", chain: "raw", handle: 1, comment: mark },
              expr: [
                { match: { op: "==", left: { meta: { key: "iifname" } }, right: "lan" } },
                { drop: null },
              ],
            },
          },
        ],
      });
    const context = (value: number, nft: string | undefined, raw: string) =>
      hostContextIn([`${SYSCTL} = ${value}`, nft, raw], args);

    it("is shared with the guards of others on that link, of both backends", () => {
      expect(context(110, undefined, guard(args.mark)).isShared).to.equal(false);
      expect(context(110, undefined, guard(other, "wan")).isShared).to.equal(false);
      expect(context(110, undefined, guard("theirs")).isShared).to.equal(false);
      expect(context(110, undefined, guard(other)).isShared).to.equal(true);
      expect(context(110, nftGuard(other), "").isShared).to.equal(true);
      expect(context(110, nftGuard(args.mark), "").isShared).to.equal(false);
    });

    const set = (value: number) => [`sysctl -q -w net/ipv4/conf/lan/route_localnet=${value}`];
    for (const [value, isShared, opens, closes] of [
      [0, false, true, false],
      [0, true, true, false],
      [1, false, false, false],
      [110, false, false, true],
      [110, true, false, false],
    ] as const) {
      it(`with the value ${value}${isShared ? " and others need it" : ""}`, () => {
        const observed = context(value, undefined, isShared ? guard(other) : "");
        expect(openLocalnet(args, observed).map(printCommand)).to.deep.equal(opens ? set(110) : []);
        expect(closeLocalnet(args, observed).map(printCommand)).to.deep.equal(closes ? set(0) : []);
      });
    }
  });
});
