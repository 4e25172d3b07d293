import { localHost } from "../../provider/linux/host/local/localHost";
import { SshHost } from "../../provider/linux/host/ssh/sshHost";

/**
 * Lets kernel tests work on a host over SSH: with `NETNS_TEST_HOST=lab1` every command of the provider goes there. Mocha runs
 * in the network and on the files of that host, so that tests look at what the provider changes.
 */
const { NETNS_TEST_HOST: destination, NETNS_TEST_SSH_CONFIG: configFile } = process.env;

export const mochaHooks = {
  async beforeAll(): Promise<void> {
    if (destination === undefined) return;
    const host = await SshHost.connect({ destination, ...(configFile !== undefined && { configFile }) });
    Object.assign(localHost, {
      ...{ run: host.run.bind(host), runAll: host.runAll.bind(host), wait: host.wait.bind(host) },
      ...{ warn: host.warn.bind(host), tellOfName: host.tellOfName.bind(host) },
      ...{ id: host.id, era: host.era, facts: host.facts, records: host.records },
    });
  },
};
