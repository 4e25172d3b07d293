import { z } from "zod";
import { ethernetFields, ownerFields, placeFields, portFields, stateFields } from "./links/fields";
import { kindOfLink } from "./links/kindOfLink";

export const DummyArgs = z.object({
  ...placeFields,
  ...portFields,
  ...ethernetFields,
  ...stateFields,
  ...ownerFields,
});

/** A link without another end, which drops every packet sent to it. See ip-link(8). */
export const dummy = kindOfLink({
  kind: "Dummy",
  schema: DummyArgs,
  link: { type: "dummy", frames: "nowhere", kernel: { config: "CONFIG_DUMMY" } },
  options: {},
});
