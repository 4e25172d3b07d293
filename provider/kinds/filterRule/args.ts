import { z } from "zod";
import { integer, namespaceName } from "../../fields/common";
import { connectionState, LOG_LEVELS, logPrefix, matchedIcmpType, REJECTIONS } from "../../fields/filter";
import { matchedInterface, matchedPort, protocol } from "../../fields/nat";
import { matchedNetworks } from "../../fields/networks";

export const FilterRuleArgs = z.object({
  chain: z
    .enum(["input", "output", "forward"])
    // Another program may have moved the rule.
    .transform((chain): string => chain),
  namespace: namespaceName.optional(),
  backend: z.enum(["nftables", "iptables", "firewalld"]).default("nftables"),
  family: z.enum(["ipv4", "ipv6"]),
  priority: integer(-9999, 9999).default(0),
  inInterface: matchedInterface.optional(),
  outInterface: matchedInterface.optional(),
  source: matchedNetworks.optional(),
  destination: matchedNetworks.optional(),
  protocol: protocol.optional(),
  port: matchedPort.optional(),
  sourcePort: matchedPort.optional(),
  icmpType: matchedIcmpType.optional(),
  state: connectionState.optional(),
  verdict: z
    .enum(["accept", "drop", "reject", "log"])
    // The kernel may have others.
    .transform((verdict): string => verdict),
  rejectWith: z.enum(REJECTIONS).optional(),
  logPrefix: logPrefix.optional(),
  logLevel: z.enum(LOG_LEVELS).optional(),
  dockerUser: z.boolean().default(false),
});

export type FilterRuleArgs = z.output<typeof FilterRuleArgs> & { mark: string };
