import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { z } from "zod";
import { snapshot } from "../support/snapshot";
import { ExampleStack, root } from "../support/stack";

const Answer = z.object({
  sentence: z.string(),
  isReached: z.boolean(),
  fault: z.object({ fix: z.string(), code: z.string().optional() }).optional(),
});

/** The fixes of `trace` that need a program and its state, done as they are printed. */
describe("what trace prints for a stack", function () {
  this.timeout(120_000);
  let clean: Record<string, string>;
  let stack: ExampleStack;

  before(async () => {
    clean = await snapshot();
    stack = await ExampleStack.of("seed");
    await stack.up();
  });
  after(async () => {
    await stack.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  /** Traces from the folder of the program, whose stack is selected there. */
  async function trace(from: string, to: string) {
    const { stdout } = await stack.type(
      `${process.execPath} ${join(root, "dist/cli/main.js")} trace ${from} ${to} --json`,
    );
    return Answer.parse(JSON.parse(stdout));
  }

  async function byHand(...lines: readonly string[]) {
    for (const line of lines) {
      const [file = "", ...words] = line.split(" ");
      await execa(file, words);
    }
  }

  const restored: readonly (readonly [
    what: string,
    lines: readonly string[],
    from: string,
    to: string,
    owner: string,
  ])[] = [
    ["an address", ["ip -n blue address flush dev veth-blue"], "blue", "192.168.15.5", 'Address "blue-ip"'],
    [
      "the address of a gateway",
      ["ip address del 192.168.15.5/24 dev v-net-0"],
      "blue",
      "192.168.1.3",
      'Address "gateway"',
    ],
    [
      "an address with another prefix length",
      [
        "ip -n red address del 192.168.15.1/24 dev veth-red",
        "ip -n red address add 192.168.15.1/32 dev veth-red",
      ],
      "red",
      "192.168.15.5",
      'Address "red-ip"',
    ],
    ["a route", ["ip -n blue route del 192.168.1.0/24"], "blue", "192.168.1.3", 'Route "blue-to-lan"'],
    [
      "the port of a bridge",
      ["ip link set dev veth-blue-br nomaster"],
      "blue",
      "192.168.15.5",
      'VethPair "veth-blue"',
    ],
    [
      "a link that is down",
      ["ip link set dev veth-blue-br down"],
      "blue",
      "192.168.15.5",
      'VethPair "veth-blue"',
    ],
    ["a parameter", ["sysctl -q -w net.ipv4.ip_forward=0"], "blue", "192.168.1.3", 'Sysctl "forwarding"'],
    ["a NAT rule", ["nft flush ruleset"], "blue", "192.168.1.3", 'NatRule "out"'],
  ];
  for (const [what, lines, from, to, owner] of restored) {
    it(`restores ${what}`, async () => {
      await byHand(...lines);
      const { fault, sentence } = await trace(from, to);
      expect(fault, sentence).to.deep.include({ code: "pulumi up --refresh" });
      expect(sentence).to.include(`restore ${owner} of netns-seed/test with \`pulumi up --refresh\``);
      const { exitCode, stdout } = await stack.type(fault?.code ?? "");
      expect(exitCode, stdout).to.equal(0);
      expect(await trace(from, to)).to.deep.include({ isReached: true });
    });
  }

  it("changes the address that it names to what it says", async () => {
    await stack.edit(['address: "192.168.15.1/24"', 'address: "192.168.15.1/32"']);
    await stack.up();
    const { fault, sentence } = await trace("red", "192.168.15.5");
    const [, name, wanted] =
      /^change Address "([^"]+)" of netns-seed\/test to (\S+)$/.exec(fault?.fix ?? "") ?? [];
    expect(name, sentence).to.equal("red-ip");
    await stack.edit([
      `new Address("${name}", { interface: redCable.end, address: "192.168.15.1/32"`,
      `new Address("${name}", { interface: redCable.end, address: "${wanted}"`,
    ]);
    await stack.up();
    expect(await trace("red", "192.168.15.5")).to.deep.include({ isReached: true });
  });

  it("changes the parameter that it names to what it says", async () => {
    await stack.edit(['key: "net.ipv4.ip_forward", value: 1', 'key: "net.ipv4.ip_forward", value: 0']);
    await stack.up();
    const { fault, sentence } = await trace("blue", "192.168.1.3");
    const [, name, wanted] =
      /^change Sysctl "([^"]+)" of netns-seed\/test to set it to (\S+)$/.exec(fault?.fix ?? "") ?? [];
    expect(name, sentence).to.equal("forwarding");
    await stack.edit([
      `new Sysctl("${name}", { key: "net.ipv4.ip_forward", value: 0`,
      `new Sysctl("${name}", { key: "net.ipv4.ip_forward", value: ${wanted}`,
    ]);
    await stack.up();
    expect(await trace("blue", "192.168.1.3")).to.deep.include({ isReached: true });
  });
});
