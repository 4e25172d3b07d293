import { type FramePath, framesOf } from "../../linux/linkTypes";
import type { Device } from "./network";

/** Decides how links pass frames on. */

type OfKind = Pick<Device, "kind">;

/** A link of a type without a kind, such as hardware or a tunnel, may lead anywhere. */
const pathOf = ({ kind }: OfKind): FramePath =>
  kind === "loopback" ? "nowhere" : (framesOf(kind) ?? "beyond");

/** Whether a link passes frames between its ports. */
export const isSwitch = (device: OfKind): boolean => pathOf(device) === "ports";

/** Whether a link is one end of a cable. */
export const isCableEnd = (device: OfKind): boolean => pathOf(device) === "peer";

/** Whether a link leads out of the visible network. */
export const leadsBeyond = (device: OfKind): boolean => pathOf(device) === "beyond";
