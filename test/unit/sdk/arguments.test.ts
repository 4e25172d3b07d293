import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { z } from "zod";
import { assertions } from "../../../provider/assertions";
import { ReachabilityArgs } from "../../../provider/assertions/reachability";
import { composites } from "../../../provider/composites";
import { NodeArgs } from "../../../provider/composites/node";
import { TopologyArgs } from "../../../provider/composites/topology";
import { longForm } from "../../../provider/engine/check";
import { definitions } from "../../../provider/kinds";
import { AddressArgs } from "../../../provider/kinds/address";
import { BridgeArgs } from "../../../provider/kinds/bridge";
import { DummyArgs } from "../../../provider/kinds/dummy";
import { FilterRuleArgs } from "../../../provider/kinds/filterRule/args";
import { NamespaceArgs } from "../../../provider/kinds/namespace";
import { NatRuleArgs } from "../../../provider/kinds/natRule/args";
import { NeighborArgs } from "../../../provider/kinds/neighbor";
import { OvsBridgeArgs } from "../../../provider/kinds/ovsBridge";
import { OvsPortArgs } from "../../../provider/kinds/ovsPort";
import { PolicyRuleArgs } from "../../../provider/kinds/policyRule";
import { RouteArgs } from "../../../provider/kinds/route";
import { SysctlArgs } from "../../../provider/kinds/sysctl";
import { VethPairArgs } from "../../../provider/kinds/vethPair";
import type * as sdk from "../../../sdk";
import { type DocumentedField, documentedClasses } from "../../support/documented";

/** The classes whose instances are resources. */
type Kind = Exclude<keyof typeof sdk, "VethEnd">;

const schemas = {
  Address: AddressArgs,
  Bridge: BridgeArgs,
  Dummy: DummyArgs,
  FilterRule: FilterRuleArgs,
  Namespace: NamespaceArgs,
  NatRule: NatRuleArgs,
  Neighbor: NeighborArgs,
  Node: NodeArgs,
  OvsBridge: OvsBridgeArgs,
  OvsPort: OvsPortArgs,
  PolicyRule: PolicyRuleArgs,
  Reachability: ReachabilityArgs,
  Route: RouteArgs,
  Sysctl: SysctlArgs,
  Topology: TopologyArgs,
  VethPair: VethPairArgs,
} satisfies Readonly<Record<Kind, z.ZodObject>>;

/** A type without outputs, promises and handles, and with every field required, so that a missing one shows. */
type Plain<T> = T extends
  | Promise<unknown>
  | pulumi.OutputInstance<unknown>
  | sdk.NamespaceHandle
  | sdk.LinkHandle
  ? never
  : T extends readonly (infer E)[]
    ? Plain<E>[]
    : T extends object
      ? { [K in keyof T]-?: Plain<Exclude<T[K], undefined>> }
      : T;

type ArgsOf<K extends Kind> = NonNullable<ConstructorParameters<(typeof sdk)[K]>[1]>;

/**
 * The fields that one type lacks, or has with another type. Composites that are tables over kinds have no type in the schema, so their
 * fields are compared below.
 */
type Differences<A, B> = {
  [F in keyof A | keyof B]: F extends keyof A & keyof B
    ? unknown extends B[F]
      ? never
      : [A[F], B[F]] extends [B[F], A[F]]
        ? never
        : F
    : F;
}[keyof A | keyof B];

type Verdict<D> = [D] extends [never] ? "the same" : D;

/** The compiler's error names a field that differs. */
const verdicts: {
  readonly [K in Kind]: Verdict<Differences<Plain<ArgsOf<K>>, Plain<z.input<(typeof schemas)[K]>>>>;
} = {
  Address: "the same",
  Bridge: "the same",
  Dummy: "the same",
  FilterRule: "the same",
  Namespace: "the same",
  NatRule: "the same",
  Neighbor: "the same",
  Node: "the same",
  OvsBridge: "the same",
  OvsPort: "the same",
  PolicyRule: "the same",
  Reachability: "the same",
  Route: "the same",
  Sysctl: "the same",
  Topology: "the same",
  VethPair: "the same",
};

/** Fields that schemas require and programs may omit, as the class or the definition fills them in. */
const FILLED: Readonly<Record<string, readonly string[]>> = {
  Address: ["scope"],
  Bridge: ["name", "mac"],
  Dummy: ["name", "mac"],
  FilterRule: ["family"],
  Namespace: ["name"],
  NatRule: ["family"],
  Node: ["name"],
  OvsBridge: ["name", "mac"],
  PolicyRule: ["family"],
  VethPair: ["end"],
};

describe("arguments of the SDK", () => {
  it("are compared with the schema of every kind", () => {
    const all = [...definitions, ...composites, ...assertions].map(
      ({ kind, schema }) => [kind, schema] as const,
    );
    expect(Object.keys(schemas).sort()).to.deep.equal(all.map(([kind]) => kind).sort());
    expect(Object.keys(verdicts).sort()).to.deep.equal(Object.keys(schemas));
    for (const [kind, schema] of all) expect(Reflect.get(schemas, kind), kind).to.equal(schema);
  });

  it("may be omitted if the schema has a default, or if something fills them in", async () => {
    const classes = await documentedClasses();
    for (const [kind, schema] of Object.entries(schemas)) {
      const names = (fields: readonly DocumentedField[]) => fields.map(({ name }) => name).sort();
      const required = (classes[kind]?.args ?? []).filter(({ isRequired }) => isRequired);
      const demanded = Object.entries<z.ZodType>(schema.shape)
        .filter(([, field]) => !field.safeParse(undefined).success)
        .map(([name]) => name);
      expect([...names(required), ...(FILLED[kind] ?? [])].sort(), kind).to.deep.equal(demanded.sort());
    }
  }).timeout(120_000);

  it("of composites have the fields of the parts", async () => {
    const classes = await documentedClasses();
    for (const { kind, schema } of composites)
      expect(pathsIn(classes[kind]?.args ?? []).sort(), kind).to.deep.equal(pathsOf(schema).sort());
  }).timeout(120_000);
});

/** The places of fields, by the docs. */
const pathsIn = (fields: readonly DocumentedField[]): string[] =>
  fields.flatMap(({ path, fields }) => [path, ...pathsIn(fields)]);

/** The places of fields, by a schema: `.` into an object, `.*.` into a map, `[].` into a list. */
function pathsOf(type: z.core.$ZodType, prefix = ""): string[] {
  const inner = longForm(type);
  if (inner instanceof z.ZodObject) {
    return Object.entries<z.core.$ZodType>(inner.shape).flatMap(([key, field]) => [
      `${prefix}${key}`,
      ...pathsOf(field, `${prefix}${key}.`),
    ]);
  }
  if (inner instanceof z.ZodRecord) return pathsOf(inner.valueType, `${prefix}*.`);
  if (inner instanceof z.ZodArray) return pathsOf(inner.element, `${prefix.slice(0, -1)}[].`);
  return [];
}
