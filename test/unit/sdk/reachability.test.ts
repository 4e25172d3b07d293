import { expect } from "chai";
import { Address, Namespace, Node, Reachability, Topology } from "../../../sdk";
import { registered } from "./registered";

/** The registration of the last resource of a program, with red's address as given. */
async function lastOf(address: string, more: object = {}) {
  const { resources } = await registered(() => {
    const red = new Namespace("red");
    return [
      red,
      new Address("red-ip", { interface: "lo", namespace: red, address }),
      new Node("blue", {}),
      new Topology("lab", { nodes: { h1: {} } }),
      new Reachability("first", { target: "10.0.0.1" }),
      new Reachability("it", { namespace: red, target: "10.0.0.2", ...more }),
      new Namespace("later"),
    ];
  });
  const { it } = resources;
  if (!it) throw new Error("it was not registered");
  return it;
}

const triggersOf = ({ inputs }: { readonly inputs: Record<string, unknown> }): unknown => inputs["triggers"];

describe("sdk Reachability", () => {
  it("comes after all earlier declarations that create something, and is checked again with them", async () => {
    const { inputs, deletedWith, replaceWith, dependsOn } = await lastOf("10.0.0.7/24");
    expect({ ...inputs, triggers: 0 }).to.deep.equal({ namespace: "red", target: "10.0.0.2", triggers: 0 });
    expect({ deletedWith, replaceWith: [...replaceWith].sort(), dependsOn }).to.deep.equal({
      deletedWith: "",
      replaceWith: ["blue", "lab", "red", "red-ip"],
      dependsOn: ["blue", "lab", "red", "red-ip"],
    });
  });

  it("has a digest of their arguments among its triggers", async () => {
    const [one, same, other] = [
      await lastOf("10.0.0.7/24"),
      await lastOf("10.0.0.7/24"),
      await lastOf("10.0.0.8/24"),
    ].map(triggersOf);
    expect(one).to.deep.equal(same).and.to.have.length(1);
    expect(one).to.not.deep.equal(other);
  });

  it("keeps the given triggers", async () => {
    const triggers = triggersOf(await lastOf("10.0.0.7/24", { triggers: ["v2", 3] }));
    expect(triggers).to.be.an("array").that.includes.members(["v2", 3]);
  });
});
