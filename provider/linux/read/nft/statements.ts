import { z } from "zod";
import { Pattern, Selector, SetName } from "./expressions";

/** Statements of `nft -j`, each an object with one key. See libnftables-json(5), STATEMENTS. */

export type Statement =
  | { readonly is: "match"; readonly op: string; readonly left: Selector; readonly right: Pattern }
  | { readonly is: "accept" | "drop" | "return" | "continue" | "counter" | "log" }
  /** `icmp`, `icmpv6`, `icmpx` or `tcp reset`. */
  | { readonly is: "reject"; readonly type?: string | undefined }
  | { readonly is: "jump" | "goto"; readonly target: string }
  | Translation
  /** A verdict for each of several patterns. */
  | { readonly is: "vmap"; readonly key: Selector; readonly elements: Elements<Statement> }
  /** `unit` is the unit of the limit. Default: packets. */
  | {
      readonly is: "limit";
      readonly rate: number;
      readonly unit?: string | undefined;
      readonly per: string;
      readonly isOver: boolean;
    }
  | { readonly is: "quota" | "ct count"; readonly amount: string; readonly isOver: boolean }
  /** A reference to a named object, which other rules may share. */
  | { readonly is: "named"; readonly word: "limit" | "quota"; readonly name: string }
  /** `add @SET` or `meter NAME`: adds a value of the packet to a set, optionally with a counter for each element. */
  | {
      readonly is: "set";
      readonly words: string;
      readonly key: Selector;
      readonly statements: readonly Statement[];
    }
  | { readonly is: "mangle"; readonly key: Selector; readonly value: Pattern }
  /** A statement that affects neither the verdict nor the destination. */
  | { readonly is: "aside"; readonly word: string; readonly listed: unknown }
  | { readonly is: "other"; readonly word: string; readonly listed: unknown };

export interface Translation {
  readonly is: "dnat" | "snat" | "masquerade" | "redirect";
  /** `ip` or `ip6`, in a table of both families. */
  readonly family?: string | undefined;
  readonly addr?: Target | undefined;
  readonly port?: Target | undefined;
  /** Whether it maps a network to another address by address, instead of choosing one address. */
  readonly isNetmap?: boolean | undefined;
}

/** The translation of a packet: the same for all, or by a map. */
export type Target =
  | Pattern
  | { readonly is: "map"; readonly key: Selector; readonly elements: Elements<Pattern> };

/** The elements of a map, or its name. */
export type Elements<T> = string | readonly (readonly [pattern: Pattern, value: T])[];

const Listed = z.record(z.string(), z.unknown());

export const Statement: z.ZodType<Statement> = Listed.transform((listed): Statement => {
  const [word = "", value] = Object.entries(listed)[0] ?? [];
  const unread = { is: ASIDE.includes(word) ? "aside" : "other", word, listed: value } as const;
  return STATEMENTS[word]?.safeParse(value).data ?? unread;
});

const plain = (is: "accept" | "drop" | "return" | "continue" | "counter" | "log") =>
  z.unknown().transform((): Statement => ({ is }));

const jump = (is: "jump" | "goto") =>
  z.object({ target: z.string() }).transform(({ target }): Statement => ({ is, target }));

const mapOf = <T>(value: z.ZodType<T>) =>
  z
    .object({
      key: Selector,
      data: z.union([
        SetName,
        z.object({ set: z.array(z.tuple([Pattern, value])) }).transform(({ set }) => set),
      ]),
    })
    .transform(({ key, data }) => ({ key, elements: data }));

const Target: z.ZodType<Target> = z.union([
  z.object({ map: mapOf(Pattern) }).transform(({ map }): Target => ({ is: "map", ...map })),
  Pattern,
]);

const Flags = z.union([z.string(), z.array(z.string())]).default([]);

const translation = (is: Translation["is"]) =>
  z
    .object({
      family: z.string().optional(),
      addr: Target.optional(),
      port: Target.optional(),
      flags: Flags,
    })
    .nullable()
    .transform((target): Statement => {
      if (!target) return { is };
      const { flags, ...rest } = target;
      return { is, ...rest, ...(flags.includes("netmap") && { isNetmap: true }) };
    });

const named = (word: "limit" | "quota") =>
  z.string().transform((name): Statement => ({ is: "named", word, name }));

const isOver = z.boolean().default(false);

/** The statements on elements of a set, one or several. */
const OnElements = z
  .union([z.array(z.lazy(() => Statement)), z.lazy(() => Statement).transform((one) => [one])])
  .default([]);

const STATEMENTS: Readonly<Record<string, z.ZodType<Statement>>> = {
  accept: plain("accept"),
  drop: plain("drop"),
  return: plain("return"),
  continue: plain("continue"),
  counter: plain("counter"),
  log: plain("log"),
  reject: z
    .object({ type: z.string().optional() })
    .nullable()
    .transform((how): Statement => ({ is: "reject", type: how?.type })),
  jump: jump("jump"),
  goto: jump("goto"),
  dnat: translation("dnat"),
  snat: translation("snat"),
  masquerade: translation("masquerade"),
  redirect: translation("redirect"),
  match: z
    .object({ op: z.string(), left: Selector, right: Pattern })
    .transform((match): Statement => ({ is: "match", ...match })),
  vmap: mapOf(z.lazy(() => Statement)).transform((map): Statement => ({ is: "vmap", ...map })),
  limit: z.union([
    named("limit"),
    z.object({ rate: z.number(), rate_unit: z.string().optional(), per: z.string(), inv: isOver }).transform(
      ({ rate, rate_unit, per, inv }): Statement => ({
        is: "limit",
        rate,
        unit: rate_unit,
        per,
        isOver: inv,
      }),
    ),
  ]),
  quota: z.union([
    named("quota"),
    z
      .object({ val: z.number(), val_unit: z.string().default("bytes"), inv: isOver })
      .transform(
        ({ val, val_unit, inv }): Statement => ({ is: "quota", amount: `${val} ${val_unit}`, isOver: inv }),
      ),
  ]),
  "ct count": z
    .object({ val: z.number(), inv: isOver })
    .transform(({ val, inv }): Statement => ({ is: "ct count", amount: String(val), isOver: inv })),
  set: z.object({ op: z.string(), set: z.string(), elem: Selector, stmt: OnElements }).transform(
    ({ op, set, elem, stmt }): Statement => ({
      is: "set",
      words: `${op} ${set}`,
      key: elem,
      statements: stmt,
    }),
  ),
  meter: z
    .object({ name: z.string(), key: Selector, stmt: OnElements })
    .transform(
      ({ name, key, stmt }): Statement => ({ is: "set", words: `meter ${name}`, key, statements: stmt }),
    ),
  mangle: z
    .object({ key: Selector, value: Pattern })
    .transform((mangle): Statement => ({ is: "mangle", ...mangle })),
};

const ASIDE = ["notrack", "ct helper", "ct timeout", "ct expectation", "last"];
