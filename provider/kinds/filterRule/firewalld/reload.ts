import { type Answer, type Command, command } from "../../../linux/command";
import { RefusedError } from "../../../linux/errors";
import type { Plan } from "../../../linux/plan";
import { parseListing } from "../../../linux/read/firewalld";

export const firewallCmd = (...words: string[]): Command => command("firewall-cmd", undefined, words);

export const RELOAD: Command = firewallCmd("--reload");

/** The lists of settings, at run time and permanent. */
const SETTINGS: readonly (readonly string[])[] = [
  ["--list-all-zones"],
  ["--list-all-policies"],
  ["--get-ipsets"],
  ["--direct", "--get-all-chains"],
  ["--direct", "--get-all-rules"],
  ["--direct", "--get-all-passthroughs"],
];

/**
 * Returns foreign settings that a reload would change, one per line. Those at run time only would be lost, and
 * permanent ones only would take effect.
 */
export function* lostByReload(): Plan<readonly string[]> {
  const listings = yield both(SETTINGS);
  const names = (listings[2 * IPSETS] ?? "").split(/\s+/).filter((name) => name !== "");
  const sets = names.map((name) => [`--info-ipset=${name}`]);
  return [...differences(listings), ...differences(yield both(sets))];
}

/** Refuses a reload that would change foreign settings. */
export function* preflight(commands: readonly Command[]): Plan {
  if (!commands.includes(RELOAD)) return;
  const lost = yield* lostByReload();
  if (lost.length === 0) return;
  throw new RefusedError(
    "firewalld needs a reload for a new policy, and a reload would change settings of others, because its permanent settings " +
      `differ from those at run time: ${lost.join("; ")}. Keep those at run time with \`firewall-cmd --runtime-to-permanent\`, ` +
      "or apply the permanent ones with `firewall-cmd --reload`, then try again",
  );
}

const IPSETS = SETTINGS.findIndex(([words]) => words === "--get-ipsets");

const both = (settings: readonly (readonly string[])[]): Command[] =>
  settings.flatMap((words) => [firewallCmd(...words), firewallCmd("--permanent", ...words)]);

/** Returns the settings in one list of a pair that the other lacks. */
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

/**
 * Returns each setting separately, such as `public ports 80/tcp`. Lists without sections, such as direct rules, have
 * one setting per line.
 */
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

/**
 * Whether a setting is a policy of this package. It may belong to another stack, because a deletion may have left an
 * empty one.
 */
const isOurs = (setting: string): boolean => /^pn-[0-9a-f]{12}( |$)/.test(setting);

/** Docker and libvirt add their interfaces to their zones again after each reload. */
const isPutBack = (setting: string): boolean => /^(docker|libvirt[\w-]*) interfaces /.test(setting);
