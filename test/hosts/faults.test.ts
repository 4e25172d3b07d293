import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { command, ip } from "../../provider/linux/command";
import { messageOf } from "../../provider/linux/errors";
import type { Reach } from "../../provider/linux/host/ssh/destination";
import { SshHost } from "../../provider/linux/host/ssh/sshHost";
import { onPrivateHost } from "../beside/host";
import { Lab, type LabHost } from "../support/labHost";

describe("a lab host that cannot be used", function () {
  this.timeout(60_000);
  onPrivateHost();

  let lab: Lab;
  let lab1: LabHost;

  before(async () => {
    lab = await Lab.make();
    lab1 = await lab.start("lab1");
  });
  after(() => lab?.end());

  const connect = (destination: string, more: Partial<Reach> = {}) =>
    SshHost.connect({ destination, configFile: lab.config, connectTimeout: 5, ...more });

  const failure = async (destination: string, more: Partial<Reach> = {}): Promise<string> => {
    try {
      (await connect(destination, more)).close();
      return "connected";
    } catch (error) {
      return messageOf(error);
    }
  };

  it("has a name that nobody knows", async () => {
    expect(await failure("no-such-host.invalid")).to.match(
      /^host no-such-host\.invalid: its name is not known\. Check/,
    );
  });

  it("has nothing that listens", async () => {
    expect(await failure("ssh://root@127.0.0.1:1")).to.include(
      "nothing listens on its port. Start sshd there",
    );
  });

  it("refuses the key", async () => {
    await lab1.name(lab, "wrong-user", "lab1", "no-such-user");
    expect(await failure("wrong-user")).to.include(
      "it refuses the key. Add your key (`ssh-copy-id wrong-user`)",
    );
  });

  describe("with a user who is not root", () => {
    const SUDOERS = "/etc/sudoers.d/pulumi-netns";
    before(async () => {
      await execa("useradd", ["--create-home", "--shell", "/bin/dash", "--password", "*", "ada"]);
      await lab1.name(lab, "by-sudo", "lab1", "ada");
    });
    after(async () => {
      await rm(SUDOERS, { force: true });
      await execa("userdel", ["--remove", "ada"], { reject: false });
    });

    it("asks for a password", async () => {
      expect(await failure("by-sudo")).to.include(
        "sudo asks for a password. Allow it without one in /etc/sudoers.d",
      );
    });

    it("is not asked to become root if `sudo` is false", async () => {
      expect(await failure("by-sudo", { sudo: false })).to.include(
        "the user is not root, and `sudo` is false",
      );
    });

    it("works once sudo needs no password", async () => {
      await writeFile(SUDOERS, "ada ALL=(root) NOPASSWD: /bin/sh\n", { mode: 0o440 });
      const host = await connect("by-sudo");
      await host.run(ip(undefined, "netns", "add", "made-by-sudo"));
      await host.run(ip(undefined, "netns", "del", "made-by-sudo"));
      host.close();
    });
  });

  it("repeats two commands that fail for one reason, and ends", async () => {
    const host = await connect("lab1");
    const both = ["gone-1", "gone-2"].map((name) =>
      host.run(ip(undefined, "link", "del", "dev", name)).catch(messageOf),
    );
    for (const said of await Promise.all(both))
      expect(said).to.match(/^not found: `ip link del dev gone-\d`/);
    host.close();
  });

  it("ends a command that takes too long, and goes on", async () => {
    process.env["PULUMI_NETNS_TIMEOUT"] = "1";
    const host = await connect("lab1");
    try {
      const slow = host.run(command("flock", undefined, ["/run/netns", "sleep", "1234"])).catch(messageOf);
      expect(await slow).to.match(/^no answer in time/);
      expect(await host.run(ip(undefined, "-br", "link", "show", "dev", "lo"))).to.include("lo");
      expect((await execa("pgrep", ["-f", "^sleep 1234"], { reject: false })).stdout).to.equal("");
    } finally {
      delete process.env["PULUMI_NETNS_TIMEOUT"];
      host.close();
    }
  });

  it("has a host key that is not known", async () => {
    await lab1.name(lab, "unknown-key", "unknown-key");
    expect(await failure("unknown-key")).to.include(
      "its host key is not known. Connect once with `ssh unknown-key`",
    );
  });

  it("has another host key than before", async () => {
    const file = join(lab.folder, "known_hosts");
    const [, key = ""] = (await readFile(join(lab.folder, "id.pub"), "utf8")).split(" ");
    await writeFile(file, `${await readFile(file, "utf8")}changed ssh-ed25519 ${key}\n`);
    await lab1.name(lab, "changed", "changed");
    expect(await failure("changed")).to.include("its host key has changed. If the host was reinstalled");
  });

  it("has no ssh_config that can be read", async () => {
    expect(await failure("lab1", { configFile: join(lab.folder, "missing") })).to.include(
      "the ssh_config is not usable",
    );
  });

  it("greets people with a banner, which does no harm", async () => {
    await lab.start("talkative", [
      "ForceCommand echo Welcome; echo; $SSH_ORIGINAL_COMMAND",
      "Banner /etc/passwd",
    ]);
    const host = await connect("talkative");
    expect(await host.run(ip(undefined, "-br", "link", "show", "dev", "lo"))).to.include("lo");
    host.close();
  });

  it("lacks a tool", async () => {
    const host = await connect("lab1");
    const said = await host.run({ tool: "ovs-vsctl", args: ["show"] }).catch(messageOf);
    expect(said).to.match(/program not installed|its service does not run/);
    host.close();
  });

  it("loses the connection in the middle of a command, and is reached again by the next", async () => {
    const host = await connect("lab1");
    const slow = host.run(command("flock", undefined, ["/run/netns", "sleep", "20"])).catch(messageOf);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await lab1.cut();
    expect(await slow).to.match(
      /^host lab1: the connection has ended, so it is unknown what was done last\. Run `pulumi up/,
    );
    expect(await host.run(ip(undefined, "-br", "link", "show", "dev", "lo"))).to.include("lo");
    host.close();
  });

  it("is another machine when it is reached again", async () => {
    await lab.start("lab2");
    const host = await connect("lab1");
    const config = await readFile(lab.config, "utf8");
    // The name leads to the other machine now.
    await writeFile(
      lab.config,
      config.replace(/Host lab1\n/, "Host was-lab1\n").replace(/Host lab2\n/, "Host lab1\n"),
    );
    await lab1.cut();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await host.run(ip(undefined, "netns", "list")).catch(messageOf)).to.include(
      "another machine answers now. Check where the name leads",
    );
    await writeFile(lab.config, config);
  });
});
