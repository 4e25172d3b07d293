import { discover, type Found } from "../../provider/engine/discover";
import { remove } from "../../provider/engine/lifecycle";
import { messageOf } from "../../provider/linux/errors";
import { localHost } from "../../provider/linux/host/local/localHost";
import { CliError } from "../errors";
import { refusal } from "../refusal";
import type { StateOptions } from "../stateOptions";
import { contentOf } from "./content";
import { type Debris, debrisIn, isDebris, isObject, type Listed } from "./debris";
import { type Garbage, garbageIn } from "./garbage";
import { advice, asJson, asText, deletion } from "./report";
import { type Known, readSelectedState, readStates } from "./states";

export interface GcOptions extends StateOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly emptyState?: boolean;
}

const NOTHING: Known = { marks: new Set(), stacks: new Set(), resources: [], empty: [] };

export async function collectGarbage(options: GcOptions): Promise<void> {
  const known = await knownBy(options);
  const { found, gaps, broken } = await discover(localHost).catch(refusal);
  for (const gap of gaps) process.stderr.write(`pulumi-netns: cannot inspect: ${gap}\n`);
  if (gaps.length > 0) process.exitCode = 1;
  const garbage: readonly Listed[] = [...garbageIn(found, known), ...debrisIn(broken, known)];
  process.stdout.write(options.json ? asJson(garbage) : asText(garbage));
  const chosen = garbage.filter(({ isGiven }) => isGiven || options.all);
  if (!options.yes) {
    if (!options.json) process.stdout.write(advice(garbage.length, chosen.length));
    return;
  }
  if (chosen.length > 0 && !options.emptyState) refuseIfEmpty(known);
  await deleteAll(chosen.filter(isObject), found);
  await discardAll(chosen.filter(isDebris));
}

/** Refuses if the given states are empty. A wrong backend or folder looks the same as a destroyed stack. */
function refuseIfEmpty({ empty }: Known): void {
  if (empty.length === 0) return;
  const which = empty.join(", ");
  throw new CliError(
    `nothing is deleted: the state of ${which} has no resource of pulumi-netns. Check the backend ` +
      "(`pulumi whoami --verbose`) and the folder. " +
      "If the stack no longer exists, repeat the command with --empty-state.",
  );
}

async function knownBy({ stack, state, all }: GcOptions): Promise<Known> {
  if (stack.length + state.length > 0) return readStates(stack, state);
  const selected = await readSelectedState();
  if (selected) return selected;
  if (all) return NOTHING;
  throw new CliError(
    "there is no Pulumi.yaml here: run this in the program's folder, give states with --state, or use --all if no stack on this host is alive.",
  );
}

/** Deletes objects one by one, and continues after a failure. */
async function deleteAll(garbage: readonly Garbage[], found: readonly Found[]): Promise<void> {
  const chosen = new Set(garbage.map((one) => one.found));
  const staying = found.filter((one) => !chosen.has(one));
  for (const one of garbage) {
    try {
      await deleteOne(one, staying);
      process.stderr.write(`${deletion(one)}\n`);
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(`pulumi-netns: ${one.kind} ${one.object} is kept: ${messageOf(error)}\n`);
    }
  }
}

/** Discards a broken record. It holds nothing to restore. */
async function discardAll(debris: readonly Debris[]): Promise<void> {
  for (const { kind, object, broken } of debris) {
    try {
      await localHost.records.discard(broken);
      process.stderr.write(`deleted ${kind} ${object}\n`);
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(`pulumi-netns: ${kind} ${object} is kept: ${messageOf(error)}\n`);
    }
  }
}

async function deleteOne({ isAdopted, found }: Garbage, staying: readonly Found[]): Promise<void> {
  const content = isAdopted ? [] : await contentOf(localHost, found, staying);
  if (content.length > 0) throw new Error(`it contains objects that must stay: ${content.join(", ")}`);
  await remove(found.definition, localHost, found.state);
}
