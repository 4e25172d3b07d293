import { type Answer, type Command, printCommand } from "../command";
import { CommandError } from "../errors";
import { Attempt, isWait, type Outcome, type Plan, type PlanStep } from "../plan";
import type { Host } from "./host";
import { oneByOne } from "./oneByOne";

/** Runs changes in order up to the first failure, then the looks as in `ask`. */
export const runAll = (
  host: Host,
  changes: readonly Command[],
  looks: readonly Command[] = [],
): Promise<Answer[]> =>
  host.runAll?.(changes, looks) ?? oneByOne((command) => host.run(command), changes, looks);

/** Runs reading commands concurrently. "Not found" is an answer; any other failure is thrown. */
export const ask = (host: Host, commands: readonly Command[]): Promise<Answer[]> =>
  runAll(host, [], commands);

/** Runs the steps of a plan and returns its result. */
export async function runPlan<T>(host: Host, plan: Plan<T>): Promise<T> {
  let step = plan.next([]);
  while (!step.done) step = await following(host, plan, step.value);
  return step.value;
}

/** Passes a failure into the plan, which may have something to restore. */
async function following<T>(host: Host, plan: Plan<T>, step: PlanStep): Promise<IteratorResult<PlanStep, T>> {
  let answers: readonly Answer[];
  try {
    answers = await answersTo(host, step);
  } catch (error) {
    return plan.throw(error);
  }
  return plan.next(answers);
}

async function answersTo(host: Host, step: PlanStep): Promise<readonly Answer[]> {
  if (isWait(step)) await host.wait(step.milliseconds);
  else if (step instanceof Attempt)
    step.outcomes = await Promise.all(
      step.commands.map((command) => outcomeOf(host, command, step.isPermitted)),
    );
  else return ask(host, step);
  return [];
}

async function outcomeOf(host: Host, command: Command, isPermitted: boolean): Promise<Outcome> {
  try {
    return { isOk: true, text: await host.run(command) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { reason, stderr } = error;
    if (reason === "NotPermitted" && isPermitted && lacksRights(command, stderr)) throw error;
    return { isOk: false, reason, stderr: stderr || printCommand(command) };
  }
}

/** Whether this process lacks rights. The kernel prints the same for packets that a rule or a route prohibits. */
const lacksRights = ({ tool }: Command, stderr: string): boolean =>
  /^(nft|ip6?tables-)/.test(tool) || /network namespace/.test(stderr);
