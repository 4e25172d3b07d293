import { z } from "zod";
import type { Definition, Effect, Observed } from "../engine/definition";
import { sharedSetting } from "../engine/strategies";
import { namespaceName } from "../fields/common";
import { isNamespaced, sysctlKey, sysctlValue } from "../fields/sysctl";
import type { Family } from "../linux/ip";
import { namespaceClaim, objectName } from "../linux/marks/objectName";
import { NOBODY } from "../linux/marks/owner";
import { linkIn, sysctlName } from "../linux/read/sysctl";
import { readSysctls, valuesOf, writeSysctls } from "../linux/sysctl";
import { circleOf, hasOtherUnit, isSameKey, parameterOf, sysctlPaths } from "../linux/sysctlRelations";
import { forwardersIn } from "./forwarders";
import {
  claimedIn,
  observedSides,
  originOf,
  readSides,
  restoreSides,
  settleSides,
  sidesBefore,
  sidesOf,
  type Values,
  valuesIn,
} from "./sysctlEffects";

export const SysctlArgs = z.object({
  key: sysctlKey,
  value: sysctlValue,
  namespace: namespaceName.optional(),
});

type Args = z.output<typeof SysctlArgs> & { mark: string };

interface Reading extends Observed<Args, object> {
  /** Values that change along with the parameter, by path. */
  readonly sides?: Values;
}

/** Another spelling names the same parameter. */
const onKeyChange: Effect = (was, now) =>
  typeof was === "string" && typeof now === "string" && isSameKey(was, now) ? "update" : "replace";

/** A kernel parameter. It always exists: creation adopts it, and deletion restores it. See sysctl(8). */
export const sysctl: Definition<Args> = {
  kind: "Sysctl",
  schema: SysctlArgs,
  identity: "key",
  onChange: { key: onKeyChange, value: "update", namespace: "replace" },

  id: ({ namespace, key }) => idOf(namespace, parameterOf(key)),
  // Versions up to 0.1 treated spellings as different parameters.
  formerIds: ({ namespace, key }) =>
    sysctlPaths(key)
      .slice(1)
      .map((path) => idOf(namespace, path)),
  objectNames: ({ namespace, key }) => [objectName("sysctl", namespace, parameterOf(key))],

  needs({ namespace, key }) {
    const link = linkIn(key);
    return [
      ...namespaceClaim(namespace),
      ...(link === undefined ? [] : [objectName("link", namespace, link)]),
    ];
  },

  place: { namespace: "namespace", name: "key", value: "value" },

  problems: ({ key, namespace }) =>
    namespace === undefined || isNamespaced(key)
      ? []
      : [
          {
            property: "key",
            reason: `is ${key}, which belongs to the whole host and not to a network namespace: leave \`namespace\` out`,
          },
        ],

  probe: ({ namespace, key }) => [readSysctls(namespace, [key]), ...readSides(namespace, [key])],

  parse([answer, ...others], { key }): Reading | undefined {
    const value = valuesOf(answer, [key])[key];
    if (value === undefined) return undefined;
    return {
      args: { value },
      // A former value must be written in the unit that it was read in.
      ...(hasOtherUnit(key) && { restorable: { key, value } }),
      outputs: {},
      owner: NOBODY,
      ...observedSides(others, [key]),
    };
  },

  // Runs only if the parameter does not exist. The tool then reports that.
  create: ({ namespace, key, value }) => writeSysctls(namespace, { [key]: value }),
  update: (observed, { namespace, key, value }) =>
    observed.args.value === value ? [] : writeSysctls(namespace, { [key]: value }),
  // A parameter is restored instead.
  remove: () => [],

  ownership: sharedSetting({
    *reliedOn({ namespace, key, value, mark }, former) {
      const family = forwardingFamily(key);
      if (family === undefined || value === "0" || former["value"] !== "0") return [];
      return yield* forwardersIn({ namespace, family, mark });
    },
  }),
  serialize: ({ namespace, key }) => {
    const circle = circleOf(key);
    return circle === undefined ? [] : `sysctls ${circle} in ${namespace ?? ""}`;
  },

  effects: {
    fields: ["key", "value"],
    namespace: ({ namespace, key }) =>
      circleOf(key) === undefined && !hasOtherUnit(key) ? undefined : { name: namespace },

    remember(former, { args: { value = "" }, sides = {} }: Reading, args, records, isFirst) {
      const { key, mark } = args;
      const claimed = claimedIn(records, mark);
      const origin = isFirst ? originOf(parameterOf(key), value, claimed) : former["value"];
      const change = { observed: { [key]: value }, asked: { [key]: args.value }, sides };
      const before = sidesBefore(change, sidesOf(former), claimed);
      return { ...former, value: origin, ...(before && { sides: before }) };
    },

    *settle(former, { namespace, key, value, mark }, records) {
      const sides = yield* settleSides(
        namespace,
        { [key]: value },
        sidesOf(former),
        claimedIn(records, mark),
      );
      return sides ? { ...former, sides } : former;
    },

    *restore(former, { namespace, mark, ...args }, records) {
      const { key = args.key, value } = former;
      if (typeof value !== "string") return;
      const claimed = claimedIn(records, mark);
      yield* restoreSides(namespace, { [String(key)]: value }, valuesIn(former["sides"]), claimed);
    },
  },
};

/** The family whose packets a parameter forwards, on all links or on one. */
function forwardingFamily(key: string): Family | undefined {
  const [, version] =
    /^net\/ip(v[46])\/(?:ip_forward|conf\/[^/]+\/(?:force_)?forwarding)$/.exec(parameterOf(key)) ?? [];
  return version === undefined ? undefined : version === "v4" ? "ipv4" : "ipv6";
}

const idOf = (namespace: string | undefined, path: string): string =>
  `${namespace ? `${namespace}/` : ""}${sysctlName(path)}`;
