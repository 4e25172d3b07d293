import type { Problem } from "../../../engine/definition";
import { asFarAsKnown } from "../../../engine/unknown";
import type { FilterRuleArgs } from "../args";
import { knownIcmpTypes } from "./richRule";

/** Reports arguments that firewalld cannot express. */
export const firewalldProblems = (args: FilterRuleArgs): Problem[] =>
  asFarAsKnown<FilterRuleArgs, Problem>(
    ...NOWHERE.map(
      ({ property, reason }) =>
        (it: FilterRuleArgs) =>
          it[property] === undefined ? [] : [{ property, reason }],
    ),
    bothPorts,
    unknownTypes,
    brokenPrefix,
    brokenLevel,
  )(args);

const NETWORKS = "name its addresses by `source` or `destination`, or use another backend";

const NOWHERE = [
  {
    property: "namespace",
    reason: "is set, but firewalld filters only packets of the host: leave it out, or use another backend",
  },
  {
    property: "inInterface",
    reason: `is set, but firewalld knows an interface by its zone only: ${NETWORKS}`,
  },
  {
    property: "outInterface",
    reason: `is set, but firewalld knows an interface by its zone only: ${NETWORKS}`,
  },
  {
    property: "state",
    reason:
      "is set, but firewalld applies its rules to new connections only and accepts known ones: leave it out, or use another backend",
  },
] as const;

function bothPorts({ port, sourcePort }: FilterRuleArgs): Problem[] {
  const reason =
    "is set together with `port`, but firewalld accepts only one of them: leave one out, or use another backend";
  return port === undefined || sourcePort === undefined ? [] : [{ property: "sourcePort", reason }];
}

function unknownTypes({ icmpType, family }: FilterRuleArgs): Problem[] {
  const known = knownIcmpTypes(family);
  const unknown = icmpType === undefined ? [] : [icmpType].flat().filter((type) => !known.includes(type));
  const reason = `is ${unknown.join(", ")}, for which firewalld has no name: use another backend, or one of ${known.join(", ")}`;
  return unknown.length === 0 ? [] : [{ property: "icmpType", reason }];
}

/** The characters at which firewalld splits a rule: `Rich_Rule._lexer` of firewalld 1.3. */
function brokenPrefix({ logPrefix }: FilterRuleArgs): Problem[] {
  const reason =
    "has a `=`, at which firewalld splits a rule: remove it from the text, or use another backend";
  return logPrefix?.includes("=") ? [{ property: "logPrefix", reason }] : [];
}

/**
 * Reports the log level `err`. firewalld calls it `error` and passes that on, and firewalld 1.3 then fails at every
 * reload.
 */
function brokenLevel({ logLevel }: FilterRuleArgs): Problem[] {
  const reason =
    "is err, but nftables refuses firewalld's name for it: use another level, such as crit or warn, or another backend";
  return logLevel === "err" ? [{ property: "logLevel", reason }] : [];
}
