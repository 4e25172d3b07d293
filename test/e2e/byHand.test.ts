import { expect } from "chai";
import { execa } from "execa";
import { pings } from "../support/packets";
import { snapshot } from "../support/snapshot";
import { ExampleStack } from "../support/stack";

/** Changes of a network behind the engine's back, and the engine's reaction. */
describe("changes by hand", () => {
  let clean: Record<string, string>;
  let stack: ExampleStack;

  beforeEach(async () => {
    clean = await snapshot();
    stack = await ExampleStack.of("seed");
    await stack.up();
  });
  afterEach(async () => {
    await stack.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  it("destroys a stack that lost one end of a cable", async () => {
    await execa("ip", ["-n", "red", "link", "del", "veth-red"]);
    await stack.destroy();
    expect(await snapshot()).to.deep.equal(clean);
  });

  it("recreates a lost cable after a refresh", async () => {
    await execa("ip", ["link", "del", "veth-red-br"]);
    // The cable and red's address on it.
    expect(await stack.refresh()).to.deep.equal({ delete: 2 });
    expect(await stack.up()).to.deep.equal({ create: 2 });
    await pings("red", "192.168.15.2")();
  });

  it("recreates a lost namespace after a refresh", async () => {
    await execa("ip", ["netns", "del", "blue"]);
    // The namespace, its cable, address and route.
    expect(await stack.refresh()).to.deep.equal({ delete: 4 });
    expect(await stack.up()).to.deep.equal({ create: 4 });
    await pings("blue", "192.168.1.3")();
  });

  it("shows a changed attribute and restores only that", async () => {
    await execa("ip", ["-n", "red", "link", "set", "dev", "veth-red", "mtu", "1300"]);
    await execa("ip", ["link", "set", "dev", "veth-blue-br", "nomaster"]);
    await execa("sysctl", ["-q", "-w", "net.ipv4.ip_forward=0"]);
    expect(await stack.refresh()).to.deep.equal({ update: 3 });
    expect(await stack.preview()).to.deep.equal({ update: 3 });
    expect(await stack.up()).to.deep.equal({ update: 3 });
    await pings("blue", "192.168.1.3")();
  });

  it("leaves foreign objects alone", async () => {
    await execa("ip", ["netns", "add", "guest"]);
    try {
      await stack.edit(['new Namespace("blue")', 'new Namespace("blue", { name: "guest" })']);
      const error = await stack.up().then(
        () => undefined,
        (failure: Error) => failure.message,
      );
      expect(error).to.include("guest exists already and is not this resource's own");
      await stack.destroy();
      await execa("ip", ["-n", "guest", "link", "show", "dev", "lo"]);
    } finally {
      await execa("ip", ["netns", "del", "guest"]);
    }
  });
});
