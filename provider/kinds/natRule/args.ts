import { z } from "zod";
import { integer, namespaceName, network } from "../../fields/common";
import { matchedInterface, matchedLink, matchedNetwork, matchedPort, protocol } from "../../fields/nat";
import { natTarget } from "../../fields/natTarget";

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, {
    error: ({ input }) =>
      input === undefined
        ? `is required: one of ${values.join(", ")}`
        : `is ${JSON.stringify(input)}, not one of ${values.join(", ")}`,
  });

export const NatRuleArgs = z.object({
  kind: oneOf("masquerade", "snat", "dnat", "redirect"),
  namespace: namespaceName.optional(),
  backend: oneOf("nftables", "iptables").default("nftables"),
  family: oneOf("ipv4", "ipv6"),
  source: matchedNetwork.optional(),
  destination: matchedNetwork.optional(),
  inInterface: matchedInterface.optional(),
  outInterface: matchedInterface.optional(),
  protocol: protocol.optional(),
  port: matchedPort.optional(),
  sourcePort: matchedPort.optional(),
  to: natTarget.optional(),
  priority: integer(-99, 99).default(0),
  hairpin: z.union([z.boolean(), network], "is neither true, false nor a network").default(false),
  routeLocalnet: matchedLink.optional(),
});

export type NatRuleArgs = z.output<typeof NatRuleArgs> & { mark: string };
