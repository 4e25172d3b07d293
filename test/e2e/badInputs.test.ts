import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { config, expect } from "chai";
import { Address, Bridge, Namespace, Node, Route, Topology, VethPair } from "../../sdk";
import { mistakes } from "../support/mistakes";
import { snapshot } from "../support/snapshot";
import { environment, root } from "../support/stack";

// A failure shows the whole output of the engine.
config.truncateThreshold = 0;

describe("bad input", () => {
  const folder = join(root, ".test-stacks", `bad-${process.pid}`);
  let clean: Record<string, string>;

  before(async () => {
    await mkdir(folder, { recursive: true });
    clean = await snapshot();
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    expect(await snapshot()).to.deep.equal(clean);
  });

  /** The output of a preview of a program with one resource. */
  async function preview(program: () => unknown): Promise<string> {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "test", projectName: "bad", program: async () => void program() },
      { workDir: folder, envVars: await environment(folder) },
    );
    return stack.preview({ color: "never" }).then(
      () => "",
      (error: Error) => error.message,
    );
  }

  // One mistake of each kind; test/unit/mistakes.test.ts has all of them, without the engine.
  for (const [kind, [first]] of Object.entries(mistakes)) {
    const [declare, property, words] = first ?? [];
    if (!declare) throw new Error(`${kind} has no mistakes`);
    it(`${kind}: ${String(declare).replace(/^\(\) => /, "")} is refused`, async () => {
      const said = await preview(declare);
      expect(said).to.include("'bad'").and.include(`property ${property}`).and.include(words);
    });
  }

  it("a wrong value beside an unknown one is refused", async () => {
    const said = await preview(() => {
      const { path } = new Namespace("n", { name: "bad-n" });
      const filter = {
        a: { chain: "input", source: path, verdict: "drop" },
        typo: { chain: "inptu", verdict: "drop" },
        port: { chain: "input", verdict: "drop", sport: 22 },
      };
      // A program in JavaScript gets no compiler errors.
      new Topology("bad", { filter } as object);
    });
    expect(said).to.include("property filter.typo.chain").and.include('is "inptu"');
    expect(said).to.include("property filter.port.sport").and.include("is not a property");
  });

  it("a wrong part beside an unknown value is refused", async () => {
    const said = await preview(() => {
      const { path } = new Namespace("n", { name: "bad-n" });
      const port = { chain: "input", verdict: "drop", port: 22 } as const;
      new Topology("bad", { filter: { port, a: { chain: "input", source: path, verdict: "drop" } } });
    });
    expect(said).to.include("property filter.port.port").and.include("set `protocol`");
  });

  it("a nested error names no value that the engine does not find, and the list goes on", async () => {
    const br = "bad-br";
    const said = await preview(() => {
      const interfaces = {
        eth0: { addresses: ["10.0.0.1/24", "10.0.0.255/24", "ff02::1/64"], peer: { bridge: br } },
      };
      const routes = [{ destination: "default", via: "10.0.0.255" }];
      new Node("bad", { interfaces, routes });
    });
    expect(said).to.include(
      "property interfaces.eth0.addresses[1].address is 10.0.0.255/24, which is the broadcast",
    );
    expect(said).to.include(
      "property interfaces.eth0.addresses[2].address is ff02::1/64, which is not the address",
    );
    expect(said).to.not.include("<nil>").and.not.include("map[").and.not.include(br);
  });

  it("a gateway that is the broadcast address of another resource's network is refused", async () => {
    const said = await preview(() => {
      new Address("ip", { interface: "lo", address: "10.0.0.1/24" });
      new Route("bad", { destination: "default", via: "10.0.0.255" });
    });
    expect(said).to.include("'bad'").and.include("is the broadcast address of the network of 10.0.0.1/24");
  });

  it("two resources with the same kernel object are refused by both names", async () => {
    const said = await preview(() => {
      new Bridge("one", { name: "v-net-9" });
      new VethPair("two", { end: { name: "v-net-9" }, peer: { name: "other" } });
    });
    expect(said).to.match(/link \/?v-net-9 is (Bridge "one"|VethPair "two") already/);
    expect(said).to.match(/resource '(one|two)'/);
  });
});
