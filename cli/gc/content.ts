import { showLinks } from "../../provider/command";
import type { Host } from "../../provider/host/host";
import { parseLinks } from "../../provider/parse/link";
import type { Found } from "../../provider/survey";

/** Devices that the kernel puts into every namespace once their module is loaded. */
const FALLBACK = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/;

/** What would go with a namespace and is not to: links that are still in it, and what a living stack has there. */
export async function contentOf(host: Host, name: string, living: readonly Found[]): Promise<string[]> {
  const links = parseLinks(await host.run(showLinks(name)));
  const foreign = links.filter(({ ifname }) => ifname !== "lo" && !FALLBACK.test(ifname));
  return [
    ...foreign.map(({ ifname }) => `link ${ifname}`),
    ...living
      .filter(({ state }) => state["namespace"] === name)
      .map(({ definition, state }) => `${definition.kind} ${definition.id(state)}`),
  ];
}
