/** Messages of OpenSSH 9 and sudo 1.9, and the fix for each. The first match wins. */
const FAULTS: readonly (readonly [RegExp, problem: string, fix: (destination: string) => string])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    "its host key has changed",
    (to) =>
      `If the host was reinstalled, remove the old key (\`ssh-keygen -R HOST\`) and connect once with \`ssh ${to}\`; otherwise somebody may be intercepting the connection`,
  ],
  [
    /Host key verification failed|host key is known/,
    "its host key is not known",
    (to) => `Connect once with \`ssh ${to}\` and compare the key`,
  ],
  [
    /sudo: (a password|a terminal|sorry|no tty)|is not (allowed|in the sudoers)|may not run sudo/,
    "sudo asks for a password",
    () => "Allow it without one in /etc/sudoers.d (see docs/hosts.md), or log in as root",
  ],
  [
    /sudo: (command )?not found|exec: sudo|sudo: not found/,
    "the user is not root, and sudo is not installed",
    () => "Log in as root, or install sudo",
  ],
  [
    /Permission denied|Too many authentication failures|No supported authentication/,
    "it refuses the key",
    (to) => `Add your key (\`ssh-copy-id ${to}\`), or load it into the agent (\`ssh-add\`)`,
  ],
  [
    /Could not resolve hostname/,
    "its name is not known",
    () => "Check the spelling, or add a `Host` entry to ~/.ssh/config",
  ],
  [
    /Connection refused/,
    "nothing listens on its port",
    () => "Start sshd there, or give the port: `ssh://HOST:PORT`",
  ],
  [
    /timed out|No route to host|Network is unreachable|Host is down|not responding/,
    "it does not answer",
    () => "Check that the host is up and the network leads to it",
  ],
  [
    /Bad configuration option|no such file.*config|Can't open user config/i,
    "the ssh_config is not usable",
    (to) => `Run \`ssh ${to} true\` and fix what it reports`,
  ],
  [/mktemp|mkfifo/, "it has no room for temporary files", () => "Free some space in /tmp there"],
];

/** A lab host that cannot be reached or used. */
export class HostError extends Error {
  override readonly name = "HostError";

  constructor(
    readonly destination: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`host ${destination}: ${problem}`, options);
  }
}

/** Explains why a connection could not be made, from what `ssh` or `sudo` printed. */
export function failedToConnect(destination: string, stderr: string, ended: string): HostError {
  const said = stderr.trim();
  const fault = FAULTS.find(([pattern]) => pattern.test(said));
  const [, problem, fix] = fault ?? [undefined, ended, () => `Run \`ssh ${destination} true\` to see why`];
  return new HostError(destination, `${problem}. ${fix(destination)}${said ? `\n${said}` : ""}`);
}
