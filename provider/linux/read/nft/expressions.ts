import { z } from "zod";

/** Expressions of `nft -j`, each an object with one key. See libnftables-json(5), EXPRESSIONS. */

/** The part of a packet that a rule examines. */
export type Selector =
  | { readonly is: "meta" | "ct"; readonly key: string }
  | { readonly is: "payload"; readonly protocol: string; readonly field: string }
  | { readonly is: "fib"; readonly result: string; readonly flags: readonly string[] }
  | { readonly is: "concat"; readonly parts: readonly Selector[] }

  /** Masked bits of another expression, as in `tcp flags & (fin | syn)`. */
  | { readonly is: "bits"; readonly of: Selector; readonly mask: Pattern }
  | { readonly is: "other"; readonly listed: unknown };

export type Word = string | number;

/** The value of a comparison. */
export type Pattern =
  | { readonly is: "word"; readonly word: Word }
  | { readonly is: "prefix"; readonly network: string }
  | { readonly is: "range"; readonly from: Word; readonly to: Word }
  /** An anonymous set, or several flags. */
  | { readonly is: "list"; readonly of: readonly Pattern[] }
  | { readonly is: "named"; readonly set: string }
  | { readonly is: "concat"; readonly parts: readonly Pattern[] }
  | { readonly is: "other"; readonly listed: unknown };

const Payload = z.object({ protocol: z.string(), field: z.string() });
const TcpOption = z.object({ name: z.string(), field: z.string().optional() });
const Flags = z.union([z.array(z.string()), z.string().transform((flag) => [flag])]);

const meta = z
  .object({ meta: z.object({ key: z.string() }) })
  .transform(({ meta: { key } }): Selector => ({ is: "meta", key }));
const ct = z
  .object({ ct: z.object({ key: z.string() }) })
  .transform(({ ct: { key } }): Selector => ({ is: "ct", key }));
const payload = z
  .object({ payload: Payload })
  .transform(({ payload }): Selector => ({ is: "payload", ...payload }));
const tcpOption = z.object({ "tcp option": TcpOption }).transform(
  ({ "tcp option": { name, field } }): Selector => ({
    ...{ is: "payload", protocol: "tcp" },
    field: ["option", name, ...(field === undefined ? [] : [field])].join(" "),
  }),
);
const fib = z
  .object({ fib: z.object({ result: z.string(), flags: Flags }) })
  .transform(({ fib }): Selector => ({ is: "fib", ...fib }));
const concatenated = z
  .object({ concat: z.array(z.lazy(() => Selector)) })
  .transform(({ concat }): Selector => ({ is: "concat", parts: concat }));
const bits = z
  .object({ "&": z.tuple([z.lazy(() => Selector), z.lazy(() => Pattern)]) })
  .transform(({ "&": [of, mask] }): Selector => ({ is: "bits", of, mask }));
const otherSelector = z.unknown().transform((listed): Selector => ({ is: "other", listed }));

export const Selector: z.ZodType<Selector> = z.union([
  meta,
  ct,
  payload,
  tcpOption,
  fib,
  concatenated,
  bits,
  otherSelector,
]);

const Word = z.union([z.string(), z.number()]);

const COUNTING = ["limit", "quota", "ct count"];

/** The name of a set or map, written `@NAME` in rules. */
export const SetName = z
  .string()
  .startsWith("@")
  .transform((name) => name.slice(1));

const named = SetName.transform((set): Pattern => ({ is: "named", set }));
const word = Word.transform((word): Pattern => ({ is: "word", word }));
const prefix = z
  .object({ prefix: z.object({ addr: z.string(), len: z.number() }) })
  .transform(({ prefix: { addr, len } }): Pattern => ({ is: "prefix", network: `${addr}/${len}` }));
const range = z
  .object({ range: z.tuple([Word, Word]) })
  .transform(({ range: [from, to] }): Pattern => ({ is: "range", from, to }));
const list = z
  .union([
    z.array(z.lazy(() => Pattern)),
    z.object({ set: z.array(z.lazy(() => Pattern)) }).transform(({ set }) => set),
  ])
  .transform((of): Pattern => ({ is: "list", of }));
const concat = z
  .object({ concat: z.array(z.lazy(() => Pattern)) })
  .transform(({ concat }): Pattern => ({ is: "concat", parts: concat }));
const element = z
  .object({ elem: z.looseObject({ val: z.lazy(() => Pattern) }) })
  // An element that counts is one only as long as it does not say stop.
  .transform(
    ({ elem }): Pattern => (COUNTING.some((word) => word in elem) ? { is: "other", listed: elem } : elem.val),
  );
const otherPattern = z.unknown().transform((listed): Pattern => ({ is: "other", listed }));

export const Pattern: z.ZodType<Pattern> = z.union([
  named,
  word,
  prefix,
  range,
  list,
  concat,
  element,
  otherPattern,
]);
