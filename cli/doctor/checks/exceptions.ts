import type { HostFacts } from "../facts";
import { routedLinks } from "../ownLinks";

/** Commands that make other firewalls accept the packets of our links. They survive a reload. */

/** For firewalld: at run time, and in its permanent settings. */
export const trusted = (facts: HostFacts): string[] =>
  routedLinks(facts).flatMap((link) =>
    ["", "--permanent "].map((option) => `firewall-cmd ${option}--zone=trusted --change-interface=${link}`),
  );

/** For ufw, which applies each to IPv4 and IPv6. */
export const allowedByUfw = (facts: HostFacts): string[] =>
  routedLinks(facts).flatMap((link) =>
    ["in", "out"].map((direction) => `ufw route allow ${direction} on ${link}`),
  );
