import { CommandError } from "../linux/errors";
import type { Host } from "../linux/host/host";
import { isClaimed } from "./claims";
import type { Args, Definition } from "./definition";

/**
 * Adds a way out to an error, where the tool's own message would blame an argument. An object in the state may be missing
 * from the kernel, as after a reboot. Or an object that another resource gives up still exists.
 */
export async function explained<T>(
  definition: Definition,
  host: Host,
  args: Args,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const hint = error instanceof CommandError ? await hintAt(definition, host, args, error) : undefined;
    if (hint === undefined || !(error instanceof CommandError)) throw error;
    throw new CommandError(error.reason, error.command, `${error.stderr.trim()}\n${hint}`, { cause: error });
  }
}

async function hintAt(
  definition: Definition,
  host: Host,
  args: Args,
  { reason, stderr, command }: CommandError,
): Promise<string | undefined> {
  if (reason === "AlreadyExists") return hintAtRival(stderr);
  if (reason === "Unreachable")
    return "If the state has an address that covers it, and the kernel lost that, for example in a reboot: run `pulumi up --refresh`.";
  if (reason === "NoSource")
    return "If the state has that address, and the kernel lost it, for example in a reboot: run `pulumi up --refresh`.";
  if (reason !== "NotFound") return undefined;
  const [, missing = command.namespace] =
    /argument "(.*)" is wrong: Invalid "netns" value/.exec(stderr) ?? [];
  const told = missing === undefined ? undefined : await host.tellOfName?.(missing);
  if (told !== undefined) return told;
  const needs = (definition.needs?.(args) ?? []).filter((object) => isClaimed(host, object));
  if (needs.length === 0) return undefined;
  const list = [...new Set(needs)].join(", ");
  return `The state has ${list}. If the kernel lost ${needs.length > 1 ? "one of them" : "it"}, for example in a reboot: run \`pulumi up --refresh\`.`;
}

/** Most conflicts are refused earlier. This one appeared in between, or has another form. */
function hintAtRival(stderr: string): string {
  const [, file] = /Cannot create namespace file "(.*)"/.exec(stderr) ?? [];
  if (file !== undefined)
    return `${file} has no namespace behind it: if it is a link to that of a container that has ended, remove it (\`rm ${file}\`).`;
  const once = /address already assigned/.test(stderr)
    ? "IPv6 has an address once on a link, whatever its prefix length and peer. "
    : "";
  return `${once}If another resource gives it up in this very run, make two runs: first without it, then with it.`;
}
