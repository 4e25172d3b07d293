import type { Composite } from "./composite";
import { node } from "./node";
import { topology } from "./topology";

/** Every kind of resource that consists of parts. */
export const composites: readonly Composite[] = [node, topology];
