import fc from "fast-check";
import type { Item, Program } from "../program";

/** A resource to add to a program, if it fits there. */
export type Growth<I extends Item = Item> = (program: Program) => I | undefined;

/** Chooses among the items of any program; see `picked`. */
export const pick = fc.nat({ max: 999 });

/** As often absent as given: of `freq` draws one is absent, so 1 would never give any. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** Absent in most cases. */
export const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Unicast, but never from a mark, whose addresses begin with 02. */
export const mac = fc.integer({ min: 1, max: 250 }).map((byte) => `06:00:00:00:00:${hex(byte)}`);

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

export const byName = fc.boolean();

/** The names of a program's resources. */
export const namesIn = (program: Program): string[] => program.map(({ name }) => name);
