import type { Problem } from "../../engine/definition";
import { fitsLink } from "../../fields/nat";
import { fitsAddress } from "../../fields/networks";
import { currentFacts } from "../../linux/host/currentFacts";
import type { SshPath } from "../../linux/host/host";
import { parseIp } from "../../linux/ip";
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
  const ssh = currentFacts()?.ssh;
  if (ssh !== undefined) return ssh === "unknown" ? [] : sshProblems(args, ssh);
  const property = LINK_FIELDS[args.chain];
  if (property === undefined || !isForHost(args) || !stops(args) || !fitsOwn(args, args[property])) return [];
  const fix =
    args[property] === undefined
      ? `write \`${property}: "!${OWN.link}"\``
      : `name another link, or exclude its packets by \`source: "!127.0.0.0/8"\``;
  const reason = `does not exclude the link ${OWN.link}, over which Pulumi talks to itself: \`pulumi up\` would hang, and so would \`pulumi destroy\`; ${fix}`;
  return [{ property, reason }];
}

/** The fields that describe the far end and the own port, for packets to the host and from it. */
const SSH_FIELDS = {
  input: { link: "inInterface", far: "source", near: "destination", own: "port", other: "sourcePort" },
  output: { link: "outInterface", far: "destination", near: "source", own: "sourcePort", other: "port" },
} as const;

/** Whether a rule certainly blocks the SSH connection to the host. Nobody could then reach the host to delete the rule. */
function sshProblems(args: FilterRuleArgs, { client, server, port }: SshPath): Problem[] {
  const { chain, namespace, family, protocol = "tcp", state = "new" } = args;
  const fields = chain === "input" || chain === "output" ? SSH_FIELDS[chain] : undefined;
  if (!fields || namespace !== undefined || !stops(args) || family !== parseIp(client)?.family) return [];
  const fits = (networks: FilterRuleArgs["source"], address: string) =>
    networks === undefined || fitsAddress([networks].flat(), address);
  const states = [state].flat();
  const isBlocked =
    // The link of the connection is not known, so only a rule for every link is certain.
    args[fields.link] === undefined &&
    protocol === "tcp" &&
    fits(args[fields.far], client) &&
    fits(args[fields.near], server) &&
    includesPort(args[fields.own], port) &&
    args[fields.other] === undefined &&
    (states.includes("new") || states.includes("established"));
  if (!isBlocked) return [];
  const reason = `blocks the SSH connection from ${client} to ${server} port ${port}, by which Pulumi manages this host: exclude it by \`${fields.far}: "!${client}"\``;
  return [{ property: fields.far, reason }];
}

const includesPort = (matched: FilterRuleArgs["port"], port: number): boolean => {
  if (matched === undefined) return true;
  const [first = 0, last = first] = String(matched).split("-").map(Number);
  return Array.isArray(matched) ? matched.includes(port) : first <= port && port <= last;
};

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
