import type { Composite } from "../../provider/composites/composite";
import * as engine from "../../provider/composites/lifecycle";
import type { Args } from "../../provider/engine/definition";
import { PartialError } from "../../provider/linux/errors";
import type { Host } from "../../provider/linux/host/host";
import { localHost } from "../../provider/linux/host/local/localHost";
import { checkedComposite } from "./composite";

/** One composite on the real kernel, operated as the engine does it. */
export class LivingComposite {
  private constructor(
    private readonly composite: Composite,
    /** Identifies the resource: another URN means another mark. */
    public name: string,
    public state: Args,
  ) {}

  /** check, create */
  static async create(
    composite: Composite,
    given: Args,
    host: Host = localHost,
    name = "it",
  ): Promise<LivingComposite> {
    const { state } = await engine.create(composite, host, checkedComposite(composite, given, name));
    return new LivingComposite(composite, name, state);
  }

  /** check, diff, and the resulting operation: update, or delete and create. */
  async become(given: Args, host: Host = localHost): Promise<"nothing" | "update" | `replace ${string}`> {
    const args = checkedComposite(this.composite, given, this.name);
    const { changes, replaces } = engine.diff(this.composite, host, this.state, args);
    if (!changes) return "nothing";
    if (replaces.length === 0) {
      await this.update(args, host);
      return "update";
    }
    await engine.remove(this.composite, host, this.state);
    this.state = (await engine.create(this.composite, host, args)).state;
    return `replace ${replaces.join(", ")}`;
  }

  private async update(args: Args, host: Host): Promise<void> {
    try {
      this.state = (await engine.update(this.composite, host, this.state, args)).state;
    } catch (error) {
      // As the engine does.
      if (error instanceof PartialError) this.state = { ...error.properties };
      throw error;
    }
  }

  /** read: takes the kernel's values into the state. Returns the changed places of the arguments, or "gone" if nothing is left. */
  async refresh(): Promise<string[]> {
    const seen = await engine.read(this.composite, localHost, this.state);
    if (!seen) return ["gone"];
    const { parts: _, ...before } = this.state;
    this.state = seen.state;
    return [...differentPlaces(before, seen.inputs, ""), ...notedPlaces(seen.state)];
  }

  /** delete */
  async remove(host: Host = localHost): Promise<void> {
    await engine.remove(this.composite, host, this.state);
  }
}

const isTree = (value: unknown): value is object => typeof value === "object" && value !== null;

function differentPlaces(one: unknown, other: unknown, path: string): string[] {
  if (!isTree(one) || !isTree(other)) return Object.is(one, other) ? [] : [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) =>
    differentPlaces(Reflect.get(one, key), Reflect.get(other, key), path === "" ? key : `${path}.${key}`),
  );
}

/** Observed fields without a place in the arguments, as `KEY: FIELD`. */
function notedPlaces({ parts }: Args): string[] {
  if (!isTree(parts)) return [];
  return Object.entries(parts).flatMap(([key, note]) =>
    Object.keys(Object(note).seen ?? {}).map((field) => `${key}: ${field}`),
  );
}
