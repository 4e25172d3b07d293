import type { z } from "zod";
import type { Args, Effect, Problem } from "../engine/definition";
import type { Host } from "../linux/host/host";

/** What a look has shown. */
export type Verdict =
  | { readonly holds: true; readonly outputs: Args }
  /** `reason` says what is otherwise, in a sentence. */
  | { readonly holds: false; readonly reason: string };

/** There is nothing to look from any more, so that nothing holds there. */
export class PlaceGoneError extends Error {
  override readonly name = "PlaceGoneError";
}

/**
 * A kind that makes nothing: it says of the network how it is to be, and fails where it is not. Every change of its
 * arguments is a reason to look again.
 */
export interface Assertion {
  readonly kind: string;
  /** Validation, defaults, types and docs. */
  readonly schema: z.ZodObject;
  readonly onChange: Readonly<Record<string, Effect>>;
  /** Readable and stable; two of a program may well say the same. */
  id(args: Args): string;
  /** Problems between fields; asked once all fields are valid by themselves. What is not known yet cannot be read, and ends it. */
  problems(args: Args): readonly Problem[];
  /** Looks once; throws what kept it from looking, a `PlaceGoneError` where the place is gone. */
  look(host: Host, args: Args): Promise<Verdict>;
  /** How often to look before it counts as not holding, and what a look has to show to end that. */
  patience(args: Args): { readonly looks: number; readonly endsAt: "first success" | "first failure" };
  /** Why it does not hold, for a person who is to fix it. */
  explain(host: Host, args: Args): Promise<string>;
}
