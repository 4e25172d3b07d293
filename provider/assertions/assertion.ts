import type { z } from "zod";
import type { Args, Effect, Problem } from "../engine/definition";
import type { Host } from "../linux/host/host";

/** The result of one look. */
export type Verdict =
  | { readonly holds: true; readonly outputs: Args }
  /** `reason` is a sentence. */
  | { readonly holds: false; readonly reason: string };

/** The place to look from does not exist, so nothing can hold there. */
export class PlaceGoneError extends Error {
  override readonly name = "PlaceGoneError";
}

/**
 * A kind that creates nothing. It states a condition of the network and fails if the condition does not hold. Every
 * change of its arguments is a reason to look again.
 */
export interface Assertion {
  readonly kind: string;
  /** Validation, defaults, types and docs. */
  readonly schema: z.ZodObject;
  readonly onChange: Readonly<Record<string, Effect>>;
  /** A readable, stable id. Two assertions of a program may share it. */
  id(args: Args): string;
  /**
   * Problems between fields, checked once each field is valid on its own. Reading an unknown value aborts the check.
   */
  problems(args: Args): readonly Problem[];
  /** Looks once. Throws if it could not look, with a `PlaceGoneError` if the place does not exist. */
  look(host: Host, args: Args): Promise<Verdict>;
  /** The number of looks before the condition counts as not holding, and the result that ends them early. */
  patience(args: Args): { readonly looks: number; readonly endsAt: "first success" | "first failure" };
  /** Explains to a person why the condition does not hold and how to fix it. */
  explain(host: Host, args: Args): Promise<string>;
}
