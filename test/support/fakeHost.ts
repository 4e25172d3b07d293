import { setImmediate as turn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { type Command, printCommand } from "../../provider/linux/command";
import { CommandError, type Reason } from "../../provider/linux/errors";
import type { Host } from "../../provider/linux/host/host";
import { routeTableNamed } from "../../provider/linux/host/local/routeTables";
import type { HostToCheck } from "../../provider/linux/host/perHost";
import type { BrokenRecord, ObjectKey, OwnerRecord, Records } from "../../provider/linux/host/records";

/** The host on which tests check arguments and work. */
export const HERE: HostToCheck = { id: "localhost", facts: { routeTableNamed } };

/** The output of a command, or the reason of its failure. A function is called each time. */
export type Scripted = string | { readonly fails: Reason } | ((command: Command) => Scripted);

/**
 * A host that runs nothing. It answers by a script, whose keys are beginnings of commands as a person would type them; the longest match
 * counts. It records the commands. A command without an answer prints nothing.
 */
export class FakeHost implements Host {
  readonly ran: string[] = [];
  readonly records = new MemoryRecords();
  readonly facts = HERE.facts;

  constructor(
    private readonly script: Readonly<Record<string, Scripted>> = {},
    /** Fake hosts are one machine, unless a test is about several. */
    readonly id = HERE.id,
  ) {}

  /** Waits are recorded among the commands, and take no time. */
  async wait(milliseconds: number): Promise<void> {
    this.ran.push(`sleep ${milliseconds / 1000}`);
    await turn();
  }

  async run(command: Command): Promise<string> {
    const text = printCommand(command);
    this.ran.push(text);
    // A real command lets others have their turn.
    await turn();
    const [key] = Object.keys(this.script)
      .filter((start) => text.startsWith(start))
      .sort((a, b) => b.length - a.length);
    return settle(key === undefined ? "" : this.script[key], command);
  }
}

type Kept = OwnerRecord & { readonly namespace: string | undefined; readonly link?: string | undefined };

/** Records that end with the test. */
export class MemoryRecords implements Records {
  kept: readonly Kept[] = [];

  async find(key: ObjectKey): Promise<readonly OwnerRecord[]> {
    return this.kept.filter((record) => isOf(record, key));
  }

  async within(namespace: string | undefined): Promise<readonly OwnerRecord[]> {
    return this.kept.filter((record) => record.namespace === namespace);
  }

  async save(key: ObjectKey, record: Pick<OwnerRecord, "mark" | "args" | "former">): Promise<void> {
    this.kept = [...this.without(key, record.mark), { ...keyIn(key), ...record, inode: 1 }];
  }

  async drop(key: ObjectKey, mark: string): Promise<void> {
    this.kept = this.without(key, mark);
  }

  async dropAll(namespace: string): Promise<void> {
    this.kept = this.kept.filter((record) => record.namespace !== namespace);
  }

  async dropOn(namespace: string | undefined, link: string): Promise<void> {
    this.kept = this.kept.filter((record) => record.namespace !== namespace || record.link !== link);
  }

  async list(): Promise<readonly Kept[]> {
    return this.kept;
  }

  async broken(): Promise<readonly BrokenRecord[]> {
    return [];
  }

  async discard(): Promise<void> {}

  private without(key: ObjectKey, mark: string): readonly Kept[] {
    return this.kept.filter((record) => record.mark !== mark || !isOf(record, key));
  }
}

const keyIn = ({ kind, id, namespace }: ObjectKey): ObjectKey => ({ kind, id, namespace });

const isOf = (record: Kept, { formerIds = [], ...key }: ObjectKey): boolean =>
  [key.id, ...formerIds].some((id) => isDeepStrictEqual(keyIn(record), keyIn({ ...key, id })));

function settle(answer: Scripted | undefined, command: Command): string {
  if (typeof answer === "function") return settle(answer(command), command);
  if (typeof answer === "object") throw new CommandError(answer.fails, command, `it ${answer.fails}`);
  return answer ?? "";
}

/** Successive answers; the last one repeats. */
export function inTurn(...answers: readonly [Scripted, ...Scripted[]]): Scripted {
  let next = 0;
  return () => answers[Math.min(next++, answers.length - 1)] ?? "";
}

/** The answer "not found". */
export const absent: Scripted = { fails: "NotFound" };
