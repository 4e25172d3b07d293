import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { Host } from "../../sdk";

/**
 * Lab hosts: namespaces with an sshd, a /run, a name and a machine id of their own. `ssh` reaches them by an ssh_config(5) in
 * which a `ProxyCommand` enters their namespaces, so nothing listens anywhere. Root alone can make them.
 */
export class Lab {
  private readonly hosts: LabHost[] = [];

  private constructor(readonly folder: string) {}

  static async make(): Promise<Lab> {
    const folder = await mkdtemp(join(tmpdir(), "lab-"));
    // sshd reads the accepted keys as the user who logs in.
    await chmod(folder, 0o755);
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "id")]);
    await writeFile(join(folder, "known_hosts"), "");
    return new Lab(folder);
  }

  get config(): string {
    return join(this.folder, "config");
  }

  /** Starts a host. `settings` are further lines of its sshd_config(5). */
  async start(name: string, settings: readonly string[] = []): Promise<LabHost> {
    const host = await LabHost.start(this, name, settings);
    this.hosts.push(host);
    return host;
  }

  /** A host as programs write it. */
  host = (name: string): Host => new Host(name, { configFile: this.config });

  async end(): Promise<void> {
    for (const host of this.hosts) await host.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const SET_UP = `
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/sshd
mount --bind "$1/machine-id" /etc/machine-id
hostname "$2"
ip link set lo up
echo ready
exec sleep infinity
`;

export class LabHost {
  private constructor(
    private readonly holder: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(lab: Lab, name: string, settings: readonly string[]): Promise<LabHost> {
    const folder = join(lab.folder, name);
    await mkdir(folder);
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
    await writeFile(join(folder, "machine-id"), `${name.padEnd(32, "0")}\n`);
    await writeFile(join(folder, "connections"), "");
    await writeFile(
      join(folder, "sshd_config"),
      [
        ...settings,
        `HostKey ${folder}/key`,
        `AuthorizedKeysFile ${lab.folder}/id.pub`,
        "PermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\nStrictModes no\nPidFile none",
        // A second session would be refused.
        "MaxSessions 1\n",
      ].join("\n"),
    );
    const words = [
      "--net",
      "--mount",
      "--uts",
      "--propagation=private",
      "sh",
      "-c",
      SET_UP,
      "sh",
      folder,
      name,
    ];
    const holder = spawn("unshare", words, { stdio: ["ignore", "pipe", "inherit"] });
    await once(createInterface({ input: holder.stdout }), "line");
    const host = new LabHost(holder, folder);
    const key = (await readFile(join(folder, "key.pub"), "utf8")).split(" ").slice(0, 2).join(" ");
    await appendFile(join(lab.folder, "known_hosts"), `${name} ${key}\n`);
    await host.name(lab, name, name);
    return host;
  }

  /** Gives the host a name in the configuration of `ssh`. */
  async name(lab: Lab, name: string, keyAlias: string, user = "root"): Promise<void> {
    const log = join(this.folder, "connections");
    const enter = `nsenter --target ${this.holder.pid} --net --mount --uts`;
    await appendFile(
      lab.config,
      `Host ${name}
  User ${user}
  IdentityFile ${lab.folder}/id
  IdentitiesOnly yes
  HostKeyAlias ${keyAlias}
  UserKnownHostsFile ${lab.folder}/known_hosts
  ProxyCommand sh -c "echo $$ >> ${log}; exec ${enter} /usr/sbin/sshd -i -f ${this.folder}/sshd_config"
`,
    );
  }

  /** How many connections were made so far. Each has one session. */
  async connections(): Promise<number> {
    return (await this.servers()).length;
  }

  /** Types a line at the host itself; its words are apart by single spaces. */
  async type(line: string): Promise<string> {
    const enter = [`--target=${this.holder.pid}`, "--net", "--mount", "--uts"];
    const { stdout } = await execa("nsenter", [...enter, ...line.split(" ")], { env: { LC_ALL: "C" } });
    return stdout;
  }

  /** Kills the processes that serve connections. The far shells lose their input and end. */
  async cut(): Promise<void> {
    for (const server of await this.servers()) {
      const { stdout } = await execa("pgrep", ["-P", server], { reject: false });
      const sessions = stdout.split("\n").filter((pid) => pid !== "");
      await execa("kill", ["-KILL", server, ...sessions], { reject: false });
    }
  }

  private async servers(): Promise<string[]> {
    return (await readFile(join(this.folder, "connections"), "utf8")).split("\n").filter((pid) => pid !== "");
  }

  async end(): Promise<void> {
    await this.cut();
    const ended = once(this.holder, "exit");
    this.holder.kill("SIGKILL");
    await ended;
  }
}
