import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { svgOf } from "../support/drawing";
import { answers, fails, pings } from "../support/packets";
import { snapshot } from "../support/snapshot";
import { ExampleStack, root } from "../support/stack";

/** Compares a committed picture with the current network; `PICTURE=write` commits it. */
const isDrawnIn = (file: string) => async () => {
  const { stdout } = await execa(process.execPath, [cli, "graph", "--format", "dot"]);
  const drawn = await svgOf(stdout);
  if (process.env["PICTURE"] === "write") await writeFile(join(root, file), drawn);
  expect(await readFile(join(root, file), "utf8")).to.equal(drawn);
};

const cli = join(root, "dist", "cli", "main.js");

/**
 * Every example through the real CLI, engine and kernel: up, again, preview, refresh, a change in place, a change that
 * replaces, destroy. The topologies are drawn in the examples' READMEs.
 */
interface Case {
  /** The number of resources, including the stack. */
  readonly resources: number;
  /** Checks after the first `up`. */
  readonly proofs: Readonly<Record<string, () => Promise<void>>>;
  /** An edit that updates in place, and the engine's operations. */
  readonly update: readonly [from: string, to: string, changes: object];
  /** An edit that replaces a resource, and the operations expected from the engine. */
  readonly replace: readonly [from: string, to: string, changes: object];
  /** Checks after both edits. */
  readonly proofsAfter: Readonly<Record<string, () => Promise<void>>>;
}

const cases: Readonly<Record<string, Case>> = {
  "two-rooms": {
    resources: 6,
    proofs: {
      "red reaches blue": pings("red", "192.168.15.2"),
      "blue reaches red": pings("blue", "192.168.15.1"),
    },
    update: ["end: { namespace: red }", "end: { namespace: red, mtu: 1400 }", { update: 1 }],
    replace: ["192.168.15.2/24", "192.168.15.7/24", { replace: 1 }],
    proofsAfter: { "red reaches blue's new address": pings("red", "192.168.15.7") },
  },
  switch: {
    resources: 9,
    proofs: {
      "red reaches blue": pings("red", "192.168.15.2"),
      "the host reaches red": pings(undefined, "192.168.15.1"),
      "blue reaches the host": pings("blue", "192.168.15.5"),
    },
    update: ['new Bridge("v-net-0")', 'new Bridge("v-net-0", { ageingTime: 60 })', { update: 1 }],
    // The bridge is replaced with its address, and so are its ports, the cables, with theirs.
    replace: ['new Bridge("v-net-0", {', 'new Bridge("v-net-0", { name: "v-net-1",', { replace: 6 }],
    proofsAfter: {
      "red reaches blue": pings("red", "192.168.15.2"),
      "the host reaches blue": pings(undefined, "192.168.15.2"),
    },
  },
  gateway: {
    resources: 15,
    proofs: {
      "blue reaches the LAN": pings("blue", "192.168.1.3"),
      "the LAN knows no way to blue": fails("lan", "192.168.15.2"),
    },
    // A change of a proof's dependency runs the proof again.
    update: ['source: "192.168.15.0/24"', 'source: "192.168.15.0/25"', { update: 3 }],
    replace: ['destination: "192.168.1.0/24"', 'destination: "default"', { replace: 3 }],
    proofsAfter: { "blue reaches the LAN": pings("blue", "192.168.1.3") },
  },
  "port-forward": {
    resources: 15,
    proofs: {
      "the LAN reaches blue's web server by the host's port": answers("lan", "http://192.168.1.2/"),
      "the LAN reaches blue by the address that stands for it": pings("lan", "192.168.1.20"),
      "the LAN reaches blue's web server by that address": answers("lan", "http://192.168.1.20/"),
      "the host reaches the forward, too": answers(undefined, "http://192.168.1.2/"),
    },
    update: ["port: 80,", "port: 8080,", { update: 1 }],
    replace: [
      'new NatRule("blue-as-host", {',
      'new NatRule("blue-as-host", { backend: "iptables",',
      { replace: 1 },
    ],
    proofsAfter: {
      "the LAN reaches it by the new port": answers("lan", "http://192.168.1.2:8080/"),
      "the LAN reaches blue by its address": pings("lan", "192.168.1.20"),
    },
  },
  firewall: {
    resources: 19,
    proofs: {
      "red reaches blue's web server": answers("red", "http://10.2.0.2/"),
      "red reaches blue by ping": pings("red", "10.2.0.2"),
      "blue does not reach red": fails("blue", "10.1.0.2"),
      "blue reaches the router": pings("blue", "10.2.0.1"),
    },
    update: ["port: 80,", "port: [80, 443],", { update: 3 }],
    // Two routes and the proofs that depend on them.
    replace: ['destination: "default"', 'destination: "10.0.0.0/8"', { replace: 4 }],
    proofsAfter: {
      "red reaches blue's web server": answers("red", "http://10.2.0.2/"),
      "blue does not reach red": fails("blue", "10.1.0.2"),
    },
  },
  star: {
    resources: 2,
    proofs: {
      "one tip reaches another": pings("n1", "10.7.0.12"),
      "the host reaches a tip": pings(undefined, "10.7.0.7"),
      "a tip reaches the host by its way out": pings("n12", "10.7.0.254"),
    },
    update: ["length: 12", "length: 14", { update: 1 }],
    // The replacement of a cable, its address and route happens inside the resource.
    replace: ['{ bridge: "hub" }', '{ name: "up-".concat(name), bridge: "hub" }', { update: 1 }],
    proofsAfter: { "one tip reaches a new one": pings("n1", "10.7.0.14") },
  },
  seed: {
    resources: 19,
    proofs: {
      "red reaches blue": pings("red", "192.168.15.2"),
      "the host reaches red": pings(undefined, "192.168.15.1"),
      "blue reaches the LAN": pings("blue", "192.168.1.3"),
      "the LAN reaches blue's web server": answers("lan", "http://192.168.1.2/"),
      "the LAN reaches blue by the address that stands for it": pings("lan", "192.168.1.20"),
      "README.md shows its picture; else run npm run picture": isDrawnIn(join("docs", "network.svg")),
    },
    update: ["value: 1", "value: 0", { update: 1 }],
    // Blue is replaced with its cable, address and route.
    replace: ['new Namespace("blue")', 'new Namespace("blue", { name: "azure" })', { replace: 4 }],
    proofsAfter: { "red reaches azure": pings("red", "192.168.15.2") },
  },
};

describe("the examples", () => {
  it("have a case each", () => {
    const folders = readdirSync(join(root, "examples"), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(Object.keys(cases).sort()).to.deep.equal(folders.map(({ name }) => name).sort());
  });

  for (const [example, { resources, proofs, update, replace, proofsAfter }] of Object.entries(cases)) {
    describe(example, () => {
      let clean: Record<string, string>;
      let stack: ExampleStack;

      before(async () => {
        clean = await snapshot();
        stack = await ExampleStack.of(example);
      });
      after(() => stack.remove());

      it("goes up", async () => {
        expect(await stack.up()).to.deep.equal({ create: resources });
      });
      for (const [what, proof] of Object.entries(proofs)) it(what, proof);
      it("goes up again without a change", async () => expect(await stack.up()).to.deep.equal({}));
      it("has an empty preview", async () => expect(await stack.preview()).to.deep.equal({}));
      it("has nothing to refresh", async () => expect(await stack.refresh()).to.deep.equal({}));
      it(`updates in place: ${update[1]}`, async () => {
        await stack.edit([update[0], update[1]]);
        expect(await stack.up()).to.deep.equal(update[2]);
      });
      it(`replaces: ${replace[1]}`, async () => {
        await stack.edit([replace[0], replace[1]]);
        expect(await stack.up()).to.deep.equal(replace[2]);
      });
      for (const [what, proof] of Object.entries(proofsAfter)) it(`then: ${what}`, proof);
      it("has an empty preview after that", async () => expect(await stack.preview()).to.deep.equal({}));
      it("leaves nothing behind", async () => {
        await stack.destroy();
        expect(await snapshot()).to.deep.equal(clean);
      });
    });
  }
});
