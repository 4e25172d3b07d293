import { isDeepStrictEqual } from "node:util";
import type { Host } from "../linux/host/host";
import { localHost } from "../linux/host/local/localHost";
import type { HostId } from "../linux/host/perHost";
import { Reach } from "../linux/host/ssh/destination";
import { HostError } from "../linux/host/ssh/hostError";
import { SshHost } from "../linux/host/ssh/sshHost";
import type { Inputs } from "./properties";

/** How long a failed attempt to connect counts, in milliseconds. Hundreds of resources must not wait for each attempt. */
const FAILED = 20_000;

/** Connections of this run by how they are made, and one host for each machine, whatever names it has. */
const connections = new Map<string, Promise<SshHost>>();
const machines = new Map<string, SshHost>();

/** Returns how a host is reached, or what is wrong with the argument. */
export function reachOf(host: unknown): { reach: Reach | undefined } | { problem: string } {
  if (host === undefined || host === null) return { reach: undefined };
  const { success, data, error } = Reach.safeParse(typeof host === "string" ? { destination: host } : host);
  if (success) return { reach: data };
  const field = error.issues[0]?.path.join(".") ?? "";
  return {
    problem:
      field === "destination" || field === ""
        ? "must be a destination of ssh, such as `lab1`, `user@lab1` or `ssh://user@lab1:2222`"
        : `has an invalid \`${field}\``,
  };
}

/** Returns the host that a resource is on. Throws a `HostError` if it cannot be reached. */
export async function hostOf({ host }: Pick<Inputs, "host">): Promise<Host> {
  const found = reachOf(host);
  if ("problem" in found) throw new HostError(String(host), found.problem);
  return found.reach === undefined ? localHost : connected(found.reach);
}

/** Returns the host that a state is of. Throws a `HostError` if another machine answers: there, everything would look gone. */
export async function hostOfState(state: Inputs): Promise<Host> {
  const host = await hostOf(state);
  if (state.machine === undefined || state.machine === host.id) return host;
  throw new HostError(
    destinationIn(state.host),
    "another machine answers than the one that the state knows. Check where the name leads. If the host was reinstalled, " +
      "remove its resources from the state with `pulumi state delete`",
  );
}

const destinationIn = (host: unknown): string => {
  const found = reachOf(host);
  return "reach" in found && found.reach ? found.reach.destination : String(host);
};

/** Returns the id of the host that a state was read on. Needs no connection. */
export const hostIdIn = ({ machine }: Inputs): HostId => ({
  id: machine === undefined ? localHost.id : String(machine),
});

/** Whether a resource moves to another machine. Another name of the same machine is not a move. */
export async function moves(before: Inputs, after: Inputs): Promise<boolean> {
  if (isDeepStrictEqual(before.host, after.host)) return false;
  // This machine and a host over SSH count as different, because this machine does not know its own SSH names.
  if (before.host === undefined || after.host === undefined) return true;
  return (await hostOf(after)).id !== before.machine;
}

function connected(reach: Reach): Promise<SshHost> {
  const key = JSON.stringify(reach);
  const open = connections.get(key);
  if (open) return open;
  const opening = connect(reach);
  connections.set(key, opening);
  opening.catch(() => setTimeout(() => connections.delete(key), FAILED).unref());
  return opening;
}

async function connect(reach: Reach): Promise<SshHost> {
  const host = await SshHost.connect(reach);
  const same = machines.get(host.id);
  if (!same) {
    machines.set(host.id, host);
    return host;
  }
  host.close();
  // Two machines of one image may have one id. Changes for one would be made on the other.
  if (same.era !== host.era)
    throw new HostError(
      reach.destination,
      `${same.destination} has the same machine id. Give one of the two an id of its own: \`rm /etc/machine-id; systemd-machine-id-setup\``,
    );
  return same;
}
