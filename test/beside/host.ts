import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { z } from "zod";
import { fails, pings } from "../support/packets";
import { ProgramStack } from "../support/programStack";
import { until } from "../support/programs";
import { differences, type Snapshot, snapshot } from "../support/snapshot";
import { root } from "../support/stack";
import { HOST, LAN } from "./lab";

/** The tests beside other programs own their whole private host (scripts/lib/private-host.sh). */

/** Refuses to run anywhere else: these tests start daemons that take over any network they find. */
export function onPrivateHost(): void {
  before("is on a private host", () => {
    if (!existsSync("/run/private-host"))
      throw new Error(
        "this would change the network of this machine: run it by `npm run beside`, which makes a host",
      );
  });
}

/** Runs a line as root would type it, with words separated by single spaces. Resolves to its output. */
export async function type(line: string): Promise<string> {
  const [file = "", ...words] = line.split(" ");
  const { stdout } = await execa(file, words, { env: { LC_ALL: "C" }, timeout: 60_000 });
  return stdout;
}

/** Whether a line succeeds. */
export const works = (line: string): Promise<boolean> =>
  type(line).then(
    () => true,
    () => false,
  );

/** A program that runs in the background until it is stopped. */
export class Daemon {
  private process: ReturnType<typeof run> | undefined;

  constructor(
    private readonly line: string,
    private readonly isUp: string,
  ) {}

  async start(): Promise<void> {
    this.process = run(this.line);
    const failed = this.process.then(({ all, exitCode }) => {
      throw new Error(`${this.line} has ended with ${exitCode}:\n${all}`);
    });
    failed.catch(() => {});
    await Promise.race([until(`${this.line} is up`, () => works(this.isUp)), failed]);
  }

  async stop(): Promise<void> {
    this.process?.kill("SIGTERM");
    await this.process;
    this.process = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }
}

const run = (line: string) => {
  const [file = "", ...words] = line.split(" ");
  return execa(file, words, { reject: false, all: true, maxBuffer: 1_000_000 });
};

/** The system's message bus, which daemons use. */
export const bus = () =>
  new Daemon(
    "dbus-daemon --system --nofork --nopidfile",
    "dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames",
  );

/** Lets daemons run without udev: if /sys is read-only, they do not wait for it. */
export const withoutUdev = () => type("mount -o remount,ro /sys");

/** Waits for a network manager, which inspects each link some time after its start or after the link appears. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 3000));

/** Containers get links with random names, and addresses in order of their start. */
const passing = (text: string): string =>
  text
    .split("\n")
    .map((line) => (OF_CONTAINERS.test(line) ? line.replace(RANDOM, "") : line))
    .join("\n")
    .replace(/172\.17\.0\.[23]\b/g, "172.17.0.CONTAINER")
    .replaceAll('"tentative":true,', "");

const OF_CONTAINERS = /\bveth([0-9a-f]{6,}|\d)\b|"podman0"/;
const RANDOM = /veth[0-9a-f]{6,}|fe80::[0-9a-f:]+|([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}/g;

/** Everything observable about this host's network, including the parts of others. */
export async function wholeState(files: readonly string[] = []): Promise<Snapshot> {
  // A new IPv6 address has no route until duplicate address detection ends.
  const tentative = () =>
    Promise.all(["ip", "ip -n lan"].map((ip) => type(`${ip} -6 address show tentative`)));
  await until("addresses are settled", async () => (await tentative()).every((listed) => listed === ""));
  const ask = async (line: string) => (await execa("sh", ["-c", line], { env: { LC_ALL: "C" } })).stdout;
  const [four, six, legacy, legacy6, sysctls, settings] = await Promise.all([
    ask("iptables-save"),
    ask("ip6tables-save"),
    // Listing a table of legacy iptables creates it.
    ask("cat /proc/net/ip_tables_names | while read -r table; do iptables-legacy-save -t $table; done"),
    ask("cat /proc/net/ip6_tables_names | while read -r table; do ip6tables-legacy-save -t $table; done"),
    ask("sysctl --all --pattern '^net\\.' 2> /dev/null"),
    files.length > 0 ? ask(`find ${files.join(" ")} -type f -exec sha256sum {} +`) : "",
  ]);
  const seen = await snapshot();
  const all: Snapshot = { ...seen, ...{ four, six, legacy, legacy6, sysctls, settings } };
  return Object.fromEntries(Object.entries(all).map(([name, text]) => [name, lasting(passing(text))]));
}

/** Without counters, dates, and parameters that the kernel changes. */
const lasting = (text: string): string =>
  text
    .replace(/packets \d+ bytes \d+/g, "")
    .replace(/\[\d+:\d+\]/g, "")
    .replace(/^# .*$/gm, "")
    // iptables creates its built-in chains on first use.
    .replace(/^(\*.*|COMMIT|:\S+ ACCEPT ?)$/gm, "")
    .split("\n")
    .filter(
      (line) =>
        !/conntrack_count|conntrack_max|nf_conntrack_buckets|random|stable_secret|nf_log|\.nr_|dentry-state|expires/.test(
          line,
        ),
    )
    .join("\n");

/** Fails with each line that has changed. */
export async function expectSame(before: Snapshot, files: readonly string[] = []): Promise<void> {
  const { missing, extra } = differences(before, await wholeState(files));
  const lines = [...missing.map((line) => `- ${line}`), ...extra.map((line) => `+ ${line}`)].filter((line) =>
    /: ./.test(line),
  );
  if (lines.length > 0) throw new Error(`the host has changed:\n${lines.join("\n")}`);
}

const Findings = z.array(
  z.object({
    check: z.string(),
    level: z.string(),
    subject: z.string(),
    text: z.string(),
    fix: z.string().optional(),
    code: z.array(z.string()).default([]),
  }),
);
export type Finding = z.infer<typeof Findings>[number];

const cli = async (...words: string[]) =>
  (
    await execa(process.execPath, [join(root, "dist", "cli", "main.js"), ...words, "--json"], {
      reject: false,
    })
  ).stdout;

/** The finding of `doctor` about a subject, unless it is fine. */
export async function doctorOn(subject: string): Promise<readonly Finding[]> {
  const findings = Findings.parse(JSON.parse(await cli("doctor")));
  return findings.filter((finding) => finding.subject === subject && finding.level !== "ok");
}

/** Pastes the lines of a finding, as a person would. */
export async function applied(finding: Finding | undefined): Promise<void> {
  if (!finding || finding.code.length === 0) throw new Error("the finding has no commands");
  for (const line of finding.code) await execa("sh", ["-c", line]);
}

const Traced = z.object({
  isReached: z.boolean(),
  sentence: z.string(),
  fault: z.object({ fix: z.string(), code: z.string().optional() }).optional(),
});

/** The output of `trace` from a place to an address, and to a port there. */
export const traceFrom = async (from: string, to: string) =>
  Traced.parse(JSON.parse(await cli("trace", from, to)));

/** A stack of the lab's programs on this host. */
export const stackFor = (name: string): Promise<ProgramStack> => ProgramStack.of(`beside-${name}`);

/** Expects that a refresh finds no change. */
export async function expectUntouched(stack: ProgramStack): Promise<void> {
  const { operations } = await stack.refresh();
  expect(operations).to.deep.equal({});
}

/** Expects that the room reaches the LAN, in both families. */
export async function expectOut(): Promise<void> {
  for (const to of LAN) await pings("blue", to)();
}

export async function expectNoWayOut(to: string = LAN[0]): Promise<void> {
  await fails("blue", to)();
}

const CLIENT =
  "fetch(process.argv[1]).then((r) => r.text()).then((text) => process.stdout.write(text.trim()))";

/** The answer at a port of a machine, or the reason for none. */
async function webFrom(place: string, at: string, port: number): Promise<string> {
  const url = `http://${at.includes(":") ? `[${at}]` : at}:${port}`;
  const client = ["netns", "exec", place, process.execPath, "-e", CLIENT, url];
  const { stdout, stderr } = await execa("ip", client, { reject: false, timeout: 5000 });
  return stdout || stderr.split("\n").find((line) => line.includes("Error")) || "no answer";
}

/** The answer to the LAN at a port of the host, or the reason for none. */
export const webFromLan = (port: number, at: string = HOST[0]): Promise<string> => webFrom("lan", at, port);

/** The answers to the room from servers in the LAN, in both families. */
export async function webFromBlue(): Promise<string[]> {
  const server = await serve("lan");
  try {
    return await Promise.all(LAN.map((at) => webFrom("blue", at, 80)));
  } finally {
    await server.stop();
  }
}

const SERVER = 'require("node:http").createServer((_, r) => r.end(process.argv[1])).listen(80)';

/** A web server in a namespace that answers with its name, until it is stopped. */
async function serve(namespace: string): Promise<{ stop(): Promise<void> }> {
  const server = execa("ip", ["netns", "exec", namespace, process.execPath, "-e", SERVER, namespace], {
    reject: false,
  });
  await until(
    "the server listens",
    async () => (await execa("ip", ["netns", "exec", namespace, "ss", "-Hltn", "sport = :80"])).stdout !== "",
  );
  return {
    async stop() {
      server.kill("SIGKILL");
      await server;
    },
  };
}

/** Expects that the port of the host leads the LAN into the room, in both families. */
export async function expectIn(port = 80): Promise<void> {
  const server = await serve("blue");
  try {
    for (const at of HOST) expect(await webFromLan(port, at), `from ${at}`).to.equal("blue");
  } finally {
    await server.stop();
  }
}
