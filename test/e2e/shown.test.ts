import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { Address, Bridge, Reachability, VethPair } from "../../sdk";
import { snapshot } from "../support/snapshot";
import { environment, root } from "../support/stack";

const HUSH = "10.9.8.7";
const TRIGGER = "do-not-tell";

/** The parts of a program's network that the log, the outputs and the state show. */
describe("what is shown of a network", () => {
  const folder = join(root, ".test-stacks", `shown-${process.pid}`);
  let clean: Record<string, string>;
  let stack: Stack;

  before(async () => {
    await mkdir(folder, { recursive: true });
    clean = await snapshot();
  });
  after(async () => {
    await stack.destroy();
    await rm(folder, { recursive: true, force: true });
    expect(await snapshot()).to.deep.equal(clean);
  });

  async function use(program: PulumiFn): Promise<void> {
    stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "test", projectName: "shown", program },
      { workDir: folder, envVars: await environment(folder) },
    );
  }

  it("exports an end of a cable, a link and a cable with their properties, and keeps secret triggers secret", async () => {
    await use(async () => {
      const bridge = new Bridge("shown-br");
      const cable = new VethPair("shown", { peer: { name: "shown-far", bridge } });
      const address = new Address("ip", { interface: cable.end, address: `${HUSH}/24` });
      const triggers = [pulumi.secret(TRIGGER)];
      const proof = new Reachability("proof", { target: address.ip, triggers });
      return { bridge, cable, end: cable.end, triggers: Reflect.get(proof, "triggers") };
    });
    const { stdout, outputs } = await stack.up({ color: "never" });
    expect(outputs["end"]?.value).to.have.all.keys("name", "mac", "ifindex").and.include({ name: "shown" });
    expect(outputs["bridge"]?.value).to.have.all.keys("id", "urn", "name", "mark", "ifindex");
    expect(outputs["cable"]?.value).to.not.have.any.keys("place", "resource", "mayStay");
    // `exportStack` asks for secrets in plain text.
    const state = await readFile(join(folder, "state", ".pulumi", "stacks", "shown", "test.json"), "utf8");
    expect(state).to.include("shown-far");
    for (const text of [stdout, state]) expect(text).to.not.include(TRIGGER);
  });

  it("refuses a secret argument before any of it is shown", async () => {
    await use(async () => {
      new Address("ip", { interface: "lo", address: pulumi.secret(`${HUSH}/24`) });
    });
    const said = await stack.preview({ color: "never" }).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(said).to.include('Address "ip": `address` is a secret').and.include("pulumi.unsecret(");
    expect(said).to.not.include(HUSH);
  });

  it("refuses an end from another stack and says what to hand over", async () => {
    await use(async () => {
      // In the form of a StackReference.
      const end: unknown = pulumi.output({ name: "shown", mac: "02:00:00:00:00:01", ifindex: 7 });
      new Address("ip", { interface: end as pulumi.Output<string>, address: "10.9.8.6/24" });
    });
    const said = await stack.preview({ color: "never" }).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(said).to.include("property interface is an object, not text: hand over its `name` alone");
  });
});
