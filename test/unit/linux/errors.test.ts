import { expect } from "chai";
import { command, ip } from "../../../provider/linux/command";
import {
  CommandError,
  isNotFound,
  PartialError,
  type Reason,
  RefusedError,
  reasonOf,
} from "../../../provider/linux/errors";

/**
 * Real messages of the tools, captured from iproute2 6.1, nft 1.0.6, iptables 1.8.9, firewalld 1.3, Open vSwitch 3.1, procps 4.0 and
 * util-linux 2.38.
 */
const SAID: Readonly<Record<Reason, readonly string[]>> = {
  NotFound: [
    'Cannot open network namespace "nope": No such file or directory',
    "Cannot open network namespace: No such file or directory",
    'setting the network namespace "stale" failed: Invalid argument',
    'Error: argument "nope" is wrong: Invalid "netns" value\n',
    "Error: Peer netns reference is invalid.",
    'Cannot remove namespace file "/run/netns/nope": No such file or directory',
    'Device "nope" does not exist.',
    'Cannot find device "nope"',
    'Error: argument "nope" is wrong: Device does not exist\n',
    "RTNETLINK answers: No such device",
    "RTNETLINK answers: No such process",
    "Error: ipv4: Address not found.",
    "Error: ipv6: address not found.",
    "conntrack v1.4.7 (conntrack-tools): 0 flow entries have been deleted.",
    "Error: ipv4: FIB table does not exist.\nDump terminated",
    "Error: ipv6: FIB table does not exist.\nDump terminated",
    "Error: No such file or directory\nlist table inet nope\n                ^^^^",
    "Error: Could not process rule: No such file or directory\ndelete table inet nope\n                  ^^^^",
    "iptables: Bad rule (does a matching rule exist in that chain?).",
    "iptables: No chain/target/match by that name.",
    "iptables v1.8.9 (nf_tables): Chain 'nochain' does not exist",
    "sysctl: cannot stat /proc/sys/net/ipv4/nope: No such file or directory",
    "kill: sending signal to 999999 failed: No such process",
    "stat: cannot statx '/run/netns/nope': No such file or directory",
    "Error: INVALID_POLICY: pn-0123456789ab",
    "Error: INVALID_IPSET: nope",
    "ovs-vsctl: no bridge named br0",
    "ovs-vsctl: no port named veth-red-br",
    'ovs-vsctl: no row "nope" in table Bridge',
  ],
  AlreadyExists: [
    "RTNETLINK answers: File exists",
    'Cannot create namespace file "/run/netns/red": File exists',
    "Error: ipv4: Address already assigned.",
    "Error: ipv6: address already assigned.",
    "Error: NAME_CONFLICT: new_policy_object(): 'pn-0123456789ab'",
    "ovs-vsctl: cannot create a bridge named br0 because a bridge named br0 already exists",
    "ovs-vsctl: cannot create a port named veth-red-br because a port named veth-red-br already exists on bridge br0",
  ],
  InUse: ["RTNETLINK answers: Device or resource busy"],
  // Reported by the host, not by a tool.
  HostItself: [],
  NotPermitted: [
    "RTNETLINK answers: Operation not permitted",
    'setting the network namespace "red" failed: Operation not permitted',
    "mkdir /run/netns failed: Permission denied",
    'sysctl: permission denied on key "net.ipv4.conf.lo.tag"',
    "Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed: Operation not permitted",
    "iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)",
  ],
  Unsupported: [
    "iptables v1.8.7 (nf_tables): table `nat' is incompatible, use 'nft' tool.",
    "Error: Unknown device type.",
    "RTNETLINK answers: Operation not supported",
    "RTNETLINK answers: Protocol not supported",
  ],
  Unreachable: [
    "Error: Nexthop has invalid gateway.",
    "RTNETLINK answers: Network is unreachable",
    "RTNETLINK answers: No route to host",
  ],
  NoSource: ["Error: Invalid prefsrc address.", "Error: Invalid source address."],
  LinkDown: [
    "RTNETLINK answers: Network is down",
    "Error: Device for nexthop is not up.",
    "Error: Nexthop device is not up.",
  ],
  ToolMissing: [
    'exec of "conntrack" failed: No such file or directory',
    "flock: failed to execute ip: No such file or directory",
  ],
  NotRunning: [
    "FirewallD is not running",
    "Error: DBUS_ERROR: Failed to connect to socket /run/dbus/system_bus_socket: No such file or directory",
    "ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (No such file or directory)",
    "2026-11-27T06:01:04Z|00002|fatal_signal|WARN|terminating with signal 14 (Alarm clock)",
  ],
  Raced: ["conntrack v1.4.7 (conntrack-tools): Operation failed: such conntrack doesn't exist"],
  Timeout: [],
  Failed: [
    "",
    "RTNETLINK answers: Invalid argument",
    "RTNETLINK answers: Numerical result out of range",
    "Error: mtu less than device minimum.",
    'sysctl: setting key "net.ipv4.ip_forward": Invalid argument',
    'Error: ipv6: Cannot assign multicast address without "IFA_F_MCAUTOJOIN" flag.',
    "Error: INVALID_RULE: no element, no source, no destination",
    'Command line is not complete. Try option "help"',
  ],
};

const LEADS: Readonly<Record<Reason, string>> = {
  NotFound: "not found",
  AlreadyExists: "exists already",
  InUse: "in use",
  HostItself: "refused, as the namespace is the host's own network",
  NotPermitted: "not permitted: run as root, or inside `pulumi-netns sandbox`",
  Unsupported: "not supported, or switched off, here",
  Unreachable:
    "the gateway is not on a connected network: give the interface an address that covers it first",
  NoSource: "the source address is on no link here: give a link that address first",
  LinkDown: "the link is down: a route needs one that is up",
  ToolMissing: "program not installed",
  NotRunning: "its service does not run: start it first",
  Raced: "something else kept changing it meanwhile",
  Timeout: "no answer in time",
  Failed: "failed",
};

const isReason = (text: string): text is Reason => text in SAID;

describe("errors", () => {
  for (const [reason, texts] of Object.entries(SAID)) {
    for (const text of texts) {
      it(`${reason}: ${text.split("\n")[0]}`, () => {
        expect(reasonOf(text)).to.equal(reason);
      });
    }
  }

  describe("CommandError", () => {
    for (const reason of Object.keys(SAID).filter(isReason)) {
      it(`begins with the reason: ${reason}`, () => {
        const { message } = new CommandError(reason, ip("red", "link", "del", "dev", "a b"), "It said so.\n");
        expect(message).to.equal(`${LEADS[reason]}: \`ip -n red link del dev "a b"\`\nIt said so.`);
      });
    }

    it("has no second line if the tool printed nothing, and keeps its parts", () => {
      const cause = new Error("below");
      const ps = command("ps", undefined, ["-p", "1"]);
      const error = new CommandError("Failed", ps, " \n", { cause });
      expect({ ...error, message: error.message, cause: error.cause }).to.deep.equal({
        name: "CommandError",
        reason: "Failed",
        command: ps,
        stderr: " \n",
        message: "failed: `ps -p 1`",
        cause,
      });
    });
  });

  it("knows the errors that mean absence", () => {
    const errors = [
      new CommandError("NotFound", ip(undefined, "link"), ""),
      new CommandError("Failed", ip(undefined, "link"), "not found"),
      new RefusedError("not found"),
      "NotFound",
      undefined,
    ];
    expect(errors.map(isNotFound)).to.deep.equal([true, false, false, false, false]);
  });

  it("PartialError contains the state for the engine, and every reason as a line", () => {
    const cause = new Error("below");
    const error = new PartialError("br0", { name: "br0" }, ["first", "second"], { cause });
    expect({ ...error, message: error.message, cause: error.cause }).to.deep.equal({
      name: "PartialError",
      id: "br0",
      properties: { name: "br0" },
      reasons: ["first", "second"],
      message: "first\nsecond",
      cause,
    });
  });
});
