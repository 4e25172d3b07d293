/**
 * The path of a parameter below /proc/sys. As sysctl(8) reads keys: where a `/` comes first, slashes part the words,
 * and names may hold dots (`net/ipv4/conf/eth0.100/forwarding`); where a `.` comes first it is the other way round.
 */
export function sysctlPath(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  return first === "/" ? key : swapped(key);
}

/** The name of a parameter with dots, however the key is written. */
export const sysctlName = (key: string): string => swapped(sysctlPath(key));

const swapped = (key: string): string => key.replace(/[./]/g, (separator) => (separator === "." ? "/" : "."));

/** The link whose parameter it is: `net.ipv4.conf.LINK.forwarding` comes and goes with it. */
export const linkIn = (key: string): string | undefined =>
  /^net\/ipv[46]\/(?:conf|neigh)\/([^/]+)\//.exec(sysctlPath(key))?.[1];

/** The answer to `sysctl KEY…`: values by path, with white space made single. */
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

/** The kernel parts the numbers of a list by tabs, people by spaces. */
export const normalValue = (value: string): string => value.trim().replace(/\s+/g, " ");
