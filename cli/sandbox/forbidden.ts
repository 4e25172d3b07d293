/** Facts of the machine about namespaces. A setting is the text of its file, `undefined` without the file. */
export interface Facts {
  readonly root: boolean;
  readonly apparmorRestriction: string | undefined;
  readonly unprivilegedClone: string | undefined;
  readonly maxUser: string | undefined;
  readonly maxNet: string | undefined;
  readonly maxMnt: string | undefined;
  readonly builtIn: boolean;
  readonly container: boolean;
  readonly seccomp: boolean;
  readonly stderr: string;
}

interface Cause {
  readonly applies: (facts: Facts) => boolean;
  readonly what: string;
  readonly fixes: readonly string[];
}

const asRoot = "as root: sudo pulumi-netns sandbox …";

function setting(key: string, value: string): string[] {
  return [
    `until the next boot: sudo sysctl -w ${key}=${value}`,
    `for good: echo ${key}=${value} | sudo tee -a /etc/sysctl.d/60-pulumi-netns.conf`,
  ];
}

const limit = (kind: string, read: (facts: Facts) => string | undefined): Cause => ({
  applies: (facts) => read(facts) === "0",
  what: `user.max_${kind}_namespaces = 0 allows no ${kind} namespaces (a default of RHEL 7, or hardening)`,
  fixes: setting(`user.max_${kind}_namespaces`, "15000"),
});

const causes: readonly Cause[] = [
  {
    applies: ({ root, apparmorRestriction }) => !root && apparmorRestriction === "1",
    what:
      "kernel.apparmor_restrict_unprivileged_userns = 1 (the default of Ubuntu 23.10 and later) " +
      "removes all rights from a user namespace",
    fixes: [
      ...setting("kernel.apparmor_restrict_unprivileged_userns", "0"),
      "for unshare alone: an AppArmor profile, see docs/sandbox.md",
      asRoot,
    ],
  },
  {
    applies: ({ root, unprivilegedClone }) => !root && unprivilegedClone === "0",
    what: "kernel.unprivileged_userns_clone = 0 (Debian and its derivatives) allows user namespaces only for root",
    fixes: [...setting("kernel.unprivileged_userns_clone", "1"), asRoot],
  },
  limit("user", ({ maxUser }) => maxUser),
  limit("net", ({ maxNet }) => maxNet),
  limit("mnt", ({ maxMnt }) => maxMnt),
  {
    applies: ({ root, builtIn }) => !root && !builtIn,
    what: "this kernel is built without user namespaces (CONFIG_USER_NS)",
    fixes: [asRoot],
  },
];

const inContainer: Cause = {
  applies: ({ container, seccomp }) => container || seccomp,
  what: "a seccomp filter or a container runtime forbids new namespaces to this process",
  fixes: [
    "Docker, Podman: docker run --privileged …, or",
    "Docker, Podman: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined …",
    "a systemd service: RestrictNamespaces=no, and no SystemCallFilter= against unshare and mount",
  ],
};

const unknown: Cause = {
  applies: () => true,
  what: "no known setting explains it; a security module (SELinux, AppArmor) may, see dmesg",
  fixes: [asRoot],
};

/** Returns every setting that forbids namespaces, with its fixes. */
export function forbiddenMessage(facts: Facts): string {
  const known = causes.filter(({ applies }) => applies(facts));
  const found = known.length > 0 ? known : [inContainer.applies(facts) ? inContainer : unknown];
  const said = facts.stderr === "" ? [] : [`It said: ${facts.stderr.replaceAll("\n", "; ")}`];
  return [
    "this machine forbids the namespaces of a sandbox.",
    ...found.flatMap(({ what, fixes }) => [`Cause: ${what}.`, ...fixes.map((fix) => `  - ${fix}`)]),
    ...said,
  ].join("\n");
}
