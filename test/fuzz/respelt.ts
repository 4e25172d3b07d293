import { Address6 } from "ip-address";
import type { Item, Program } from "./program";

/** The same arguments in other words: two names of one kernel object, two forms of one value. */

const LONG = /^(!?)([\da-f]*:[\da-f:]*)((?:\/\d+)?)$/i;

/** An IPv6 address or network written in full and in capitals. */
const inFull = (text: string): string =>
  text.replace(LONG, (_, sign: string, address: string, prefix: string) =>
    [sign, new Address6(address).canonicalForm().toUpperCase(), prefix].join(""),
  );

/** Keys of links use slashes, as names of links may contain dots. */
const otherKey = (key: string): string => {
  const other = key.replace("ipv4.ip_forward", "ipv4.conf.all.forwarding");
  return key.includes("/") || other !== key ? other : key.replaceAll(".", "/");
};

const TABLES: Readonly<Record<string, number>> = { default: 253, main: 254, local: 255 };

/** By argument. */
const spellings: Readonly<Record<string, (text: string) => unknown>> = {
  address: inFull,
  destination: inFull,
  via: inFull,
  source: inFull,
  from: inFull,
  mac: (text) => text.toUpperCase(),
  lladdr: (text) => text.toUpperCase(),
  table: (text) => TABLES[text] ?? text,
  key: otherKey,
};

/** Arguments that refer to a resource, or name one. */
const REFERENCES = ["interface", "namespace", "bridge", "name"];

/** The same program with its arguments in other words. */
export const respelt = (program: Program): Program => program.map(inOtherWords);

const inOtherWords = <I extends Item>(item: I): I => ({ ...item, args: respeltArgs(item.args) });

function respeltArgs<T>(value: T): T;
function respeltArgs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => respeltArgs(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === "sysctls") return [key, inner && respeltKeys(inner)];
      if (REFERENCES.includes(key)) return [key, inner];
      if (typeof inner === "string") return [key, spellings[key]?.(inner) ?? inner];
      return [key, respeltArgs(inner)];
    }),
  );
}

const respeltKeys = (sysctls: object): object =>
  Object.fromEntries(Object.entries(sysctls).map(([key, value]) => [otherKey(key), value]));
