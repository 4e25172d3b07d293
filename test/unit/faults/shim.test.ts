import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { layShims } from "../../faults/shim";

describe("faults: the shim", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-netns-shim-"));
  const log = join(folder, "log");
  let path: string;

  before(async () => {
    // Prints its arguments and input, and ends with its own exit code.
    const real = join(folder, "real");
    mkdirSync(real);
    for (const tool of ["ip", "nft", "sysctl", "stat", "ps", "flock", "iptables"]) {
      writeFileSync(join(real, tool), `#!/bin/sh\necho "${tool} $*"; cat; echo noise >&2; exit 7\n`);
      chmodSync(join(real, tool), 0o755);
    }
    path = await layShims(join(folder, "shims"), `${real}:${process.env["PATH"]}`);
  });
  beforeEach(() => rmSync(log, { force: true }));
  after(() => rmSync(folder, { recursive: true }));

  const call = (line: string, env: object = {}, input = "") => {
    const [tool = "", ...args] = line.split(" ");
    const file = execFileSync("sh", ["-c", `command -v ${tool}`], { env: { PATH: path } })
      .toString()
      .trim();
    const { status, stdout, stderr } = spawnSync(file, args, {
      input,
      env: { PATH: path, FAULT_LOG: log, ...env },
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };
  const batch = (text: string, env: object = {}) => {
    const file = join(folder, "batch");
    writeFileSync(file, text);
    const stdin = openSync(file, "r");
    const { status, signal, stdout } = spawnSync(join(folder, "shims", "ip"), ["-batch", "-"], {
      stdio: [stdin, "pipe", "pipe"],
      env: { PATH: path, FAULT_LOG: log, ...env },
      encoding: "utf8",
    });
    closeSync(stdin);
    return { status, signal, stdout };
  };
  const counted = () => (existsSync(log) ? readFileSync(log, "utf8") : "").replace(/^\S+ /gm, "").trim();

  const reads = [
    "ip -N -j -d addr show dev lo",
    "ip -n red -N -j -d addr show dev veth-red",
    "ip -N -j -d netns list-id",
    "ip netns pids red",
    "ip netns exec red nft -j list table ip x",
    "ip netns exec red sysctl --ignore net.ipv4.ip_forward",
    "nft -j list table ip pulumi-netns/a/b",
    "iptables -t nat -S",
    "sysctl -n net.ipv4.ip_forward",
    "sysctl --ignore net.ipv4.ip_forward",
    "stat --format=%i /run/netns/red",
    "ps -o pid=,args= -p 1",
  ];
  const changes = [
    "ip link add name v-net-0 type bridge",
    "ip -n red address add 10.0.0.1/24 dev lo",
    "ip netns del red",
    "ip netns exec red sysctl -q -w net.ipv4.ip_forward=1",
    "nft -j -f -",
    "iptables -t nat -A POSTROUTING -j MASQUERADE",
    "sysctl -q -w net.ipv4.ip_forward=1",
    "flock --close /run ip -batch -",
  ];
  for (const [lines, what] of [
    [reads, "passes on, and does not count"],
    [changes, "passes on, and counts"],
  ] as const) {
    for (const line of lines) {
      it(`${what}: ${line}`, () => {
        expect(call(line, {}, "given")).to.deep.equal({
          status: 7,
          stdout: `${line}\ngiven`,
          stderr: "noise\n",
        });
        expect(counted()).to.equal(lines === reads ? "" : line);
      });
    }
  }

  it("ignores a batch that only reads", () => {
    expect(batch("link show\nnetns list\n").status).to.equal(7);
    expect(counted()).to.equal("");
  });

  it("strikes in the middle of a batch, and counts only batches", () => {
    const fault = { FAULT: "cli", FAULT_NUMBER: "1", FAULT_MOMENT: "amid" };
    call("ip link add x", fault);
    expect(batch("link add a\nlink set a up\nlink del a\n", fault)).to.deep.include({
      signal: "SIGKILL",
      stdout: "ip -batch -\nlink add a\nlink set a up\n",
    });
  });

  const session = (fault: object = {}) => {
    const lines = "link show dev lo\ndone\nlink add a\ndone\nlink del a\ndone\n";
    return call("ip -n red -j -d -force -batch -", fault, lines);
  };

  it("counts the changing lines of an open batch, and passes all of them on", () => {
    expect(session()).to.deep.include({
      status: 7,
      stdout: "ip -n red -j -d -force -batch -\nlink show dev lo\ndone\nlink add a\ndone\nlink del a\ndone\n",
    });
    expect(counted()).to.equal("ip -n red link add a\nip -n red link del a");
  });

  it("strikes at one line of an open batch", () => {
    const { stdout, stderr } = session({ FAULT: "EEXIST", FAULT_NUMBER: "2", FAULT_MOMENT: "before" });
    expect(stdout).to.match(/link add a\ndone\ndone\n$/);
    expect(stderr).to.include("RTNETLINK answers: File exists\nCommand failed -:1\n");
  });

  it("strikes only at the chosen number", () => {
    const fault = { FAULT: "EBUSY", FAULT_NUMBER: "2", FAULT_MOMENT: "before" };
    const codes = [1, 2, 3].map(() => call("ip link add x", fault).status);
    expect(codes).to.deep.equal([7, 2, 7]);
  });

  it("strikes after the tool has done its work", () => {
    const fault = { FAULT: "EEXIST", FAULT_NUMBER: "1", FAULT_MOMENT: "after" };
    expect(call("ip link add x", fault)).to.deep.equal({
      status: 2,
      stdout: "ip link add x\n",
      stderr: "noise\nRTNETLINK answers: File exists\n",
    });
  });

  it("refuses unknown faults", () => {
    const fault = { FAULT: "flood", FAULT_NUMBER: "1", FAULT_MOMENT: "before" };
    expect(call("ip link add x", fault)).to.include({ status: 64, stdout: "" });
  });
});
