import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import { skip } from "../../support/kernel";

const main = resolve("dist/cli/main.js");
const stateHome = mkdtempSync(join(tmpdir(), "netns-sandbox-"));
const prefix = `test-${process.pid}-`;
const used = new Set<string>();

function unique(label: string): string {
  const name = `${prefix}${label}`;
  used.add(name);
  return name;
}

interface CallOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
  readonly detached?: boolean;
}

function cli(words: readonly string[], { env = {}, input = "", ...options }: CallOptions = {}) {
  const state = { XDG_STATE_HOME: stateHome };
  return execa(process.execPath, [main, ...words], {
    reject: false,
    input,
    env: { ...state, ...env },
    ...options,
  });
}

const inside = (name: string, ...command: string[]) => cli(["sandbox", "--name", name, "--", ...command]);
const stop = (name: string) => cli(["sandbox", "stop", "--name", name]);

async function output(run: ReturnType<typeof cli>): Promise<string> {
  const { stdout, stderr, exitCode } = await run;
  expect(exitCode, stderr).to.equal(0);
  return stdout;
}

function environment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}

/** Every process of a sandbox, including the holder, has its name in the environment. */
function processesOf(name: string): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => environment(pid).split("\0").includes(`PULUMI_NETNS_SANDBOX=${name}`));
}

function recordOf(name: string): { pid: number } {
  return JSON.parse(readFileSync(join(stateHome, "pulumi-netns", "sandboxes", `${name}.json`), "utf8"));
}

function untilPrinted({ stdout }: { readonly stdout: Readable }, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = "";
    stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(text)) resolve();
    });
    stdout.on("end", () => reject(new Error(`ended without printing ${text}: ${seen}`)));
  });
}

async function outsideView(): Promise<string> {
  const views = await Promise.all([
    execa("ip", ["netns"]),
    execa("ip", ["-j", "link"]),
    execa("ip", ["-j", "route"]),
    execa("cat", ["/proc/self/mountinfo"]),
  ]);
  return views.map(({ stdout }) => stdout).join("\n");
}

describe("pulumi-netns sandbox", () => {
  before(() => {
    expect(existsSync(main), `${main} is missing: npm run build`).to.equal(true);
  });

  after(async () => {
    for (const name of used) await stop(name);
    rmSync(stateHome, { recursive: true, force: true });
    expect([...used].flatMap(processesOf)).to.deep.equal([]);
  });

  it("runs a command as root of a network of its own", async () => {
    const name = unique("own");
    const before = await outsideView();
    const script =
      "id -u; ip netns add red; ip link add v0 type veth peer name v1; ip netns; ls /sys/class/net /run/netns";
    expect((await output(inside(name, "sh", "-c", script))).split("\n")).to.include.members([
      "0",
      "red",
      "v0",
      "v1",
    ]);
    expect(await outsideView()).to.equal(before);
    expect(await output(inside(name, "ip", "-j", "-4", "addr", "show", "lo"))).to.include("127.0.0.1");
  });

  it("can change the sysctls of its network, and no others", async () => {
    const name = unique("sysctl");
    const forward = "/proc/sys/net/ipv4/ip_forward";
    const outside = readFileSync(forward, "utf8");
    const flip = `echo $((1 - $(cat ${forward}))) > ${forward}`;
    await output(inside(name, "sh", "-c", `ip netns add red; ip netns exec red sh -c '${flip}'; ${flip}`));
    expect(readFileSync(forward, "utf8")).to.equal(outside);
    // Writes the present value, so that a successful write does no harm.
    const rewrite = "value=$(cat /proc/sys/vm/swappiness); echo $value > /proc/sys/vm/swappiness";
    expect((await inside(name, "sh", "-c", rewrite)).exitCode).to.not.equal(0);
  });

  it("keeps everything between two calls", async () => {
    const name = unique("keeps");
    await output(inside(name, "ip", "netns", "add", "blue"));
    await output(inside(name, "sh", "-c", "echo note > /run/note"));
    expect(await output(inside(name, "ip", "netns"))).to.equal("blue");
    expect(await output(inside(name, "cat", "/run/note"))).to.equal("note");
    expect(await output(inside(unique("other"), "ip", "netns"))).to.equal("");
  });

  it("keeps working directory, environment and the options of the command", async () => {
    const name = unique("context");
    const folder = join(stateHome, "a folder");
    mkdirSync(folder);
    const options = { cwd: folder, env: { COLOUR: "red green" } };
    const command = [
      "sh",
      "-c",
      'pwd; echo "$COLOUR" "$PULUMI_NETNS_SANDBOX" "$@"',
      "sh",
      "--name",
      "--",
      "-h",
      "a b",
    ];
    const words = ["sandbox", "--name", name, "--", ...command];
    const expected = `${folder}\nred green ${name} --name -- -h a b`;
    expect(await output(cli(words, options))).to.equal(expected);
    expect(
      await output(
        cli(
          words.filter((_, index) => index !== 3),
          options,
        ),
      ),
    ).to.equal(expected);
  });

  it("passes standard input on", async () => {
    const words = ["sandbox", "--name", unique("stdin"), "--", "cat"];
    expect((await cli(words, { input: "hello" })).stdout).to.equal("hello");
  });

  it("ends as the command ended", async () => {
    const name = unique("ends");
    expect((await inside(name, "sh", "-c", "exit 7")).exitCode).to.equal(7);
    expect((await inside(name, "sh", "-c", "kill -KILL $$")).signal).to.equal("SIGKILL");
    expect((await inside(name, "sh", "-c", "kill -TERM $$")).signal).to.equal("SIGTERM");
    const missing = await inside(name, "no-such-command");
    expect(missing.exitCode).to.equal(127);
    expect(missing.stderr).to.equal("pulumi-netns: no-such-command: command not found.");
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    it(`passes ${signal} on`, async () => {
      const script = `trap 'echo got; exit 5' ${signal.slice(3)}; echo up; while :; do sleep 0.02; done`;
      const words = ["sandbox", "--name", unique("signals"), "--", "sh", "-c", script];
      // A new session has no terminal, so Ctrl-C does not reach the command directly.
      const run = cli(words, { detached: true });
      await untilPrinted(run, "up");
      run.kill(signal);
      const { stdout, exitCode } = await run;
      expect([stdout, exitCode]).to.deep.equal(["up\ngot", 5]);
    });
  }

  it("lets Ctrl-C at a terminal reach the command once", async function () {
    if ((await execa("script", ["--version"], { reject: false })).exitCode !== 0)
      skip(this, "script(1) is missing");
    const name = unique("terminal");
    const count =
      "process.on(`SIGINT`, () => console.log(`got`)); console.log(`up`); setTimeout(() => console.log(`done`), 500)";
    const words = [
      process.execPath,
      main,
      "sandbox",
      "--name",
      name,
      "--",
      process.execPath,
      "-e",
      `'${count}'`,
    ];
    const run = execa("script", ["--quiet", "--return", "--command", words.join(" "), "/dev/null"], {
      env: { XDG_STATE_HOME: stateHome },
      reject: false,
    });
    await untilPrinted(run, "up");
    run.stdin.write("\x03");
    const { stdout } = await run;
    expect(stdout.match(/got/g)).to.have.length(1);
    expect(stdout).to.include("done");
  });

  it("starts one sandbox for eight first uses at once", async () => {
    const name = unique("parallel");
    const slow = join(stateHome, "slow");
    mkdirSync(slow);
    const script = `#!/bin/sh\nPATH=\${PATH#*:}\n[ "$1" = --user ] && sleep 0.5\nexec unshare "$@"\n`;
    writeFileSync(join(slow, "unshare"), script, { mode: 0o755 });
    const env = { PATH: `${slow}:${process.env["PATH"]}` };
    const words = ["sandbox", "--name", name, "--", "readlink", "/proc/self/ns/net"];
    const runs = await Promise.all(Array.from({ length: 8 }, () => output(cli(words, { env }))));
    expect(new Set(runs).size).to.equal(1);
    expect(processesOf(name)).to.deep.equal([String(recordOf(name).pid)]);
  });

  it("leaves no stray holder when it is killed at any moment of the start", async () => {
    const name = unique("killed");
    for (let delay = 20; delay <= 160; delay += 10) {
      const run = inside(name, "true");
      await sleep(delay);
      run.kill("SIGKILL");
      await run;
    }
    await output(inside(name, "true"));
    await sleep(200);
    expect(processesOf(name)).to.deep.equal([String(recordOf(name).pid)]);
  });

  it("leaves no stray holder when it is killed before the holder is on record", async () => {
    const name = unique("unrecorded");
    const script = `require(process.argv[1]).startHolder(process.argv[2], true, process.env.PATH)
      .then(({ ready }) => console.log(ready)).then(() => process.kill(process.pid, "SIGKILL"))`;
    const holder = join(dirname(main), "sandbox", "holder.js");
    const { stdout } = await execa(process.execPath, ["-e", script, holder, name], { reject: false });
    expect(stdout).to.equal("true");
    await sleep(200);
    expect(processesOf(name)).to.deep.equal([]);
  });

  it("replaces a dead holder", async () => {
    const name = unique("dead");
    await output(inside(name, "ip", "netns", "add", "red"));
    process.kill(recordOf(name).pid, "SIGKILL");
    await sleep(50);
    expect(JSON.parse(await output(cli(["sandbox", "list", "--json"])))).to.not.deep.include({ name });
    const { stdout, stderr, exitCode } = await inside(name, "ip", "netns");
    expect({ stdout, stderr, exitCode }).to.deep.equal({ stdout: "", stderr: "", exitCode: 0 });
  });

  it("lists what runs", async () => {
    const name = unique("list");
    const run = inside(name, "sh", "-c", "echo up; sleep 30");
    await untilPrinted(run, "up");
    const listed: { name: string; pid: number; processes: number }[] = JSON.parse(
      await output(cli(["sandbox", "list", "--json"])),
    );
    const found = listed.find((sandbox) => sandbox.name === name);
    expect(found).to.include({ pid: recordOf(name).pid, processes: 2 });
    expect(await output(cli(["sandbox", "list"]))).to.match(
      new RegExp(`^NAME +PID +SINCE +PROCESSES$[^]*${name}`, "m"),
    );
    await stop(name);
    await run;
  });

  it("stop ends every process inside, also stubborn ones and those in a namespace of `ip netns`", async () => {
    const name = unique("stop");
    await output(inside(name, "ip", "netns", "add", "red"));
    const named = inside(name, "ip", "netns", "exec", "red", "sh", "-c", "echo up; sleep 60");
    const stubborn = inside(name, "sh", "-c", "trap '' TERM HUP; echo up; while :; do sleep 1; done");
    await Promise.all([untilPrinted(named, "up"), untilPrinted(stubborn, "up")]);
    expect(await output(stop(name))).to.match(/^Sandbox "\S+" is stopped, with \d processes in it\.$/);
    expect(processesOf(name)).to.deep.equal([]);
    expect((await stubborn).signal).to.equal("SIGKILL");
    expect((await named).signal).to.equal("SIGTERM");
    expect(await output(stop(name))).to.equal(`There is no sandbox "${name}" to stop.`);
  });

  it("stop takes the name with --name or without, and one at a time", async () => {
    const [first, second] = [unique("first"), unique("second")];
    await output(inside(first, "true"));
    const both = await cli(["sandbox", "stop", first, "--name", second]);
    expect([both.exitCode, both.stderr]).to.deep.equal([
      2,
      `pulumi-netns: stop one sandbox at a time, not both "${first}" and "${second}"\nAdd --help to see how it is used.`,
    ]);
    expect(await output(cli(["sandbox", "stop", first, "--name", first]))).to.equal(
      `Sandbox "${first}" is stopped.`,
    );
  });

  it("says so when there is nothing to list", async () => {
    const env = { XDG_STATE_HOME: join(stateHome, "empty") };
    expect(await output(cli(["sandbox", "list"], { env }))).to.match(/^No sandbox is running\./);
    expect(await output(cli(["sandbox", "list", "--json"], { env }))).to.equal("[]");
  });

  it("asks for a COMMAND where there is no terminal, and takes no name for a path", async () => {
    const none = await cli(["sandbox"]);
    expect([none.exitCode, none.stderr]).to.deep.equal([
      2,
      "pulumi-netns: give a COMMAND to run, for example: pulumi-netns sandbox -- ip link\n" +
        "Add --help to see how it is used.",
    ]);
    expect((await inside("../x", "true")).stderr).to.include('"../x" is not a sandbox name');
  });

  it("runs a command named like a subcommand after --", async () => {
    const { exitCode, stderr } = await inside(unique("words"), "list");
    expect([exitCode, stderr]).to.deep.equal([127, "pulumi-netns: list: command not found."]);
  });

  describe("inside another sandbox", () => {
    const self = (...words: string[]) => [process.execPath, main, "sandbox", ...words];

    it("starts a sandbox of its own, which can be used from outside", async () => {
      const [outer, inner] = [unique("outer"), unique("inner")];
      const add = self("--name", inner, "--", "ip", "netns", "add", "deep");
      await output(inside(outer, ...add));
      expect(await output(inside(outer, ...self("--name", inner, "--", "ip", "netns")))).to.equal("deep");
      expect(await output(inside(outer, "ip", "netns"))).to.equal("");
      expect(await output(inside(inner, "ip", "netns"))).to.equal("deep");
      await output(inside(outer, ...self("stop", "--name", inner)));
    });

    it("ends with the outer one, and so does what is in it", async () => {
      const [outer, inner, innermost] = [unique("around"), unique("within"), unique("innermost")];
      const nested = self(
        "--name",
        inner,
        "--",
        ...self("--name", innermost, "--", "ip", "netns", "add", "deep"),
      );
      await output(inside(outer, ...nested));
      expect(await output(cli(["sandbox", "stop", outer]))).to.equal(
        [innermost, inner, outer].map((name) => `Sandbox "${name}" is stopped.`).join("\n"),
      );
      expect([outer, inner, innermost].flatMap(processesOf)).to.deep.equal([]);
      expect(await output(inside(inner, "ip", "netns"))).to.equal("");
    });

    it("goes on when one beside the outer one stops", async () => {
      const [outer, inner, beside] = [unique("home"), unique("guest"), unique("neighbour")];
      await output(inside(outer, ...self("--name", inner, "--", "ip", "netns", "add", "deep")));
      await output(inside(beside, "true"));
      await output(stop(beside));
      expect(await output(inside(inner, "ip", "netns"))).to.equal("deep");
    });

    it("runs at once in the sandbox it is in, and does not stop it", async () => {
      const name = unique("same");
      await output(inside(name, "ip", "netns", "add", "red"));
      expect(await output(inside(name, ...self("--name", name, "--", "ip", "netns")))).to.equal("red");
      const fromNamed = [
        "ip",
        "netns",
        "exec",
        "red",
        ...self("--name", name, "--", "ip", "netns", "identify"),
      ];
      expect(await output(inside(name, ...fromNamed))).to.equal("");
      const { exitCode, stderr } = await inside(name, ...self("stop", "--name", name));
      expect([exitCode, stderr]).to.deep.equal([
        1,
        `pulumi-netns: you are inside sandbox "${name}": leave it, then stop it.`,
      ]);
    });

    it("explains that a sandbox beside it is out of reach", async () => {
      const [here, beside] = [unique("here"), unique("beside")];
      await output(inside(beside, "true"));
      const { exitCode, stderr } = await inside(here, ...self("--name", beside, "--", "true"));
      expect(exitCode).to.equal(125);
      expect(stderr).to.include(`"${beside}" was not started inside sandbox "${here}"`);
    });

    it("does without a user namespace for root where none is allowed", async () => {
      const [outer, inner] = [unique("limit"), unique("plain")];
      await output(inside(outer, "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces"));
      const first = await inside(outer, ...self("--name", inner, "--", "ip", "netns", "add", "red"));
      expect([first.exitCode, first.stderr]).to.deep.equal([
        0,
        `pulumi-netns: user namespaces are forbidden here; because you are root, sandbox "${inner}" runs without one.`,
      ]);
      expect(await output(inside(outer, ...self("--name", inner, "--", "ip", "netns")))).to.equal("red");
      expect(await output(inside(outer, "ip", "netns"))).to.equal("");
      const named = inside(
        outer,
        ...self("--name", inner, "--", "ip", "netns", "exec", "red", "sh", "-c", "echo up; sleep 60"),
      );
      await untilPrinted(named, "up");
      await output(inside(outer, ...self("stop", "--name", inner)));
      expect((await named).signal).to.equal("SIGTERM");
      expect(await output(inside(outer, "id", "-u"))).to.equal("0");
    });

    it("names the setting that forbids it", async () => {
      const outer = unique("forbidden");
      const script =
        'for kind in user net; do echo 0 > /proc/sys/user/max_"$kind"_namespaces; done; exec "$@"';
      const words = self("--name", unique("never"), "--", "true");
      const { exitCode, stderr } = await inside(outer, "sh", "-c", script, "sh", ...words);
      expect(exitCode).to.equal(125);
      expect(stderr).to.include("sudo sysctl -w user.max_user_namespaces=15000");
      expect(stderr).to.include("sudo sysctl -w user.max_net_namespaces=15000");
    });

    it("keeps symbolic links of the old /run, through which some systems find every tool", async () => {
      const outer = unique("links");
      await output(inside(outer, "ln", "-s", "/usr", "/run/current-system"));
      const command = self("--name", unique("linked"), "--", "/run/current-system/bin/id", "-u");
      expect(await output(inside(outer, ...command))).to.equal("0");
    });
  });

  it("works for a user without any rights", async function () {
    const asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];
    const folder = join(stateHome, "nobody");
    mkdirSync(folder);
    chmodSync(stateHome, 0o755);
    chmodSync(folder, 0o777);
    const run = (...words: string[]) =>
      execa("setpriv", [...asNobody, process.execPath, main, "sandbox", ...words], {
        reject: false,
        stdin: "ignore",
        env: { XDG_STATE_HOME: folder },
      });
    const trial = await execa("setpriv", [...asNobody, process.execPath, main, "--version"], {
      reject: false,
    });
    if (trial.exitCode !== 0) {
      skip(this, `cannot become an unprivileged user here (${trial.stderr.split("\n")[0]})`);
    }
    try {
      const script = "id -u; ip netns add red; ip link add v0 type veth peer name v1 netns red; ip netns";
      const { stdout, stderr } = await run("--", "sh", "-c", script);
      expect([stdout, stderr]).to.deep.equal(["0\nred (id: 0)", ""]);
      expect((await run("--", "ip", "-br", "link", "show", "v0")).stdout).to.match(/^v0@if\d+ /);
      expect((await run("list")).stdout).to.match(/^default /m);
      // NAT and filter rules look for rules of iptables-legacy in this file.
      const readable = 'for file in /proc/net/ip*_tables_names; do [ ! -e "$file" ] || cat "$file"; done';
      expect(await run("--", "sh", "-ec", readable)).to.include({ exitCode: 0, stderr: "" });
    } finally {
      expect((await run("stop")).stdout).to.equal('Sandbox "default" is stopped.');
    }
  });
});
