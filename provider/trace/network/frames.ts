import { type FramePath, framesOf } from "../../linux/linkTypes";
import type { Device } from "./network";

/** Where links send frames. */

type OfKind = Pick<Device, "kind">;

/** A link of a type that no kind of resource makes may lead anywhere: hardware, tunnels. */
const pathOf = ({ kind }: OfKind): FramePath =>
  kind === "loopback" ? "nowhere" : (framesOf(kind) ?? "beyond");

/** Whether a link passes frames between its ports. */
export const isSwitch = (device: OfKind): boolean => pathOf(device) === "ports";

/** Whether a link is one end of a cable. */
export const isCableEnd = (device: OfKind): boolean => pathOf(device) === "peer";

/** Whether frames leave by a link to where nothing can be seen. */
export const leadsBeyond = (device: OfKind): boolean => pathOf(device) === "beyond";
