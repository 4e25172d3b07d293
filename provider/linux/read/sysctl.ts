/**
 * Returns the path of a parameter below /proc/sys. As in sysctl(8), the first separator decides: after a `/`, slashes
 * separate the words and names may contain dots (`net/ipv4/conf/eth0.100/forwarding`). After a `.` it is the reverse.
 */
export function sysctlPath(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  return first === "/" ? key : swapped(key);
}

/** Returns the name of a parameter with dots, however the key is written. */
export const sysctlName = (key: string): string => swapped(sysctlPath(key));

const swapped = (key: string): string => key.replace(/[./]/g, (separator) => (separator === "." ? "/" : "."));

/** Returns the link of a parameter. `net.ipv4.conf.LINK.forwarding` exists as long as the link. */
export const linkIn = (key: string): string | undefined =>
  /^net\/ipv[46]\/(?:conf|neigh)\/([^/]+)\//.exec(sysctlPath(key))?.[1];

/** Parses the output of `sysctl KEY…`: values by path, with single spaces. */
export function parseSysctls(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split("\n")
      .filter((line) => line.includes(" = "))
      .map((line) => {
        const at = line.indexOf(" = ");
        return [sysctlPath(line.slice(0, at)), normalValue(line.slice(at + 3))];
      }),
  );
}

/** The kernel separates the numbers of a list with tabs, users with spaces. */
export const normalValue = (value: string): string => value.trim().replace(/\s+/g, " ");
