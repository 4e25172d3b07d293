import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { snapshot } from "../support/snapshot";
import { ExampleStack, environment, root } from "../support/stack";

/** The seed's network beside foreign objects, with the real command. */
describe("gc", function () {
  this.timeout(120_000);
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

  async function gc(...args: string[]) {
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [join(root, "dist", "cli", "main.js"), "gc", ...args],
      { cwd: stack.folder, env: await environment(stack.folder), reject: false },
    );
    return { exitCode, stdout, stderr };
  }

  const kindsListed = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await gc("--json", ...args);
    const listed: { kind: string }[] = JSON.parse(stdout);
    return listed.map(({ kind }) => kind);
  };

  it("finds nothing while a state knows everything", async () => {
    expect(await gc()).to.deep.include({
      exitCode: 0,
      stdout: "Nothing is left over: the given states contain every marked object on this host.",
    });
    expect(await kindsListed("--stack", "test", "--all")).to.deep.equal([]);
  });

  it("deletes the objects of a lost state, and nothing else", async () => {
    await stack.forget();
    expect(await kindsListed()).to.deep.equal([
      ...["NatRule", "NatRule", "NatRule", "Sysctl", "Route"],
      ...["Address", "Address", "Address", "Address", "Address", "Address"],
      ...["VethPair", "VethPair", "VethPair", "Bridge", "Namespace", "Namespace", "Namespace"],
    ]);

    await execa("ip", ["link", "add", "guest", "type", "bridge"]);
    const withGuest = await execa("ip", ["-j", "link", "show", "dev", "guest"]);
    const hasty = await gc("--yes");
    expect([hasty.exitCode, hasty.stderr]).to.deep.equal([
      1,
      "pulumi-netns: nothing is deleted: the state of the stack test has no resource of pulumi-netns. Check the backend (`pulumi whoami --verbose`) and the folder. If the stack no longer exists, repeat the command with --empty-state.",
    ]);
    expect((await gc("--yes", "--empty-state")).exitCode).to.equal(0);
    expect((await execa("ip", ["-j", "link", "show", "dev", "guest"])).stdout).to.equal(withGuest.stdout);
    await execa("ip", ["link", "del", "guest"]);
    expect(await snapshot()).to.deep.equal(clean);
  });

  it("keeps a namespace with foreign content, and says so", async () => {
    await stack.forget();
    await execa("ip", ["-n", "blue", "link", "add", "guest", "type", "bridge"]);
    const kept = await gc("--yes", "--empty-state");
    expect(kept.exitCode).to.equal(1);
    expect(kept.stderr).to.include(
      "pulumi-netns: Namespace blue is kept: it contains objects that must stay: link guest",
    );
    expect(await kindsListed()).to.deep.equal(["Namespace"]);
    await execa("ip", ["-n", "blue", "link", "del", "guest"]);
    expect((await gc("--yes", "--empty-state")).exitCode).to.equal(0);
  });

  it("leaves another stack's objects, until it is told that there is no such stack", async () => {
    const other = await ExampleStack.of("two-rooms", "other");
    try {
      await stack.destroy();
      await other.up();
      const { stdout } = await gc("--yes", "--empty-state");
      expect(stdout).to.include("netns-two-rooms/other");
      await other.refresh();
      expect(await other.preview()).to.deep.equal({});

      await other.forget();
      expect((await gc("--all", "--yes", "--empty-state")).exitCode).to.equal(0);
    } finally {
      await other.remove();
    }
  });

  it("lists broken records and deletes them; only their own objects have to wait for that", async () => {
    const folder = "/run/pulumi-netns/blue";
    const [name = ""] = (await readdir(folder)).filter((one) => one.endsWith(".json"));
    await writeFile(join(folder, name), '{"kind":');
    await mkdir("/run/pulumi-netns/-/0123456789abcdef.0123456789abcdef.json");
    expect(await kindsListed()).to.deep.equal(["broken record", "broken record"]);
    // The record of a resource in the state adds nothing to the state.
    const { stderr } = await gc("--yes");
    expect(stderr).to.equal(`deleted broken record ${folder}/${name}`);
    expect((await gc("--yes", "--all")).stderr).to.include(
      "deleted broken record /run/pulumi-netns/-/0123456789abcdef",
    );
    expect(await kindsListed()).to.deep.equal([]);
  });

  it("restores adopted objects", async () => {
    await execa("ip", ["link", "add", "guest", "mtu", "1400", "type", "bridge"]);
    try {
      await stack.edit([
        'new Bridge("v-net-0")',
        'new Bridge("v-net-0", { name: "guest", adopt: true, stp: true })',
      ]);
      await stack.up();
      await stack.forget();
      const { stderr } = await gc("--yes", "--empty-state");
      expect(stderr).to.include("restored Bridge guest");
      const { stdout } = await execa("ip", ["-j", "-d", "link", "show", "dev", "guest"]);
      expect(stdout).to.include('"stp_state":0').and.not.include("ifalias");
    } finally {
      await execa("ip", ["link", "del", "guest"]);
    }
  });

  it("says what it needs outside of a program", async () => {
    const { exitCode, stderr } = await execa(process.execPath, [join(root, "dist", "cli", "main.js"), "gc"], {
      cwd: "/",
      env: await environment(stack.folder),
      reject: false,
    });
    expect([exitCode, stderr]).to.deep.equal([
      1,
      "pulumi-netns: there is no Pulumi.yaml here: run this in the program's folder, give states with --state, or use --all if no stack on this host is alive.",
    ]);
  });
});
