import type { Definition } from "../definition";
import { address } from "./address";
import { bridge } from "./bridge";
import { filterRule } from "./filterRule";
import { namespace } from "./namespace";
import { natRule } from "./natRule";
import { neighbor } from "./neighbor";
import { policyRule } from "./policyRule";
import { route } from "./route";
import { sysctl } from "./sysctl";
import { vethPair } from "./vethPair";

/** Every kind of resource there is. */
export const definitions: readonly Definition[] = [
  namespace,
  vethPair,
  bridge,
  address,
  route,
  neighbor,
  policyRule,
  natRule,
  filterRule,
  sysctl,
];
