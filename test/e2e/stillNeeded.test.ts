import { expect } from "chai";
import { errorOf } from "../support/kernel";
import { differences, picture } from "../support/picture";
import { ProgramStack } from "../support/programStack";
import { snapshot } from "../support/snapshot";
import { type Names, network, type Part } from "./cascade/network";

const names: Names = {
  ...{ near: "needed-near", far: "needed-far", third: "needed-third" },
  ...{ bridge: "br0", end: "eth0", home: "near", ip: "10.0.0.1" },
};

/** The removed resources, the parts that are still needed, and some that need them. */
const rows: readonly (readonly [owner: Part, object: string, ...needers: string[]])[] = [
  [
    "near",
    "namespace needed-near",
    ...[
      'Bridge "left.bridge"',
      'VethPair "left.cable"',
      'Address "left.end-ip"',
      'Route "left.drop"',
      'PolicyRule "left.policy"',
    ],
    ...[
      'Sysctl "left.ttl"',
      'NatRule "left.nftables"',
      'NatRule "left.iptables"',
      'FilterRule "left.filter"',
    ],
  ],
  [
    "bridge",
    "link br0 in needed-near",
    ...[
      'VethPair "left.port"',
      'Address "left.bridge-ip"',
      'Route "left.on-link"',
      'Neighbor "left.bridge-neighbor"',
      'Sysctl "left.bridge-sysctl"',
    ],
  ],
  [
    "cable",
    "link eth0 in needed-near",
    'Address "left.end-ip"',
    'Neighbor "left.end-neighbor"',
    'Sysctl "left.end-sysctl"',
  ],
];

/** The program drops a resource that others still name. The kernel would delete those silently. */
describe("a removed resource that others still name", function () {
  this.timeout(120_000);
  let clean: object;
  let start: readonly string[];
  let stack: ProgramStack;

  before(async () => {
    clean = await snapshot();
    stack = await ProgramStack.of("needed");
    await stack.up(() => network("left", names, "name"));
    start = await picture();
  });
  after(async () => {
    await stack.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  for (const [owner, object, ...needers] of rows) {
    it(`${owner} stays, and the error names its dependents`, async () => {
      const { message } = await errorOf(stack.up(() => network("left", names, "name", [owner])));
      const said = new RegExp(`cannot delete ${object}: it is needed by (.*)\\. Remove that`).exec(
        message,
      )?.[1];
      expect(said?.split(", ")).to.include.members(needers);
      expect(differences(start, await picture())).to.deep.equal({ missing: [], extra: [] });
    });
  }

  it("needs no change once it is restored", async () => {
    const { operations } = await stack.up(() => network("left", names, "name"));
    expect(operations).to.deep.equal({});
  });

  it("is deleted together with all its dependents", async () => {
    const { operations } = await stack.up(() => {});
    expect(new Set(Object.values(operations))).to.deep.equal(new Set(["delete"]));
  });
});
