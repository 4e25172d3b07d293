import { linkName } from "./common";

/** The name of a bridge or a port of Open vSwitch: as of any link, but for what `ovs-vsctl` would take for something else. */
export const ovsName = linkName.refine(
  (name) => !name.startsWith("@"),
  "may not start with `@`: ovs-vsctl would take it for a row that the same call makes",
);
