import { z } from "zod";
import { claimOf, namespaceClaim } from "../claim";
import type { Definition } from "../definition";
import { namespaceName } from "../fields/common";
import { isNamespaced, readSysctls, sysctlKey, sysctlValue, valuesOf, writeSysctls } from "../fields/sysctl";
import { linkIn, sysctlName, sysctlPath } from "../parse/sysctl";

export const SysctlArgs = z.object({
  /** The parameter, with dots (`net.ipv4.ip_forward`) or slashes (`net/ipv4/conf/eth0.100/forwarding`). Replaces. */
  key: sysctlKey,
  /** Its value; text, a number, or a boolean for 1 and 0. Updates in place. */
  value: sysctlValue,
  /** Network namespace whose parameter it is; only for keys below `net`. Default: the host's own. Replaces. */
  namespace: namespaceName.optional(),
});

type Args = z.output<typeof SysctlArgs> & { mark: string };

/** A kernel parameter. It is always there: creation takes it over, deletion sets it back. See sysctl(8). */
export const sysctl: Definition<Args> = {
  kind: "Sysctl",
  schema: SysctlArgs,
  identity: "key",
  onChange: { key: "replace", value: "update", namespace: "replace" },

  id: ({ namespace, key }) => `${namespace ? `${namespace}/` : ""}${sysctlName(key)}`,
  claims: ({ namespace, key }) => [claimOf("sysctl", namespace, sysctlPath(key))],

  needs({ namespace, key }) {
    const link = linkIn(key);
    return [...namespaceClaim(namespace), ...(link === undefined ? [] : [claimOf("link", namespace, link)])];
  },

  problems: ({ key, namespace }) =>
    namespace === undefined || isNamespaced(key)
      ? []
      : [
          {
            property: "key",
            reason: `is ${key}, which belongs to the whole host and not to a network namespace: leave \`namespace\` out`,
          },
        ],

  probe: ({ namespace, key }) => [readSysctls(namespace, [key])],

  parse([answer], { key }) {
    const value = valuesOf(answer, [key])[key];
    return value === undefined ? undefined : { args: { value }, outputs: {} };
  },

  // Reached only where the parameter does not exist: the tool then says so.
  create: ({ namespace, key, value }) => writeSysctls(namespace, { [key]: value }),
  update: (seen, { namespace, key, value }) =>
    seen.args.value === value ? [] : writeSysctls(namespace, { [key]: value }),
  // What was taken over is set back instead.
  remove: () => [],

  isStanding: true,
  isRecorded: () => true,
};
