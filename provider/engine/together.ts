import type { Answer, Command } from "../linux/command";
import type { Host } from "../linux/host/host";
import { runAll } from "../linux/host/runPlan";
import { sharing } from "../linux/host/sharing";
import type { Together } from "./definition";

/**
 * Merges operations on one list of rules: each step of all operations becomes one look, one change and one look. A look
 * reads the whole list, so the cost of separate operations would grow with the square of the number of rules.
 */

/**
 * Thrown if operations must run one by one after all. Either nothing was changed, or only the operation itself changed
 * anything.
 */
export class Alone extends Error {
  override readonly name = "Alone";
}

/** The request of one member in a step. */
interface Call {
  readonly member: Member;
  readonly changes: readonly Command[];
  readonly looks: readonly Command[];
  /** Answers to changes that were requested as looks. */
  readonly printed: readonly Answer[];
  resolve(answers: Answer[]): void;
  reject(error: unknown): void;
}

interface Member {
  /** The place of this member among those that wait for the same turn. */
  readonly number: number;
  /** The number of changes made when this member last looked. */
  lookedAt: number;
}

/** The members of one group. A step begins once every remaining member waits for it. */
export class Meeting {
  private waiting: Call[] = [];
  private made = 0;
  private members = 0;
  /** Answers to the latest looks. */
  private observed: readonly Answer[] = [];

  constructor(
    private readonly base: Host,
    private left: number,
    private readonly together: Pick<Together, "isChange" | "merge">,
  ) {}

  /** Returns the host as seen by one member. */
  host(): Host {
    const member: Member = { number: this.members++, lookedAt: -1 };
    const runAll: Host["runAll"] = (changes, looks) =>
      new Promise((resolve, reject) => {
        this.waiting.push({ ...this.writing(changes, looks), member, resolve, reject });
        this.stepIfAllWait();
      });
    return { ...sharing(this.base), runAll };
  }

  /** Called when a member has ended, whether or not it failed. */
  leave(): void {
    this.left--;
    this.stepIfAllWait();
  }

  /** Steps of a removal run their changes as looks, which may answer "not found". */
  private writing(changes: readonly Command[], looks: readonly Command[]) {
    const isWriting =
      changes.length === 0 && looks.length === 1 && looks.every((look) => this.together.isChange(look));
    return isWriting ? { changes: looks, looks: [], printed: [""] } : { changes, looks, printed: [] };
  }

  private stepIfAllWait(): void {
    if (this.left === 0 || this.waiting.length < this.left) return;
    // A remote host answers in any order, but members keep their turns.
    const calls = this.waiting.sort((one, other) => one.member.number - other.member.number);
    this.waiting = [];
    void this.step(calls);
  }

  private async step(calls: readonly Call[]): Promise<void> {
    const going = await this.change(calls);
    const looks = new Map(going.flatMap((call) => call.looks.map((look) => [JSON.stringify(look), look])));
    try {
      const answers = await runAll(this.base, [], [...looks.values()]);
      const told = new Map([...looks.keys()].map((key, at) => [key, answers[at]]));
      if (looks.size > 0) this.observed = answers;
      for (const { looks: asked, printed, member, resolve } of going) {
        if (asked.length > 0) member.lookedAt = this.made;
        resolve([...printed, ...asked.map((look) => told.get(JSON.stringify(look)))]);
      }
    } catch (error) {
      for (const { reject } of going) reject(error);
    }
  }

  /** Makes the changes of a step. Returns the calls that may continue. */
  private async change(calls: readonly Call[]): Promise<readonly Call[]> {
    const changing = calls.filter(({ changes }) => changes.length > 0);
    if (changing.length === 0) return calls;
    const isFresh = changing.every(({ member }) => member.lookedAt === this.made);
    const operations = changing.map(({ changes }) => changes);
    const merged = this.together.merge(operations, isFresh ? this.observed : undefined);
    this.made++;
    const failed = new Set<Call>();
    const refuse = (call: Call, error: unknown) => {
      failed.add(call);
      call.reject(error);
    };
    try {
      if (!merged) throw new Alone();
      await this.base.run(merged.command);
    } catch {
      // One change was refused, or the command was killed. Each member retries alone and finds its own result.
      for (const call of changing) refuse(call, new Alone());
    }
    for (const [at, call] of changing.entries()) {
      if (failed.has(call)) continue;
      try {
        await runAll(this.base, merged?.rest[at] ?? []);
      } catch (error) {
        refuse(call, error);
      }
    }
    return calls.filter((call) => !failed.has(call));
  }
}
