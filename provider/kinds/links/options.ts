import type { Args, Effect } from "../../engine/definition";
import type { Link } from "../../linux/read/link";

/** The options of a kind of link as a table: argument, words of `ip link`, field of `ip -j -d link`. */

/** Writes the value of an option for `ip link`, and reads the field of `ip -j -d link`. */
interface Form<T> {
  write(value: T): string;
  read(field: unknown): T;
}

export interface Option<T = unknown> {
  /** The word of `ip link … type TYPE` before the value. `info_data` has a field of this name. */
  readonly word: string;
  readonly form: Form<T>;
  readonly onChange: Effect;
  /** The value of a new link that nothing sets. Default: the default of the schema. */
  readonly born?: T;
}

/** The options of a kind by argument, in the order of the words. */
export type Options = Readonly<Record<string, Option>>;

export const flag: Form<boolean> = {
  write: (value) => (value ? "1" : "0"),
  read: (field) => Number(field) !== 0,
};

/** A whole number, which `ip` may print in hexadecimal. */
export const wholeNumber: Form<number> = { write: String, read: Number };

/** Seconds, which the kernel counts in hundredths. */
export const hundredths: Form<number> = {
  write: (seconds) => String(Math.round(seconds * 100)),
  read: (field) => Number(field) / 100,
};

/**
 * Returns the words for options that differ. An unchanged option is omitted, because the kernel may not support it.
 */
export const optionWords = (options: Options, observed: Args, asked: Args): string[] =>
  Object.entries(options).flatMap(([argument, { word, form }]) => {
    const value = asked[argument];
    return value === undefined || value === observed[argument] ? [] : [word, form.write(value)];
  });

/** Returns the options of a link, without those that the kernel does not print. */
export function optionsOf(options: Options, { linkinfo }: Link): Args {
  const data = linkinfo?.info_data ?? {};
  return Object.fromEntries(
    Object.entries(options).flatMap(([argument, { word, form }]) =>
      word in data ? [[argument, form.read(data[word])]] : [],
    ),
  );
}
