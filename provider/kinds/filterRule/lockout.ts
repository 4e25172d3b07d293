import type { Problem } from "../../engine/definition";
import { fitsLink } from "../../fields/nat";
import { fitsAddress } from "../../fields/networks";
import type { FilterRuleArgs } from "./args";

/** The address by which Pulumi's engine, the program and this provider communicate, over TCP. */
const OWN = { link: "lo", address: "127.0.0.1" } as const;

/** The fields that name the link of a packet to or from the host itself. */
const LINK_FIELDS: Readonly<Record<string, "inInterface" | "outInterface">> = {
  input: "inInterface",
  output: "outInterface",
};

/**
 * Whether a rule certainly blocks Pulumi itself: `up` would hang, and no later run could delete the rule. Earlier rules
 * that accept such packets do not count. They are not created at the same moment, and Pulumi would be cut off in
 * between.
 */
export function ownTrafficProblems(args: FilterRuleArgs): Problem[] {
  const property = LINK_FIELDS[args.chain];
  if (property === undefined || !isForHost(args) || !stops(args) || !fitsOwn(args, args[property])) return [];
  const fix =
    args[property] === undefined
      ? `write \`${property}: "!${OWN.link}"\``
      : `name another link, or exclude its packets by \`source: "!127.0.0.0/8"\``;
  const reason = `does not exclude the link ${OWN.link}, over which Pulumi talks to itself: \`pulumi up\` would hang, and so would \`pulumi destroy\`; ${fix}`;
  return [{ property, reason }];
}

/** firewalld accepts all packets of the loopback link before it evaluates any policy. */
const isForHost = ({ namespace, family, backend }: FilterRuleArgs): boolean =>
  namespace === undefined && family === "ipv4" && backend !== "firewalld";

const stops = ({ verdict }: FilterRuleArgs): boolean => verdict === "drop" || verdict === "reject";

/**
 * Whether a rule matches every packet of Pulumi's connections, either the first one or all others. Their ports are
 * unknown.
 */
function fitsOwn(args: FilterRuleArgs, link: string | undefined): boolean {
  const { source, destination, protocol = "tcp", port, sourcePort, state = "new" } = args;
  const states = [state].flat();
  return (
    (link === undefined || fitsLink(link, OWN.link)) &&
    [source, destination].every(
      (networks) => networks === undefined || fitsAddress([networks].flat(), OWN.address),
    ) &&
    protocol === "tcp" &&
    (port ?? sourcePort) === undefined &&
    (states.includes("new") || states.includes("established"))
  );
}
