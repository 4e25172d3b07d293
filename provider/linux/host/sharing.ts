import type { Command } from "../command";
import type { Host } from "./host";

const underWay = new WeakMap<Host, Map<string, Promise<string>>>();

/**
 * Wraps a host so that concurrent identical looks run once. Hundreds of namespaces deleted at once would each list the links
 * of the host, and hundreds of rules would each list all rules.
 */
export function sharing(host: Host): Host {
  const looks = underWay.get(host) ?? new Map<string, Promise<string>>();
  underWay.set(host, looks);
  const run = (command: Command): Promise<string> => {
    const key = JSON.stringify(command);
    const look = looks.get(key) ?? host.run(command).finally(() => looks.delete(key));
    looks.set(key, look);
    return look;
  };
  const { runAll: _, ...rest } = host;
  // A copy of an object of a class lacks its methods.
  return { ...rest, wait: (milliseconds) => host.wait(milliseconds), run };
}
