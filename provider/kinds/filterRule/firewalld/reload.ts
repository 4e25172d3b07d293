import { type Answer, type Command, command } from "../../../linux/command";
import { RefusedError } from "../../../linux/errors";
import type { Plan } from "../../../linux/plan";
import { parseListing } from "../../../linux/read/firewalld";

export const firewallCmd = (...words: string[]): Command => command("firewall-cmd", undefined, words);

export const RELOAD: Command = firewallCmd("--reload");

/** What is listed of the settings, at run time and permanent. */
const SETTINGS: readonly (readonly string[])[] = [
  ["--list-all-zones"],
  ["--list-all-policies"],
  ["--get-ipsets"],
  ["--direct", "--get-all-chains"],
  ["--direct", "--get-all-rules"],
  ["--direct", "--get-all-passthroughs"],
];

/**
 * Settings of others that a reload would change, each as a line: what is set at run time only would be gone, what is
 * permanent only would come into force.
 */
export function* lostByReload(): Plan<readonly string[]> {
  const listings = yield both(SETTINGS);
  const names = (listings[2 * IPSETS] ?? "").split(/\s+/).filter((name) => name !== "");
  const sets = names.map((name) => [`--info-ipset=${name}`]);
  return [...differences(listings), ...differences(yield both(sets))];
}

/** A reload may not change what others have set: that forbids what cannot do without one. */
export function* preflight(commands: readonly Command[]): Plan {
  if (!commands.includes(RELOAD)) return;
  const lost = yield* lostByReload();
  if (lost.length === 0) return;
  throw new RefusedError(
    "firewalld takes a new policy by a reload only, and that would change what others have set, as its permanent settings " +
      `are not those at run time: ${lost.join("; ")}. Keep those at run time with \`firewall-cmd --runtime-to-permanent\`, ` +
      "or take the permanent ones with `firewall-cmd --reload`, then do this again",
  );
}

const IPSETS = SETTINGS.findIndex(([words]) => words === "--get-ipsets");

const both = (settings: readonly (readonly string[])[]): Command[] =>
  settings.flatMap((words) => [firewallCmd(...words), firewallCmd("--permanent", ...words)]);

/** What stands in one listing of a pair and not in the other. */
function differences(listings: readonly Answer[]): string[] {
  const found: string[] = [];
  for (let at = 0; at < listings.length; at += 2) {
    const [runtime, permanent] = [settingsIn(listings[at]), settingsIn(listings[at + 1])];
    const only = (some: readonly string[], others: readonly string[]) =>
      some.filter((setting) => !others.includes(setting) && !isOurs(setting));
    found.push(
      ...only(runtime, permanent)
        .filter((setting) => !isPutBack(setting))
        .map((setting) => `${setting} (at run time only)`),
      ...only(permanent, runtime).map((setting) => `${setting} (permanent only)`),
    );
  }
  return found;
}

/** Each setting by itself: `public ports 80/tcp`; of what has no sections, such as direct rules, each line. */
function settingsIn(listing: Answer): string[] {
  const listed = parseListing(listing);
  if (listed.some(({ says }) => says.size > 0)) {
    return listed.flatMap(({ name, says }) => [
      name,
      ...[...says].flatMap(([key, words]) => words.map((word) => `${name} ${key} ${word}`)),
    ]);
  }
  return (listing ?? "").split("\n").filter((line) => line.trim() !== "");
}

/** Policies of this package: of another stack too, as a deletion may have left one empty. */
const isOurs = (setting: string): boolean => /^pn-[0-9a-f]{12}( |$)/.test(setting);

/** Docker and libvirt put their interfaces into their zones again whenever firewalld says that it was reloaded. */
const isPutBack = (setting: string): boolean => /^(docker|libvirt[\w-]*) interfaces /.test(setting);
