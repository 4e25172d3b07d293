import { expect } from "chai";
import { Namespace, Sysctl } from "../../../sdk";
import { owned, registered, standing, value } from "./registered";

const key = "net.ipv4.ip_forward";

describe("sdk Sysctl", () => {
  it("is the host's own, if nothing else is said", async () => {
    const { resources } = await registered(() => [new Sysctl("forwarding", { key, value: 1 })]);
    expect(resources).to.deep.equal({ forwarding: standing("Sysctl", { key, value: 1 }) });
  });

  it("goes with its namespace, given as resource or as its name", async () => {
    const { resources } = await registered(() => {
      const red = new Namespace("red");
      return [
        new Sysctl("by-resource", { key, value: true, namespace: red }),
        new Sysctl("by-name", { key, value: "1", namespace: "red" }),
        new Sysctl("elsewhere", { key, value: "1", namespace: "blue" }),
      ];
    });
    expect({ ...resources, red: 0 }).to.deep.equal({
      red: 0,
      "by-resource": owned("Sysctl", { key, value: true, namespace: "red" }, ["red"]),
      "by-name": owned("Sysctl", { key, value: "1", namespace: "red" }, ["red"]),
      elsewhere: standing("Sysctl", { key, value: "1", namespace: "blue" }),
    });
  });

  it("tells its value, and the one before", async () => {
    let forwarding: Sysctl | undefined;
    await registered(() => {
      forwarding = new Sysctl("forwarding", { key, value: "1" });
      return [forwarding];
    });
    if (!forwarding) throw new Error("the program did not run");
    expect(await Promise.all([value(forwarding.value), value(forwarding.former)])).to.deep.equal(["1", "0"]);
  });
});
