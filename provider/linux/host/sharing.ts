import type { Command } from "../command";
import type { Host } from "./host";

/** Looks that are under way, by host and command. */
const underWay = new WeakMap<Host, Map<string, Promise<string>>>();

/**
 * A host on which a look that somebody waits for is not taken twice: hundreds of namespaces that go at once all ask for the
 * links of the host, hundreds of rules that come at once for all rules.
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
  return { ...rest, run };
}
