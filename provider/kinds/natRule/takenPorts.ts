import { type Answer, command, lookFor, type Steps } from "../../linux/command";
import type { Family } from "../../linux/ip";
import { parsePorts } from "../../linux/protocols";
import { listEveryones } from "../packetRule/everyones";
import type { NatRuleArgs } from "./args";
import { type Claimant, iptablesClaimants, nftClaimants, sharedPort, spansOf } from "./claimants";

/** Ports that a rule redirects and that something else has already: a published port of a container, or a listener. */

type Redirecting = Pick<
  NatRuleArgs,
  "namespace" | "family" | "kind" | "protocol" | "port" | "destination" | "mark"
>;

/** Warns of each port of a dnat or redirect that others have. */
export function* takenCaveats(args: Redirecting): Steps<readonly string[]> {
  const { namespace, family, kind, protocol } = args;
  const wanted = spansOf(args.port);
  if ((kind !== "dnat" && kind !== "redirect") || protocol === undefined || wanted.length === 0) return [];
  const { rules, lines, answers } = yield* listEveryones(args, [
    lookFor(command("ss", namespace, ["-H", "-l", "-n", "-p", protocol === "udp" ? "-u" : "-t"])),
  ]);
  const redirects = [
    ...rules.flatMap((rule) => nftClaimants(rule, protocol)),
    ...lines.flatMap((rule) => iptablesClaimants(rule, protocol)),
  ];
  const isMeant = ({ ports, address }: Claimant) =>
    sharedPort(wanted, ports) !== undefined && mayMeet(address, args.destination);
  const place = namespace ?? "the host";
  const rivals = redirects
    .filter(isMeant)
    .map(
      ({ ports, who }) =>
        `${protocol} port ${sharedPort(wanted, ports)} of ${place} is redirected by ${who} as well: one of the two gets its packets, and \`pulumi-netns trace\` tells which. A restart of theirs may change that`,
    );
  // The program of a published port often listens besides.
  if (rivals.length > 0) return [...new Set(rivals)];
  const listeners = protocol === "tcp" || protocol === "udp" ? listenersIn(answers[0], family) : [];
  return [
    ...new Set(
      listeners
        .filter((one) => isMeant(one) && (args.destination === undefined || one.address !== undefined))
        .map(
          ({ ports, who }) =>
            `${protocol} port ${sharedPort(wanted, ports)} of ${place} has a listener, ${who}: packets from outside go to the target of this rule and not there`,
        ),
    ),
  ];
}

/** Whether a packet may be for both; what is a network or negated is not looked into. */
const mayMeet = (theirs: string | undefined, ours: string | undefined): boolean =>
  theirs === undefined || ours === undefined || !/^[\d.:a-f]+(\/(32|128))?$/.test(ours)
    ? true
    : bare(theirs) === bare(ours);

const bare = (address: string): string => address.replace(/\/(32|128)$/, "");

/** Sockets that take connections from outside, in the answer to `ss -H -l -n -p`. */
function listenersIn(answer: Answer, family: Family): Claimant[] {
  return (answer ?? "").split("\n").flatMap((line): Claimant[] => {
    const [, , , local = ""] = line.trim().split(/\s+/);
    const [, address = "", port = ""] = /^(.*):(\d+)$/.exec(local) ?? [];
    const ports = parsePorts(port);
    const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
    const isAny = ["*", "::"].includes(plain);
    const isOther = !isAny && plain.includes(":") !== (family === "ipv6");
    if (!ports || isOther || /^127\.|^::1$/.test(plain)) return [];
    const [, program = "of a program that cannot be seen"] = /users:\(\("([^"]+)"/.exec(line) ?? [];
    return [{ ports, who: program, ...(!isAny && plain !== "0.0.0.0" && { address: plain }) }];
  });
}
