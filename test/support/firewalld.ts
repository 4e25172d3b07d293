import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { lackingAmong, until } from "./programs";

/** The real firewalld on its own bus, for the test's network, which must be a sandbox's. */

const BUS = (
  socket: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
`;

const SETTINGS = "/etc/firewalld";

/** The required programs that are not installed. */
export const lacking = (): string[] => lackingAmong(["firewalld", "firewall-cmd", "dbus-daemon"]);

const run = (program: string, words: readonly string[]) => execa(program, words, { reject: false });
type Process = ReturnType<typeof run>;

export class Firewalld {
  private daemon: Process | undefined;

  private constructor(
    /** Contains all files that it reads, writes and listens on. */
    private readonly folder: string,
    private readonly bus: Process,
    private readonly address: string | undefined,
  ) {}

  static async start(): Promise<Firewalld> {
    const folder = await mkdtemp(join(tmpdir(), "firewalld-"));
    const socket = join(folder, "bus");
    await mkdir(join(folder, "etc"));
    await writeFile(join(folder, "bus.conf"), BUS(socket));
    // Mounted over the machine's own folder, which a sandbox sees as well.
    await execa("mount", ["--bind", join(folder, "etc"), SETTINGS]);
    const bus = run("dbus-daemon", ["--nofork", "--nopidfile", `--config-file=${join(folder, "bus.conf")}`]);
    await until("dbus-daemon comes up", () => existsSync(socket));
    const own = new Firewalld(folder, bus, process.env["DBUS_SYSTEM_BUS_ADDRESS"]);
    process.env["DBUS_SYSTEM_BUS_ADDRESS"] = `unix:path=${socket}`;
    await own.startDaemon();
    return own;
  }

  private async startDaemon(): Promise<void> {
    const { folder } = this;
    this.daemon = run("firewalld", ["--nofork", "--nopid", `--log-file=${join(folder, "log")}`]);
    await until("firewalld comes up", async () => (await run("firewall-cmd", ["--state"])).exitCode === 0);
  }

  async stopDaemon(): Promise<void> {
    this.daemon?.kill();
    await this.daemon;
  }

  async restart(): Promise<void> {
    await this.stopDaemon();
    await this.startDaemon();
  }

  /** Restores the initial state: changes by hand leave files behind, such as backups. */
  async forget(): Promise<void> {
    const files = (
      await execa("find", [SETTINGS, "-type", "f", "-not", "-name", "firewalld.conf"])
    ).stdout.split("\n");
    for (const file of files.filter((name) => name !== "")) await rm(file);
    await this.restart();
  }

  async stop(): Promise<void> {
    await this.stopDaemon();
    this.bus.kill();
    await this.bus;
    if (this.address === undefined) delete process.env["DBUS_SYSTEM_BUS_ADDRESS"];
    else process.env["DBUS_SYSTEM_BUS_ADDRESS"] = this.address;
    await execa("umount", [SETTINGS]);
    await rm(this.folder, { recursive: true });
  }

  /** Everything that it knows of zones and policies, at run time and permanent, and its files. */
  async picture(): Promise<string> {
    const lists = ["--list-all-zones", "--list-all-policies"].flatMap((list) => [
      [list],
      [list, "--permanent"],
    ]);
    const listed = await Promise.all(lists.map((words) => firewallCmd("--verbose", ...words)));
    const files = await execa("find", [SETTINGS, "-type", "f", "-print", "-exec", "cat", "{}", ";"]);
    return [...listed, files.stdout].join("\n");
  }
}

/** `firewall-cmd WORDS`, by hand. */
export const firewallCmd = async (...words: string[]): Promise<string> =>
  (await execa("firewall-cmd", words)).stdout;
