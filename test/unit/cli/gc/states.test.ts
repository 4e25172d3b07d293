import { expect } from "chai";
import { parseState } from "../../../../cli/gc/states";

const resource = (name: string, more: object = {}) => ({
  urn: `urn:pulumi:dev::lab::pulumi-nodejs:dynamic/netns:Bridge::${name}`,
  inputs: { mark: `mark-${name}` },
  ...more,
});

const known = (state: object) => {
  const { marks, stacks } = parseState(JSON.stringify(state));
  return { marks: [...marks], stacks: [...stacks] };
};

describe("gc: states", () => {
  it("knows the marks of inputs and outputs, and whose they are", () => {
    const resources = [
      { urn: "urn:pulumi:dev::lab::pulumi:pulumi:Stack::lab-dev" },
      resource("a"),
      resource("b", { outputs: { mark: "mark-of-before" } }),
    ];
    expect(known({ version: 3, deployment: { resources } })).to.deep.equal({
      marks: ["mark-a", "mark-b", "mark-of-before"],
      stacks: ["lab/dev"],
    });
  });

  it("knows what is being made", () => {
    const pending_operations = [{ resource: resource("c"), type: "creating" }];
    expect(known({ deployment: { resources: null, pending_operations } })).to.deep.equal({
      marks: ["mark-c"],
      stacks: ["lab/dev"],
    });
  });

  it("knows the marks of the parts of a composite", () => {
    const mark = "pulumi-netns:Node:0123456789ab:lab/dev/red";
    const state = {
      mark,
      name: "red",
      interfaces: { eth0: { mtu: 1500, up: true, peer: { up: true }, addresses: [] } },
    };
    const { marks } = known({
      deployment: { resources: [resource("red", { inputs: { ...state, routes: [] } })] },
    });
    expect(marks.map((text) => text.replace(/:\w{12}:/, ":HASH:"))).to.deep.equal([
      "pulumi-netns:Namespace:HASH:lab/dev/red/red",
      "pulumi-netns:VethPair:HASH:lab/dev/red/red/eth0",
    ]);
  });

  it("reads the file of a local backend as well, also of a stack that has nothing", () => {
    expect(known({ checkpoint: { stack: "x", latest: { resources: [resource("a")] } } }).marks).to.deep.equal(
      ["mark-a"],
    );
    expect(known({ checkpoint: { stack: "x", latest: null } })).to.deep.equal({ marks: [], stacks: [] });
    expect(known({ deployment: {} })).to.deep.equal({ marks: [], stacks: [] });
  });

  for (const text of ["", "[]", "{}", '{"resources":[]}', '{"deployment":{"resources":[{"mark":"x"}]}}']) {
    it(`does not take ${JSON.stringify(text)} for a state that knows nothing`, () => {
      expect(() => parseState(text)).to.throw();
    });
  }
});
