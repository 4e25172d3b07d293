import * as pulumi from "@pulumi/pulumi";
import { markOf } from "../provider/linux/marks/mark";
import { HANDLE } from "./handles";
import { settle } from "./host";
import { checkInputs } from "./inputs";
import type { Machine } from "./machine";
import { currentProgram } from "./program";

/**
 * The text the engine keeps in every resource's state and runs to find the provider, also years later on destroy.
 * It loads the implementation by package name, so it survives upgrades; it must never change.
 */
export const PROVIDER =
  'exports.handler=()=>require("module").createRequire(process.cwd()+"/")("pulumi-netns/provider").provider';

/**
 * Pulumi notes with each promise where it came from, and tells nobody unless this is set; to put that into words takes a
 * quarter of a program's time. What it keeps of a resource, its place in the program, does not come from these.
 */
const isLookingForLeaks = Boolean(process.env["PULUMI_DEBUG_PROMISE_LEAKS"]);

/** Where a resource is, and the resources that it depends on. */
export interface Owners {
  /** The machine; `undefined` for the one that runs Pulumi. */
  readonly machine: Machine | undefined;
  /**
   * Whose deletion takes it along in the kernel; the first that is there counts. What was adopted does not: it stays
   * when its resource is deleted. And what is adopted itself is set back one by one.
   */
  readonly deletedWith?: readonly (pulumi.Resource | undefined)[];
  /** Whose replacement leaves it gone or half-wired, besides those above. */
  readonly replaceWith?: readonly (pulumi.Resource | undefined)[];
}

/** The base of every resource here: knows how to reach the provider, and carries the mark. */
export abstract class NetnsResource extends pulumi.CustomResource {
  /** Marks the object in the kernel as this resource's: `pulumi-netns:KIND:HASH:PROJECT/STACK/NAME`. */
  declare readonly mark: pulumi.Output<string>;
  /** Whether the object may have been there before and stay afterwards. */
  declare private readonly mayStay: boolean;

  protected constructor(
    kind: string,
    name: string,
    { host: _, ...inputs }: Readonly<Record<string, unknown>>,
    outputs: readonly string[],
    owners: Owners,
    options: pulumi.CustomResourceOptions = {},
  ) {
    const type = `pulumi-nodejs:dynamic/netns:${kind}`;
    const { adopt = false } = inputs;
    const mayStay = adopt !== false;
    const checked = checkInputs(`${kind} "${name}"`, inputs);
    const properties = {
      // An output has to be named here for the engine's value to reach the property.
      ...Object.fromEntries(outputs.map((output) => [output, undefined])),
      ...inputs,
      ...(owners.machine && { host: owners.machine.value }),
      mark: mark(kind, type, name, options.parent),
      __provider: PROVIDER,
    };
    const allOptions = withOwners(options, owners, mayStay, checked);
    const limit = Error.stackTraceLimit;
    try {
      if (!isLookingForLeaks) Error.stackTraceLimit = 0;
      super(type, name, properties, allOptions);
    } catch (error) {
      Error.stackTraceLimit = limit;
      if (error instanceof Error && !isLookingForLeaks) Error.captureStackTrace(error, new.target);
      throw error;
    } finally {
      Error.stackTraceLimit = limit;
    }
    hide(this, "mayStay", mayStay);
    settle(this, owners.machine);
    currentProgram().declare(this, inputs);
  }

  /** @internal */
  static mayStay(resource: pulumi.Resource | undefined): boolean {
    return resource instanceof NetnsResource && resource.mayStay;
  }
}

/** Sets a property that an object does not show when a program exports it, as it is for this package alone. */
const hide = (target: object, key: string | symbol, value: unknown): void => {
  Object.defineProperty(target, key, { value });
};

/** Makes `target` a handle that arguments of other resources take. */
export const handOver = <H extends { readonly [HANDLE]: object }>(
  target: H,
  handle: H[typeof HANDLE],
): void => hide(target, HANDLE, handle);

function mark(
  kind: string,
  type: string,
  name: string,
  parent: pulumi.Resource | undefined,
): pulumi.Input<string> {
  if (!parent)
    return markOf(kind, `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`);
  // As a promise, not an Output: the mark must not make its resource look dependent on the parent's fate.
  return new Promise((resolve) => {
    pulumi.createUrn(name, type, parent).apply((urn) => resolve(markOf(kind, urn)));
  });
}

/**
 * The kernel knows objects by name, so the old one goes before the new one comes. The provider says so of what it finds
 * different; the engine does not ask it about what is replaced with its owner, or by `--replace`.
 *
 * `deletedWith` saves the delete of what the kernel takes along anyway. Engines up to 3.259 leave such a child behind
 * when its owner is replaced and not deleted, unless it is in `replaceWith` as well.
 */
function withOwners(
  options: pulumi.CustomResourceOptions,
  { deletedWith = [], replaceWith = [] }: Owners,
  mayStay: boolean,
  checked: Promise<void> | undefined,
): pulumi.CustomResourceOptions {
  const present = [...deletedWith, ...replaceWith].filter((owner) => owner !== undefined);
  const first = deletedWith.find((owner) => owner !== undefined && !NetnsResource.mayStay(owner));
  const deleter = options.deletedWith ?? (mayStay ? undefined : first);
  const dependsOn: pulumi.Input<pulumi.Input<pulumi.Resource>[]> = checked?.then(() => present) ?? present;
  return {
    // Said for owners that were found by a plain name, which is no dependency for the engine.
    // Dependencies are what is waited for first, and whose failure is told as it is.
    ...pulumi.mergeOptions(options, { dependsOn }),
    // Said here as well as in `diff`: where an owner is replaced under an alias, the engine does not ask there.
    deleteBeforeReplace: true,
    ...(deleter && { deletedWith: deleter }),
    replaceWith: [...new Set([...(options.replaceWith ?? []), ...present])],
  };
}
