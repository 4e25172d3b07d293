import type { Family } from "../../../provider/linux/ip";
import { NFT_FAMILIES } from "../../../provider/linux/read/nft/families";
import { isSwitch } from "../../../provider/trace/network/frames";
import type { Device } from "../../../provider/trace/network/network";
import type { Passage } from "../../../provider/trace/packet";
import type { Chain, Rule } from "../../../provider/trace/rules/chain";
import { judge } from "../../../provider/trace/rules/judge";
import type { HostFacts } from "../facts";
import { hostDevices, isRouted, ownDevices } from "../ownLinks";

/** Checks whether a chain that drops by default accepts the packets of our links. */

/** Whether a chain accepts new connections from our links to every other link of the host, and their answers. */
export function passesOurs(chain: Chain, facts: HostFacts): boolean {
  const own = ownDevices(facts).filter(isRouted);
  const others = hostDevices(facts).filter(
    (device) => isRouted(device) && !own.includes(device) && device.name !== "lo",
  );
  return passesAll(
    chain,
    facts,
    own.flatMap((from) => others.map((to) => [from, to] as const)),
  );
}

/** Whether a chain accepts packets between the ports of our bridges. */
export const passesBridged = (chain: Chain, facts: HostFacts): boolean =>
  passesAll(
    chain,
    facts,
    ownDevices(facts)
      .filter(isSwitch)
      .map((bridge) => [bridge, bridge] as const),
  );

function passesAll(chain: Chain, facts: HostFacts, ways: readonly (readonly [Device, Device])[]): boolean {
  // The other base chains of the hook have their own findings.
  const chains = facts.chains.filter((one) => one === chain || one.base === undefined);
  const passages = familiesOf(chain).flatMap((family) =>
    ways.flatMap(([from, to]) => passagesOf(family, from, to)),
  );
  return (
    passages.length > 0 &&
    passages.every((passage) => {
      const { outcome, doubts } = judge(chains, "forward", [chain.family], passage);
      return outcome === "accept" && doubts.every(({ rule }) => mayOnlyAccept(rule, passage));
    })
  );
}

/** Whether a rule in doubt can only accept, such as firewalld's rule for translated packets. */
function mayOnlyAccept(rule: Rule, passage: Passage): boolean {
  const verdict = rule.judge(passage);
  return verdict !== "nothing" && verdict.does === "doubt" && verdict.may?.does === "accept";
}

const familiesOf = ({ family }: Chain): Family[] =>
  (["ipv4", "ipv6"] as const).filter((one) => family === "inet" || family === NFT_FAMILIES[one]);

/** Returns the first packet of a connection and its answer, if both links have addresses of the family. */
function passagesOf(family: Family, from: Device, to: Device): Passage[] {
  const [source, destination] = [from, to].map(
    ({ addresses }) => addresses.find((address) => address.family === family && address.isGlobal)?.ip,
  );
  if (source === undefined || destination === undefined) return [];
  const common = { family, protocol: "tcp", port: 80 } as const;
  return [
    {
      packet: { ...common, source, destination, isReply: false },
      ...{ inInterface: from.name, outInterface: to.name, local: [] },
    },
    {
      packet: { ...common, source: destination, destination: source, isReply: true },
      ...{ inInterface: to.name, outInterface: from.name, local: [] },
    },
  ];
}
