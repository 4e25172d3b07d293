import type { Check, Finding } from "../finding";

/** Whether the host passes packets on, and which it does not believe. */
export const forwarding: Check = {
  title: "Forwarding",
  run: ({ sysctls }) => [
    ...forwards("net/ipv4/ip_forward", "IPv4", sysctls),
    ...forwards("net/ipv6/conf/all/forwarding", "IPv6", sysctls).map(asFact),
    ...reversePath(sysctls),
  ],
};

/** Most networks of namespaces do without IPv6. */
const asFact = ({ subject, text }: Finding): Finding => ({ level: "ok", subject, text });

function forwards(key: string, family: string, sysctls: ReadonlyMap<string, string>): Finding[] {
  const value = sysctls.get(key);
  const name = key.replaceAll("/", ".");
  if (value === undefined) return [];
  if (value !== "0") return [{ level: "ok", subject: family, text: `${name} = ${value}: passed on` }];
  return [
    {
      ...{ level: "warning", subject: family, text: `${name} = 0: what is behind the host stays there` },
      mend: `new Sysctl("…", { key: "${name}", value: 1 })`,
    },
  ];
}

function reversePath(sysctls: ReadonlyMap<string, string>): Finding[] {
  const all = Number(sysctls.get("net/ipv4/conf/all/rp_filter") ?? 0);
  const strict = [...sysctls].flatMap(([key, value]) => {
    const [, link] = /^net\/ipv4\/conf\/([^/]+)\/rp_filter$/.exec(key) ?? [];
    return link !== undefined && link !== "all" && link !== "lo" && Math.max(all, Number(value)) === 1
      ? link
      : [];
  });
  const subject = "rp_filter";
  if (strict.length === 0 && all !== 1)
    return [{ level: "ok", subject, text: "no link has a strict reverse path filter" }];
  const where = all === 1 ? "all links" : strict.join(", ");
  return [
    {
      ...{
        level: "warning",
        subject,
        text: `strict on ${where}: packets that come another way than their answers go are dropped`,
      },
      mend: `where ways differ: new Sysctl("…", { key: "net.ipv4.conf.${strict[0] ?? "LINK"}.rp_filter", value: 2 })`,
    },
  ];
}
