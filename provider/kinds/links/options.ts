import type { Args, Effect } from "../../engine/definition";
import type { Link } from "../../linux/read/link";

/** The options of a kind of link as a table: argument, words of `ip link`, field of `ip -j -d link`. */

/** The two forms of an option's value: words to type, and a field that `ip -j -d link` prints. */
interface Form<T> {
  write(value: T): string;
  read(field: unknown): T;
}

export interface Option<T = unknown> {
  /** The word of `ip link … type TYPE` that the value follows; also the field in `info_data`. */
  readonly word: string;
  readonly form: Form<T>;
  readonly onChange: Effect;
  /** The value that a new link has if nothing sets it. Default: the default of the schema. */
  readonly born?: T;
}

/** A kind's options by argument. Their order is that of the words. */
export type Options = Readonly<Record<string, Option>>;

export const flag: Form<boolean> = {
  write: (value) => (value ? "1" : "0"),
  read: (field) => Number(field) !== 0,
};

/** A whole number; `ip` prints some in hexadecimal. */
export const wholeNumber: Form<number> = { write: String, read: Number };

/** Seconds that the kernel counts in hundredths. */
export const hundredths: Form<number> = {
  write: (seconds) => String(Math.round(seconds * 100)),
  read: (field) => Number(field) / 100,
};

/** The words for options whose value differs. An option that stays is not mentioned, as a kernel may lack it. */
export const optionWords = (options: Options, observed: Args, asked: Args): string[] =>
  Object.entries(options).flatMap(([argument, { word, form }]) => {
    const value = asked[argument];
    return value === undefined || value === observed[argument] ? [] : [word, form.write(value)];
  });

/** The options that a link has. One that the kernel does not print is left out. */
export function optionsOf(options: Options, { linkinfo }: Link): Args {
  const data = linkinfo?.info_data ?? {};
  return Object.fromEntries(
    Object.entries(options).flatMap(([argument, { word, form }]) =>
      word in data ? [[argument, form.read(data[word])]] : [],
    ),
  );
}
