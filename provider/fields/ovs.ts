import { linkName } from "./common";

/** The name of an Open vSwitch bridge or port: a link name that `ovs-vsctl` cannot mistake for something else. */
export const ovsName = linkName.refine(
  (name) => !name.startsWith("@"),
  "may not start with `@`: ovs-vsctl would read it as a row of the same call",
);
