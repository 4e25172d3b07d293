import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Args, Definition } from "../../provider/engine/definition";
import { kindsOfLink } from "../../provider/kinds";
import type { LinkFacts } from "../../provider/linux/linkTypes";

/** The rows of test/kinds/: a module per kind of link, with only its own options. */

/** One option of a kind of link, for every suite. */
interface OptionRow {
  /** A value other than the default. */
  readonly value: unknown;
  /** The words of `ip link … type TYPE` that set it. */
  readonly words: string;
  /** The fields of `info_data` that show it in `ip -j -d link`. */
  readonly shown: Readonly<Record<string, unknown>>;
  readonly effect: "replace" | "update";
  /** Refused values, with the reason that a person reads. */
  readonly refused: readonly (readonly [value: unknown, reason: string])[];
}

export interface LinkRows {
  readonly kind: string;
  /** By argument. */
  readonly options: Readonly<Record<string, OptionRow>>;
}

/** A kind of link with its rows. */
export interface TestedLink extends LinkRows {
  readonly definition: Definition;
  readonly links: LinkFacts;
  /** Every argument of the kind. */
  readonly fields: readonly string[];
}

const folder = join(__dirname, "../kinds");

/** Kinds with their own suites, which are older than the rows. */
const OWN_SUITES = ["Bridge", "VethPair"];

/** The module with the rows of a kind. */
export const rowsFileOf = (kind: string): string => `test/kinds/${kind[0]?.toLowerCase()}${kind.slice(1)}.ts`;

/** Kinds of link that every suite takes from their rows. */
export const kindsByRows = kindsOfLink.filter(({ kind }) => !OWN_SUITES.includes(kind));

/** Every kind of link with rows. test/unit/completeness.test.ts names kinds without them. */
export const testedLinks: readonly TestedLink[] = (existsSync(folder) ? readdirSync(folder) : [])
  .map((file): LinkRows => require(join(folder, file)).rows)
  .flatMap((rows) =>
    kindsByRows
      .filter(({ kind }) => kind === rows.kind)
      .map((definition) => {
        const { links, schema } = definition;
        return { ...rows, definition, links, fields: Object.keys(schema.shape) };
      }),
  );

/** Arguments of every kind, with values other than the defaults. */
const SHARED: Args = {
  name: "link-0",
  namespace: "red",
  bridge: "v-net-0",
  mac: "02:00:00:00:00:20",
  mtu: 1400,
  up: false,
  deleteForeign: true,
  adopt: true,
};

/** Every argument of a kind, with values other than the defaults. */
export const allOf = ({ options, fields }: TestedLink): Args => ({
  ...Object.fromEntries(Object.entries(SHARED).filter(([field]) => fields.includes(field))),
  ...Object.fromEntries(Object.entries(options).map(([argument, { value }]) => [argument, value])),
});

/** The reason why this kernel cannot create links of a kind, or `undefined`. Tried in a separate network. */
export function lackingOf({ links: { type, kernel } }: Pick<TestedLink, "links">): string | undefined {
  const add = ["ip", "link", "add", "name", "try0", "type", type, ...(kernel.words ?? [])];
  const { status, stderr } = spawnSync("unshare", ["--map-root-user", "--net", ...add], { encoding: "utf8" });
  return status === 0 ? undefined : `this kernel lacks ${kernel.config}: ${stderr.trim()}`;
}
