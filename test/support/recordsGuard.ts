import type { Host } from "../../provider/linux/host/host";
import { localHost } from "../../provider/linux/host/local/localHost";
import type { Records } from "../../provider/linux/host/records";

/**
 * For every run of mocha (.mocharc.cjs): outside a sandbox nothing reads or writes the machine's own records, which may belong to a real
 * stack.
 */
export function guard({ records }: Host): void {
  const refuse = async (): Promise<never> => {
    throw new Error("a test must not use the records of this machine: give it its own host");
  };
  const looks = { find: refuse, within: refuse, list: refuse, broken: refuse };
  const drops = { drop: refuse, dropAll: refuse, dropOn: refuse, discard: refuse };
  const refused: Records = { ...looks, ...drops, save: refuse };
  Object.assign(records, refused);
}

if (process.env["PULUMI_NETNS_SANDBOX"] === undefined) guard(localHost);
