import { type Answer, command, lookFor } from "../../linux/command";
import type { Family } from "../../linux/ip";
import type { Plan } from "../../linux/plan";
import { parsePorts } from "../../linux/protocols";
import { listEveryones } from "../packetRule/everyones";
import type { NatRuleArgs } from "./args";
import { type Claimant, claimantsAmong, sharedPort, singleAddress, spansOf } from "./claimants";
import { parseComment } from "./comment";
import { lookForWinners, type Redirection, whoseIs } from "./portWinner";

/** Finds ports of a rule that another program uses: a published port of a container, or a listener. */

type Redirecting = Pick<
  NatRuleArgs,
  "namespace" | "family" | "kind" | "protocol" | "port" | "destination" | "inInterface" | "mark"
>;

/** Warns of each port of a dnat or redirect that others use. */
export function* takenPortWarnings(args: Redirecting): Plan<readonly string[]> {
  const { namespace, family, kind, protocol } = args;
  const wanted = spansOf(args.port);
  if ((kind !== "dnat" && kind !== "redirect") || protocol === undefined || wanted.length === 0) return [];
  const { rules, lines, answers } = yield* listEveryones(args, [
    lookFor(command("ss", namespace, ["-H", "-l", "-n", "-p", protocol === "udp" ? "-u" : "-t"])),
  ]);
  const redirects = claimantsAmong({ rules, lines }, protocol);
  const isMeant = ({ ports, address }: Claimant) =>
    sharedPort(wanted, ports) !== undefined && mayMeet(address, args.destination);
  const place = namespace ?? "the host";
  const rivals = new Map(
    redirects
      .filter(isMeant)
      .map(({ ports, who, address }) => [`${who} ${sharedPort(wanted, ports)}`, { ports, who, address }]),
  );
  // The program of a published port often listens as well.
  if (rivals.size > 0) {
    const winnerAmong = yield* lookForWinners(namespace, family);
    return [...rivals.values()].map(({ ports, who, address }) => {
      const port = sharedPort(wanted, ports) ?? 0;
      const { destination = address, inInterface } = args;
      const winner = winnerAmong({ family, protocol, port, destination, inInterface });
      return `${protocol} port ${port} of ${place} is redirected by ${who} as well: ${whoWins(winner, args.mark)}`;
    });
  }
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

function whoWins(winner: Redirection | undefined, mark: string): string {
  if (!winner)
    return "it is uncertain which of the two receives its packets; `pulumi-netns trace` sends one to find out";
  const isOurs = parseComment(winner.rule.comment)?.mark === mark;
  return `currently ${isOurs ? "this rule" : whoseIs(winner)} receives its packets. A restart of the other program may change that`;
}

/** Whether a packet may match both. A network or a negation may contain any address. */
function mayMeet(theirs: string | undefined, ours: string | undefined): boolean {
  const own = singleAddress(ours);
  return theirs === undefined || own === undefined || (singleAddress(theirs) ?? theirs) === own;
}

/** Returns the sockets that accept connections from outside, from the answer to `ss -H -l -n -p`. */
function listenersIn(answer: Answer, family: Family): Claimant[] {
  return (answer ?? "").split("\n").flatMap((line): Claimant[] => {
    const [, , , local = ""] = line.trim().split(/\s+/);
    const [, address = "", port = ""] = /^(.*):(\d+)$/.exec(local) ?? [];
    const ports = parsePorts(port);
    const plain = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
    const isAny = ["*", "::"].includes(plain);
    const isOther = !isAny && plain.includes(":") !== (family === "ipv6");
    if (!ports || isOther || /^127\.|^::1$/.test(plain)) return [];
    const [, program = "of an unknown program"] = /users:\(\("([^"]+)"/.exec(line) ?? [];
    return [{ ports, who: program, ...(!isAny && plain !== "0.0.0.0" && { address: plain }) }];
  });
}
