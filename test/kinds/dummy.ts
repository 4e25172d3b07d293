import type { LinkRows } from "../support/kindsOfLink";

/** A dummy has no options of its own. */
export const rows: LinkRows = { kind: "Dummy", options: {} };
