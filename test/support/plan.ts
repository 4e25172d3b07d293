import type { Command } from "../../provider/linux/command";
import { Attempt, isWait, type PlanStep } from "../../provider/linux/plan";

/** Returns the commands of a step; none for a pause. */
export const commandsIn = (step: PlanStep): readonly Command[] =>
  isWait(step) ? [] : step instanceof Attempt ? step.commands : step;
