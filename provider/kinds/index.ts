import type { Definition } from "../engine/definition";
import { address } from "./address";
import { bridge } from "./bridge";
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

/** Every kind of resource there is, each after those that it may hang on. */
export const definitions: readonly Definition[] = [
  namespace,
  bridge,
  vethPair,
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

/** The kind of this name; `undefined` where this version knows none. */
export const definitionOf = (name: string | undefined): Definition | undefined =>
  definitions.find(({ kind }) => kind === name);
