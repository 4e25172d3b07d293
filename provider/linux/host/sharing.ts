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
  // A copy of an object of a class lacks its methods and getters.
  const { id, era, facts, records } = host;
  return {
    ...{ id, era, facts, records, run },
    wait: (milliseconds) => host.wait(milliseconds),
    ...(host.warn && { warn: (text) => host.warn?.(text) }),
    ...(host.tellOfName && { tellOfName: async (name) => host.tellOfName?.(name) }),
  };
}
