import type { Command } from "../../provider/linux/command";
import type { Host, HostFacts } from "../../provider/linux/host/host";
import type { Records } from "../../provider/linux/host/records";

/** The host of a provider that is killed before its next change after `changes`. */
export class CrashingHost implements Host {
  readonly id: string;
  readonly facts: HostFacts;
  readonly records: Records;
  private isDead = false;

  constructor(
    private readonly host: Host,
    private changes: number,
    /** Whether a command only reads. */
    private readonly isLook: (command: Command) => boolean,
  ) {
    const { id, facts, records } = host;
    this.id = id;
    this.facts = facts;
    this.records = {
      find: (key, own) => this.alive(() => records.find(key, own)),
      save: (key, record) => this.change(() => records.save(key, record)),
      drop: (key, mark) => this.change(() => records.drop(key, mark)),
      within: (namespace) => this.alive(() => records.within(namespace)),
      dropAll: (namespace) => this.change(() => records.dropAll(namespace)),
      dropOn: (namespace, link) => this.change(() => records.dropOn(namespace, link)),
      list: () => this.alive(() => records.list()),
      broken: () => this.alive(() => records.broken()),
      discard: (broken) => this.change(() => records.discard(broken)),
    };
  }

  wait(milliseconds: number): Promise<void> {
    return this.alive(() => this.host.wait(milliseconds));
  }

  run(command: Command): Promise<string> {
    const act = () => this.host.run(command);
    return this.isLook(command) ? this.alive(act) : this.change(act);
  }

  private change<T>(act: () => Promise<T>): Promise<T> {
    this.isDead ||= this.changes-- === 0;
    return this.alive(act);
  }

  private async alive<T>(act: () => Promise<T>): Promise<T> {
    if (this.isDead) throw new Error("killed");
    return act();
  }
}
