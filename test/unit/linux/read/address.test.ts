import { expect } from "chai";
import { parseAddresses } from "../../../../provider/linux/read/address";
import { golden } from "../../../support/args";

describe("parseAddresses", () => {
  it("reads addresses of both families", () => {
    expect(parseAddresses(golden("addresses-br0"))).to.deep.equal({
      ifname: "br0",
      ifalias: "pulumi-netns:Bridge:0123456789ab:project/stack/br0",
      operstate: "DOWN",
      addr_info: [
        { family: "inet", local: "10.0.0.1", address: "10.0.0.2", prefixlen: 32, scope: "link" },
        { family: "inet", local: "192.168.15.5", prefixlen: 24, scope: "global" },
        { family: "inet", local: "192.168.15.6", prefixlen: 24, scope: "global", secondary: true },
        { family: "inet6", local: "::5.6.7.8", prefixlen: 128, scope: "global", nodad: true },
        { family: "inet6", local: "fd00:1::1", prefixlen: 64, scope: "global", tentative: true },
        { family: "inet6", local: "fd00::1", prefixlen: 64, scope: "global", nodad: true },
      ],
    });
  });

  it("knows a link without addresses", () => {
    expect(parseAddresses('[{"ifname":"br0","addr_info":[]}]')).to.deep.equal({
      ifname: "br0",
      addr_info: [],
    });
  });

  for (const nothing of [undefined, "", "[]"]) {
    it(`has nothing for ${JSON.stringify(nothing)}`, () => {
      expect(parseAddresses(nothing)).to.equal(undefined);
    });
  }
});
