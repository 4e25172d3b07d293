import type { Problem } from "../../engine/definition";
import { fitsLink } from "../../fields/nat";
import { fitsAddress } from "../../fields/networks";
import type { FilterRuleArgs } from "./args";

/** What Pulumi's engine, the program and this provider talk to each other by: TCP from this address to itself. */
const OWN = { link: "lo", address: "127.0.0.1" } as const;

/** By what a rule names the link of a packet that the host itself takes in or sends. */
const LINK_FIELDS: Readonly<Record<string, "inInterface" | "outInterface">> = {
  input: "inInterface",
  output: "outInterface",
};

/**
 * Whether a rule surely stops Pulumi itself: `up` would wait for ever, and no run after it could take the rule away. Rules
 * before it that accept such packets count for nothing, as they are not made at the same moment: whatever is made or mended
 * in between cuts Pulumi off.
 */
export function ownTrafficProblems(args: FilterRuleArgs): Problem[] {
  const property = LINK_FIELDS[args.chain];
  if (property === undefined || !isForHost(args) || !stops(args) || !fitsOwn(args, args[property])) return [];
  const mend =
    args[property] === undefined
      ? `write \`${property}: "!${OWN.link}"\``
      : `name another link, or leave out its packets by \`source: "!127.0.0.0/8"\``;
  const reason = `does not leave out the link ${OWN.link}, by which Pulumi talks to itself over TCP: \`pulumi up\` would hang, and so would \`pulumi destroy\`; ${mend}`;
  return [{ property, reason }];
}

/** firewalld accepts whatever comes or goes by the loopback link before it asks any policy. */
const isForHost = ({ namespace, family, backend }: FilterRuleArgs): boolean =>
  namespace === undefined && family === "ipv4" && backend !== "firewalld";

const stops = ({ verdict }: FilterRuleArgs): boolean => verdict === "drop" || verdict === "reject";

/** Whether it fits every packet of Pulumi's connections, of the first one or of all others; their ports are anybody's guess. */
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
