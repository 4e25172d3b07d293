import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { refuseOutsideSandbox, skip } from "./kernel";
import { lackingAmong, until } from "./programs";

/** The real Open vSwitch in userspace with its own database. Only in a sandbox, whose /run is private. */

const FOLDER = "/run/openvswitch";
const DATABASE = join(FOLDER, "conf.db");
const SOCKET = `unix:${join(FOLDER, "db.sock")}`;

/** The required programs that are not installed. */
export const lackingOfOvs = (): string[] =>
  lackingAmong(["ovs-vswitchd", "ovsdb-server", "ovsdb-tool", "ovs-vsctl", "ovs-appctl"]);

/** `ovs-vsctl WORDS`, by hand. */
export const ovsVsctl = async (...words: string[]): Promise<string> =>
  (await execa("ovs-vsctl", ["--timeout=10", ...words])).stdout;

async function startDatabase(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await execa("ovsdb-tool", ["create", DATABASE, "/usr/share/openvswitch/vswitch.ovsschema"]);
  await daemon("ovsdb-server", DATABASE, `--remote=p${SOCKET}`);
  await ovsVsctl("--no-wait", "init");
  // Packets from a veth pair have no checksums yet.
  await ovsVsctl("--no-wait", "set", "Open_vSwitch", ".", "other_config:userspace-tso-enable=true");
}

export const startSwitch = (): Promise<void> => daemon("ovs-vswitchd", SOCKET);

/** Stops it and deletes its links. */
export const stopSwitch = (): Promise<void> => end("ovs-vswitchd", "--cleanup");

async function stopDatabase(): Promise<void> {
  await end("ovsdb-server");
  await rm(FOLDER, { recursive: true });
}

async function daemon(program: string, ...words: string[]): Promise<void> {
  const file = (ending: string) => join(FOLDER, `${program}.${ending}`);
  await execa(program, [
    ...words,
    ...[`--pidfile=${file("pid")}`, `--log-file=${file("log")}`, `--unixctl=${file("ctl")}`, "--detach"],
  ]);
}

async function end(program: string, ...words: string[]): Promise<void> {
  await execa("ovs-appctl", ["-t", join(FOLDER, `${program}.ctl`), "exit", ...words]);
  await until(`${program} ends`, () => !existsSync(join(FOLDER, `${program}.pid`)));
}

export async function startOvs(): Promise<void> {
  refuseOutsideSandbox();
  await startDatabase();
  await startSwitch();
}

/** Stops it. Its database must be empty. */
export async function stopOvs(): Promise<void> {
  const left = await ovsVsctl("--columns=name", "--format=csv", "--no-headings", "list", "Port");
  await stopSwitch();
  await stopDatabase();
  expect(left).to.equal("");
}

/** For a `describe`: Open vSwitch in userspace for all of its tests. */
export function withOvs(): void {
  let isThere = false;

  before(async function () {
    const missing = lackingOfOvs();
    if (missing.length > 0) skip(this, `not installed here: ${missing.join(", ")}`);
    await startOvs();
    isThere = true;
  });

  after(async () => {
    if (isThere) await stopOvs();
  });
}
