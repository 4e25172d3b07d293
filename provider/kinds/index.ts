import type { Definition } from "../engine/definition";
import { registerKinds } from "../engine/registry";
import { type LinkFacts, registerLinkKinds } from "../linux/linkTypes";
import { address } from "./address";
import { bridge } from "./bridge";
import { dummy } from "./dummy";
import { filterRule } from "./filterRule/filterRule";
import { namespace } from "./namespace";
import { natRule } from "./natRule/natRule";
import { neighbor } from "./neighbor";
import { ovsBridge } from "./ovsBridge";
import { ovsPort } from "./ovsPort";
import { policyRule } from "./policyRule";
import { route } from "./route";
import { sysctl } from "./sysctl";
import { vethPair } from "./vethPair";

/** All kinds of resources, each after the kinds that it may depend on. */
export const definitions: readonly Definition[] = [
  namespace,
  bridge,
  vethPair,
  dummy,
  ovsBridge,
  ovsPort,
  address,
  neighbor,
  route,
  policyRule,
  sysctl,
  natRule,
  filterRule,
];

registerKinds(definitions);

/** The kinds of link. */
export const kindsOfLink: readonly (Definition & { readonly links: LinkFacts })[] = definitions.flatMap(
  (definition) => (definition.links ? [{ ...definition, links: definition.links }] : []),
);

registerLinkKinds(kindsOfLink);
