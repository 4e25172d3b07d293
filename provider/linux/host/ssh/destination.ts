import { z } from "zod";

/**
 * An OpenSSH destination: `lab1`, `user@lab1` or `ssh://user@lab1:2222`. It never begins with a dash, which `ssh` would take
 * for an option, and has no character that a shell or a `ProxyCommand` could misread.
 */
const DESTINATION = /^(ssh:\/\/)?([A-Za-z0-9_][\w.+-]*@)?(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9_][\w.:-]*)$/;

/** How to reach a lab host. Everything else is in the user's ssh_config(5). */
export const Reach = z.strictObject({
  destination: z.string().regex(DESTINATION),
  sudo: z.boolean().optional(),
  configFile: z.string().min(1).optional(),
  connectTimeout: z.number().int().min(1).max(600).optional(),
});

export type Reach = z.output<typeof Reach>;

/** Seconds until an attempt to connect fails. */
const CONNECT_TIMEOUT = 15;

/** Returns how long a host may take to answer once the connection is being made, in milliseconds. Shells may start slowly. */
export const patienceOf = ({ connectTimeout = CONNECT_TIMEOUT }: Reach): number =>
  (connectTimeout + 30) * 1000;

/** Returns the arguments of `ssh` for one session that runs a plain shell. */
export function sshArguments({ destination, configFile, connectTimeout = CONNECT_TIMEOUT }: Reach): string[] {
  const settings = {
    // Nobody can answer a question, and an unknown key must not be trusted silently.
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    ConnectTimeout: connectTimeout,
    // A dead connection is noticed within half a minute.
    ServerAliveInterval: 10,
    ServerAliveCountMax: 3,
    // One connection of our own, with nothing that a configuration for people adds.
    ControlMaster: "no",
    ControlPath: "none",
    RemoteCommand: "none",
    RequestTTY: "no",
    ClearAllForwardings: "yes",
    PermitLocalCommand: "no",
  };
  return [
    ...(configFile === undefined ? [] : ["-F", configFile]),
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...["--", destination, "sh"],
  ];
}
