import type { Command } from "../command";
import { CommandError } from "../errors";

/** The error for the name of a namespace that leads to the host's own network. */
export function hostItself(command: Command): CommandError {
  const path = `/run/netns/${command.namespace}`;
  const way = `${path} leads to the network of this host: remove that name (\`rm ${path}\`), or leave \`namespace\` out`;
  return new CommandError("HostItself", command, way);
}

/** Advice for a name whose namespace no longer exists. `where` names the host, unless it is this machine. */
export const danglingName = (path: string, target: string, where = ""): string =>
  `${path}${where} is a link to ${target}, which is no more. If a container was started again, link the name to its new process (\`ln -sfn /proc/PID/ns/net ${path}\`), then run \`pulumi up --refresh\`; else remove the name (\`rm ${path}\`).`;
