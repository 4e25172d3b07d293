import { expect } from "chai";
import { routeFor, type TableRoute } from "../../../../provider/trace/network/placeDetails";

const route = (destination: string, more: Partial<TableRoute> = {}): TableRoute => ({
  ...{
    destination,
    table: 254,
    type: "unicast",
    protocol: 4,
    metric: 0,
    via: undefined,
    interface: undefined,
  },
  ...more,
});

describe("the route of a table for an address", () => {
  const routes = [
    route("default"),
    route("10.2.0.0/16", { metric: 5 }),
    route("10.2.0.0/16", { metric: 4 }),
    route("10.2.0.9"),
    route("10.2.0.0/24", { table: 77 }),
    route("fd00:2::/64"),
    route("fd00:2::9"),
  ];
  const found = (address: string, table?: number) => {
    const { destination, metric } = routeFor({ routes }, address, table) ?? {};
    return [destination, metric];
  };

  it("is the longest, and of several the one with the least metric", () => {
    expect(found("10.2.0.2")).to.deep.equal(["10.2.0.0/16", 4]);
    expect(found("10.2.0.9")).to.deep.equal(["10.2.0.9", 0]);
    expect(found("10.3.0.2")).to.deep.equal(["default", 0]);
    expect(found("fd00:2::9")).to.deep.equal(["fd00:2::9", 0]);
  });

  it("is one of that table only", () => {
    expect(found("10.2.0.9", 77)).to.deep.equal(["10.2.0.0/24", 0]);
    expect(found("10.3.0.2", 77)).to.deep.equal([undefined, undefined]);
  });
});
