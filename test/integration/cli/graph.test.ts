import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { namespaceNames, onKernel, typed } from "../../support/kernel";

/**
 * red ---+--- v-net-0 (host) --- lan
 * blue --+
 */
const SEED = [
  ...["red", "blue", "lan"].map((name) => `netns add ${name}`),
  "link add name v-net-0 type bridge",
  "link add name veth-red-br type veth peer name veth-red netns red",
  "link add name veth-blue-br type veth peer name veth-blue netns blue",
  "link add name host-lan type veth peer name eth0 netns lan",
  ...["veth-red-br", "veth-blue-br"].map((name) => `link set dev ${name} master v-net-0 up`),
  ...["v-net-0", "host-lan"].map((name) => `link set dev ${name} up`),
  "addr add 192.168.15.5/24 dev v-net-0",
  "addr add 192.168.1.2/24 dev host-lan",
  "addr add 192.168.1.20/24 dev host-lan",
];

const INSIDE = [
  ["red", "veth-red", "192.168.15.1/24"],
  ["blue", "veth-blue", "192.168.15.2/24"],
  ["lan", "eth0", "192.168.1.3/24"],
] as const;

const page = readFileSync(join(__dirname, "../../../docs/graph.md"), "utf8");

/** Returns a block of the page without its command line. */
const block = (language: string): string | undefined =>
  new RegExp(`\`\`\`${language}\\n(?:# .*\\n)?([^\`]*)\\n\`\`\``).exec(page)?.[1];

describe("graph", () => {
  onKernel();

  describe("of the network of the seed example", () => {
    before(async () => {
      for (const line of SEED) await typed(line);
      for (const [name, device, address] of INSIDE) {
        await typed(`link set dev ${device} up`, name);
        await typed(`addr add ${address} dev ${device}`, name);
      }
    });

    after(async () => {
      // The kernel deletes far ends shortly after their namespace.
      for (const name of ["v-net-0", "veth-red-br", "veth-blue-br", "host-lan"])
        await typed(`link del dev ${name}`);
      for (const name of await namespaceNames()) await typed(`netns del ${name}`);
    });

    const run = (...words: string[]) =>
      execa(process.execPath, ["dist/cli/main.js", "graph", ...words], { reject: false });

    it("is what its documentation shows", async () => {
      expect((await run()).stdout).to.equal(block("console"));
      expect((await run("--format", "mermaid")).stdout).to.equal(block("mermaid"));
      expect((await run("--format", "dot")).stdout).to.match(/^graph network \{\n.*\n\}$/s);
    });

    it("shows some namespaces only, the host too, once each", async () => {
      const rows = async (...names: string[]) =>
        (await run(...names)).stdout
          .split("\n")
          .flatMap((line) => /^(\S+) +(\S+)/.exec(line)?.slice(1).join(" ") ?? []);
      expect(await rows("red", "lan")).to.deep.equal(["NAMESPACE LINK", "red veth-red", "lan eth0"]);
      expect(await rows("--", "red", "red")).to.deep.equal(["NAMESPACE LINK", "red veth-red"]);
      expect(await rows("-", "host")).to.deep.equal([
        "NAMESPACE LINK",
        "host v-net-0",
        "host veth-red-br",
        "host veth-blue-br",
        "host host-lan",
      ]);
    });

    it("names what there is where a namespace is not", async () => {
      const { exitCode, stderr, stdout } = await run("green");
      expect({ exitCode, stderr, stdout }).to.deep.equal({
        exitCode: 1,
        stderr: "pulumi-netns: there is no network namespace green; there are: blue, lan, red.",
        stdout: "",
      });
    });

    it("refuses a format that it does not know, and a name that no namespace can have", async () => {
      const format = await run("--format", "svg");
      expect([format.exitCode, format.stderr]).to.deep.equal([
        2,
        "pulumi-netns: option '-f, --format <format>' argument 'svg' is invalid. Allowed choices are text, mermaid, dot.\nAdd --help to see how it is used.",
      ]);
      const name = await run("a/b");
      expect(name.exitCode).to.equal(2);
      expect(name.stderr).to.match(/^pulumi-netns: "a\/b" is neither a namespace nor host: /);
    });
  });
});
