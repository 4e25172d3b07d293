import type { Assertion } from "./assertion";
import { reachability } from "./reachability";

/** Every kind that makes nothing and only looks. */
export const assertions: readonly Assertion[] = [reachability];
