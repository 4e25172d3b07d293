import type { Check } from "../finding";
import { addresses } from "./addresses";
import { filters } from "./filters";
import { forwarding } from "./forwarding";
import { kernel } from "./kernel";
import { managers } from "./managers";
import { ports } from "./ports";
import { tools } from "./tools";

/** Every check, in the order of the report. */
export const checks: readonly Check[] = [tools, kernel, forwarding, filters, managers, ports, addresses];
