import { expect } from "chai";
import {
  inputsIn,
  withHost,
  withMachine,
  withProvider,
  withRecreated,
} from "../../../provider/adapter/properties";

const args = { name: "it" };

describe("properties", () => {
  it("hold nothing but the arguments if there is nothing beside them", () => {
    expect(withRecreated(args, [])).to.equal(args);
    expect(inputsIn(args)).to.deep.equal({
      ...{ args, recreated: [], provider: undefined },
      ...{ host: undefined, machine: undefined },
    });
  });

  it("hold each recreated dependency once, in this run only", () => {
    const properties = withRecreated(args, ["link a", "link b", "link a"]);
    expect(properties).to.deep.equal({ name: "it", remade: "link a, link b" });
    expect(inputsIn(properties)).to.deep.include({ args, recreated: ["link a", "link b"] });
  });

  it("hold the host of a resource, and in a state the machine that answered", () => {
    expect(withHost(args, undefined)).to.equal(args);
    expect(withMachine(args, undefined, { id: "localhost" })).to.equal(args);
    expect(withHost(args, "lab1")).to.deep.equal({ ...args, host: "lab1" });
    const state = withMachine(args, "lab1", { id: "0123" });
    expect(state).to.deep.equal({ ...args, host: "lab1", machine: "0123" });
    expect(inputsIn(state)).to.deep.include({ args, host: "lab1", machine: "0123" });
  });

  it("hold the text of the provider", () => {
    const properties = withProvider(args, "text");
    expect(properties).to.deep.equal({ name: "it", __provider: "text" });
    expect(inputsIn(properties)).to.deep.include({ args, provider: "text" });
  });
});
