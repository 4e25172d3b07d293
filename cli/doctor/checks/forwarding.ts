import type { HostFacts } from "../facts";
import type { Check, Finding } from "../finding";
import { isRouted, ownDevices } from "../ownLinks";

/** Checks forwarding and reverse path filters. */
export const forwarding: Check = {
  title: "Forwarding",
  run: (facts) => [
    ...forwards("net/ipv4/ip_forward", "IPv4", facts.sysctls),
    ...forwards("net/ipv6/conf/all/forwarding", "IPv6", facts.sysctls).map(asFact),
    ...reversePath(facts),
  ],
};

/** Most networks of namespaces need no IPv6. */
const asFact = ({ subject, text }: Finding): Finding => ({ level: "ok", subject, text });

function forwards(key: string, family: string, sysctls: ReadonlyMap<string, string>): Finding[] {
  const value = sysctls.get(key);
  const name = key.replaceAll("/", ".");
  if (value === undefined) return [];
  if (value !== "0") return [{ level: "ok", subject: family, text: `${name} = ${value}: the host forwards` }];
  return [
    {
      ...{ level: "warning", subject: family, text: `${name} = 0: the host does not forward` },
      ...{
        fix: "switch it on if networks behind the host must reach others",
        code: [sysctl(name, 1)],
      },
    },
  ];
}

const sysctl = (key: string, value: number): string => `new Sysctl("…", { key: "${key}", value: ${value} });`;

function reversePath(facts: HostFacts): Finding[] {
  const all = Number(facts.sysctls.get("net/ipv4/conf/all/rp_filter") ?? 0);
  const links = [...facts.sysctls].flatMap(([key, value]) => {
    const [, link = ""] = /^net\/ipv4\/conf\/([^/]+)\/rp_filter$/.exec(key) ?? [];
    // The greater of the two applies.
    return ["", "all", "default", "lo"].includes(link) ? [] : [{ link, mode: Math.max(all, Number(value)) }];
  });
  const strict = links.filter(({ mode }) => mode === 1).map(({ link }) => link);
  const subject = "rp_filter";
  const isEverywhere = all === 1 && strict.length === links.length;
  if (strict.length === 0 && !isEverywhere)
    return [{ level: "ok", subject, text: "no link has a strict reverse path filter" }];
  const where = isEverywhere ? "all links" : strict.join(", ");
  const own = ownDevices(facts).filter(isRouted);
  const ours = own.map(({ name }) => name).filter((name) => strict.includes(name));
  if (own.length > 0 && ours.length === 0)
    return [{ level: "ok", subject, text: `strict on ${where}, which is not one of your links` }];
  const placeholder = strict[0] ?? "LINK";
  const text = `strict on ${where}: it drops packets whose answers would leave by another link`;
  return [
    {
      ...{ level: "warning", subject, text, fix: "loosen it if answers leave by another link" },
      code: (ours.length > 0 ? ours : [placeholder]).map((link) =>
        sysctl(`net.ipv4.conf.${link}.rp_filter`, 2),
      ),
    },
  ];
}
