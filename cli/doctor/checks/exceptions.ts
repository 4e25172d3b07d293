import type { HostFacts } from "../facts";
import { routedLinks } from "../ownLinks";

/** Commands that make other firewalls accept packets of our links. Their effect survives a reload. */

/** For firewalld, in its runtime and its permanent settings. */
export const trusted = (facts: HostFacts): string[] =>
  routedLinks(facts).flatMap((link) =>
    ["", "--permanent "].map((option) => `firewall-cmd ${option}--zone=trusted --change-interface=${link}`),
  );

/** For ufw, which applies each line to IPv4 and IPv6. */
export const allowedByUfw = (facts: HostFacts): string[] =>
  routedLinks(facts).flatMap((link) =>
    ["in", "out"].map((direction) => `ufw route allow ${direction} on ${link}`),
  );
