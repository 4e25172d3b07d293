import { runInNewContext } from "node:vm";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { markOf } from "../../../provider/linux/marks/mark";
import { Address, Bridge, Namespace, VethPair } from "../../../sdk";
import { PROVIDER } from "../../../sdk/resource";
import { registered } from "./registered";

describe("sdk resource", () => {
  it("has one short text for the provider, which never changes because old states contain it", async () => {
    expect(PROVIDER).to.equal(
      'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-netns/provider").provider',
    );
    expect(Buffer.byteLength(PROVIDER)).to.be.below(300);
    const { providers } = await registered(() => [new Namespace("red"), new Bridge("net", { up: false })]);
    expect([...providers]).to.deep.equal([PROVIDER]);
  });

  it("loads the provider from the package in the program's folder", () => {
    const asked: string[] = [];
    const exports: { handler?: () => unknown } = {};
    runInNewContext(PROVIDER, {
      exports,
      process: { cwd: () => "/work/lab" },
      require: (module: string) => ({
        createRequire: (from: string) => (name: string) => {
          asked.push(module, from, name);
          return { provider: "the provider" };
        },
      }),
    });
    expect(exports.handler?.()).to.equal("the provider");
    expect(asked).to.deep.equal(["module", "/work/lab/", "pulumi-netns/provider"]);
  });

  it("marks a resource by its URN, also below a component", async () => {
    class Site extends pulumi.ComponentResource {
      constructor(name: string) {
        super("lab:network:Site", name);
      }
    }
    const { marks } = await registered(() => {
      const site = new Site("north");
      return [new Bridge("net"), new Bridge("inner", {}, { parent: site })];
    });
    const type = "pulumi-nodejs:dynamic/netns:Bridge";
    expect({ net: marks["net"], inner: marks["inner"] }).to.deep.equal({
      net: markOf("Bridge", `urn:pulumi:stack::project::${type}::net`),
      inner: markOf("Bridge", `urn:pulumi:stack::project::lab:network:Site$${type}::inner`),
    });
  });

  it("deletes dependents one by one if the object is adopted, or if they are", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red", { adopt: true });
      const blue = new Namespace("blue", { adopt: false });
      const perhaps = new Namespace("perhaps", { adopt: pulumi.output(false) });
      const inner = new Bridge("inner", { namespace: red });
      const cable = new VethPair("cable", {
        end: { namespace: red },
        peer: { name: "far", namespace: blue },
      });
      return [
        new Bridge("taken", { namespace: blue, adopt: true }),
        new Bridge("own", { namespace: blue }),
        new Bridge("unsure", { namespace: perhaps }),
        new Address("ip", { interface: inner, address: "10.0.0.1/24" }),
        cable,
      ];
    });
    const owners = Object.entries(resources).map(([name, { deletedWith, replaceWith }]) => [
      name,
      { deletedWith, replaceWith },
    ]);
    expect(Object.fromEntries(owners)).to.deep.equal({
      red: { deletedWith: "", replaceWith: [] },
      blue: { deletedWith: "", replaceWith: [] },
      perhaps: { deletedWith: "", replaceWith: [] },
      inner: { deletedWith: "", replaceWith: ["red"] },
      cable: { deletedWith: "blue", replaceWith: ["red", "blue"] },
      taken: { deletedWith: "", replaceWith: ["blue"] },
      own: { deletedWith: "blue", replaceWith: ["blue"] },
      unsure: { deletedWith: "", replaceWith: ["perhaps"] },
      ip: { deletedWith: "inner", replaceWith: ["inner", "red"] },
    });
  });

  it("lets the program's own options coexist with those it derives", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      const other = new Namespace("other");
      const third = new Namespace("third");
      return [
        new Bridge(
          "net",
          { namespace: red },
          { deletedWith: other, replaceWith: [third, red], dependsOn: [third] },
        ),
        new Bridge("single", { namespace: red }, { dependsOn: other }),
      ];
    });
    const options = (name: string) => {
      const { deletedWith, replaceWith, dependsOn } = resources[name] ?? {};
      return { deletedWith, replaceWith, dependsOn };
    };
    expect(options("net")).to.deep.equal({
      deletedWith: "other",
      replaceWith: ["third", "red"],
      dependsOn: ["red", "third"],
    });
    expect(options("single")).to.deep.equal({
      deletedWith: "red",
      replaceWith: ["red"],
      dependsOn: ["other", "red"],
    });
  });
});
