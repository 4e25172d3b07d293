import type { HostFacts } from "../facts";
import { routedLinks } from "../ownLinks";

/** What lets the packets of our links through where others drop them, and outlives a reload. */

/** By firewalld: now, and in its settings. */
export const trusted = (facts: HostFacts): string[] =>
  routedLinks(facts).flatMap((link) =>
    ["", "--permanent "].map((option) => `firewall-cmd ${option}--zone=trusted --change-interface=${link}`),
  );

/** By ufw, of both families. */
export const allowedByUfw = (facts: HostFacts): string[] =>
  routedLinks(facts).flatMap((link) =>
    ["in", "out"].map((direction) => `ufw route allow ${direction} on ${link}`),
  );
