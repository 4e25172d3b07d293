import { expect } from "chai";
import { type Facts, forbiddenMessage } from "../../../../cli/sandbox/forbidden";

const fine: Facts = {
  root: false,
  apparmorRestriction: "0",
  unprivilegedClone: "1",
  maxUser: "15000",
  maxNet: "15000",
  maxMnt: "15000",
  builtIn: true,
  container: false,
  seccomp: false,
  stderr: "unshare: unshare failed: Operation not permitted",
};
const none = { apparmorRestriction: undefined, unprivilegedClone: undefined };

const persist = (line: string) => `echo ${line} | sudo tee -a /etc/sysctl.d/60-pulumi-netns.conf`;
const sudo = "  - as root: sudo pulumi-netns sandbox …";

function limitLines(kind: string): string[] {
  return [
    `Cause: user.max_${kind}_namespaces = 0 allows no ${kind} namespaces (a default of RHEL 7, or hardening).`,
    `  - until the next boot: sudo sysctl -w user.max_${kind}_namespaces=15000`,
    `  - for good: ${persist(`user.max_${kind}_namespaces=15000`)}`,
  ];
}

const containerLines = [
  "Cause: a seccomp filter or a container runtime forbids new namespaces to this process.",
  "  - Docker, Podman: docker run --privileged …, or",
  "  - Docker, Podman: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined …",
  "  - a systemd service: RestrictNamespaces=no, and no SystemCallFilter= against unshare and mount",
];

const cloneLines = [
  "Cause: kernel.unprivileged_userns_clone = 0 (Debian and its derivatives) allows user namespaces only for root.",
  "  - until the next boot: sudo sysctl -w kernel.unprivileged_userns_clone=1",
  `  - for good: ${persist("kernel.unprivileged_userns_clone=1")}`,
  sudo,
];

const unknownLines = [
  "Cause: no known setting explains it; a security module (SELinux, AppArmor) may, see dmesg.",
  sudo,
];

const rows: { when: string; facts: Partial<Facts>; lines: string[] }[] = [
  {
    when: "AppArmor restricts user namespaces (Ubuntu)",
    facts: { apparmorRestriction: "1" },
    lines: [
      "Cause: kernel.apparmor_restrict_unprivileged_userns = 1 (the default of Ubuntu 23.10 and later) " +
        "removes all rights from a user namespace.",
      "  - until the next boot: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
      `  - for good: ${persist("kernel.apparmor_restrict_unprivileged_userns=0")}`,
      "  - for unshare alone: an AppArmor profile, see docs/sandbox.md",
      sudo,
    ],
  },
  { when: "only root may clone (Debian)", facts: { unprivilegedClone: "0" }, lines: cloneLines },
  { when: "no user namespace is left (RHEL)", facts: { maxUser: "0" }, lines: limitLines("user") },
  { when: "no network namespace is left", facts: { maxNet: "0" }, lines: limitLines("net") },
  { when: "no mount namespace is left", facts: { maxMnt: "0" }, lines: limitLines("mnt") },
  {
    when: "the kernel has none",
    facts: { builtIn: false },
    lines: ["Cause: this kernel is built without user namespaces (CONFIG_USER_NS).", sudo],
  },
  { when: "it runs in a container", facts: { container: true }, lines: containerLines },
  { when: "a seccomp filter is on", facts: { seccomp: true }, lines: containerLines },
  { when: "nothing explains it", facts: {}, lines: unknownLines },
  { when: "the settings do not exist", facts: none, lines: unknownLines },
  {
    when: "two settings forbid it, in a container",
    facts: { unprivilegedClone: "0", maxUser: "0", container: true },
    lines: [...cloneLines, ...limitLines("user")],
  },
  {
    when: "it is root, whom settings for users do not concern",
    facts: { root: true, apparmorRestriction: "1", unprivilegedClone: "0", builtIn: false, container: true },
    lines: containerLines,
  },
];

describe("message where namespaces are forbidden", () => {
  for (const { when, facts, lines } of rows) {
    it(`says what to do when ${when}`, () => {
      expect(forbiddenMessage({ ...fine, ...facts }).split("\n")).to.deep.equal([
        "this machine forbids the namespaces of a sandbox.",
        ...lines,
        "It said: unshare: unshare failed: Operation not permitted",
      ]);
    });
  }

  it("leaves out what was not said, and keeps several lines in one", () => {
    expect(forbiddenMessage({ ...fine, stderr: "" })).to.not.include("It said");
    expect(forbiddenMessage({ ...fine, stderr: "a\nb" })).to.match(/\nIt said: a; b$/);
  });
});
