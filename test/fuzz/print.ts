import {
  addressArgs,
  bridgeArgs,
  cableArgs,
  filterArgs,
  given,
  linkArgs,
  names,
  natArgs,
  neighborArgs,
  policyArgs,
  type Referrer,
  routeArgs,
  sysctlArgs,
} from "./args";
import { nodeArgs, topologyArgs } from "./compositeArgs";
import type { Item, Program } from "./program";
import { respelt } from "./respelt";
import type { Scenario } from "./scenario";

/** A scenario that a person can run: two programs, and the commands in between. */
export const printScenario = ({ first, second, byHand, refresh, inOtherWords, theirs }: Scenario): string =>
  [
    "// The first program, for `pulumi up`:",
    ...printProgram(first),
    "",
    ...(theirs ? [`// Another stack then makes the bridge \`theirs\` in the namespace ${theirs}.`] : []),
    ...byHand.map((command) => `// By hand: ${command.join(" ")}`),
    `// The second program, for \`pulumi up${refresh ? " --refresh" : ""}\`:`,
    ...printProgram(inOtherWords ? respelt(second) : second),
  ].join("\n");

export const printProgram = (program: Program): string[] =>
  program
    .filter(({ within }) => within === undefined)
    .map((item) => {
      const options =
        item.formerly === undefined || item.isSilent
          ? ""
          : `, { aliases: [{ name: ${text(item.formerly)} }] }`;
      const isReferredTo = ["Namespace", "Bridge", "Node", "VethPair", "Link"].includes(item.kind);
      const variable = isReferredTo ? `const ${variableOf(item.name)} = ` : "";
      const code = print(argsOf(item, item.byName ? names(program) : referred(program)));
      return `${variable}new ${item.kind === "Link" ? item.args.of : item.kind}(${text(item.name)}, ${code}${options});`;
    });

/** Text that appears unchanged in a program. */
class Code {
  constructor(readonly text: string) {}
}

type Printed = Referrer<Code | string, Code | string, Code | string>;

const referred = (program: Program): Printed => ({
  program,
  byName: false,
  namespace: (name) => new Code(variableOf(program.find((item) => item.name === name)?.within ?? name)),
  bridge: (name) => new Code(variableOf(name)),
  link: (ref) => new Code(variableOf(ref)),
});

const variableOf = (ref: string): string => ref.replaceAll("-", "_");

function argsOf(item: Item, refer: Printed): object {
  switch (item.kind) {
    case "Namespace":
      return given(item.args);
    case "Bridge":
      return bridgeArgs(item, refer);
    case "Node":
      return nodeArgs(item, refer);
    case "Topology":
      return topologyArgs(item, refer.program);
    case "Link":
      return linkArgs(item, refer);
    case "VethPair":
      return cableArgs(item, refer);
    case "Address":
      return addressArgs(item, refer);
    case "Route":
      return routeArgs(item, refer);
    case "Neighbor":
      return neighborArgs(item, refer);
    case "PolicyRule":
      return policyArgs(item, refer);
    case "NatRule":
      return natArgs(item, refer);
    case "FilterRule":
      return filterArgs(item, refer);
    case "Sysctl":
      return sysctlArgs(item, refer);
  }
}

function print(value: unknown): string {
  if (value instanceof Code) return value.text;
  if (Array.isArray(value)) return `[${value.map(print).join(", ")}]`;
  if (typeof value !== "object" || value === null) return text(value);
  const fields = Object.entries(value).flatMap(([key, inner]) =>
    isWithoutParts(key, inner) ? [] : `${/^\w+$/.test(key) ? key : text(key)}: ${print(inner)}`,
  );
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

/** The maps and lists of parts that a person omits if they are empty. */
const PARTS = [
  ...["addresses", "bridges", "dummies", "filter", "interfaces", "linkSysctls", "nat"],
  ...["neighbors", "nodes", "policyRules", "routes", "sysctls"],
];

const isWithoutParts = (key: string, value: unknown): boolean =>
  PARTS.includes(key) && typeof value === "object" && value !== null && Object.keys(value).length === 0;

const text = (value: unknown): string => JSON.stringify(value);
