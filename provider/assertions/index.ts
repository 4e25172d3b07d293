import type { Assertion } from "./assertion";
import { reachability } from "./reachability";

/** All kinds that create nothing and check a condition. */
export const assertions: readonly Assertion[] = [reachability];
