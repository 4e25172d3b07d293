import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { z } from "zod";
import { assertions } from "../../provider/assertions";
import { composites } from "../../provider/composites";
import { definitions } from "../../provider/kinds";
import { goodArgs } from "../support/goodArgs";

const root = resolve(__dirname, "../..");
const file = join(root, "docs", "kinds", "schema.json");

interface Script {
  schemaText(): string;
}

/** The parts of a JSON schema that this test reads. */
interface JsonSchema {
  readonly properties: Readonly<Record<string, { readonly minimum?: number; readonly maximum?: number }>>;
}

const { $defs }: { readonly $defs: Readonly<Record<string, JsonSchema>> } = JSON.parse(
  readFileSync(file, "utf8"),
);

describe("docs: JSON schema", function () {
  this.timeout(120_000);

  it("equals the sources; else run node scripts/argument-schema.mjs", async () => {
    const script: Script = await import(pathToFileURL(join(root, "scripts", "argument-schema.mjs")).href);
    expect(readFileSync(file, "utf8")).to.equal(script.schemaText());
  });

  it("has every kind", () => {
    const kinds = [...definitions, ...composites, ...assertions].map(({ kind }) => kind);
    expect(Object.keys($defs)).to.deep.equal(kinds.sort());
  });

  for (const { kind, schema } of [...definitions, ...composites, ...assertions]) {
    describe(kind, () => {
      const { properties } = $defs[kind] ?? { properties: {} };
      const json = () => z.fromJSONSchema($defs[kind] as z.core.JSONSchema.JSONSchema);

      it("accepts arguments that the provider accepts", () => {
        for (const args of goodArgs[kind] ?? expect.fail("there are no good arguments")) {
          expect(json().safeParse(args).error?.issues ?? [], JSON.stringify(args)).to.deep.equal([]);
        }
      });

      it("refuses a value of another type in every field, as the provider does", () => {
        const [good = {}] = goodArgs[kind] ?? [];
        for (const field of Object.keys(properties)) {
          const wrong = { ...good, [field]: [[[]]] };
          expect([json().safeParse(wrong).success, schema.safeParse(wrong).success], field).to.deep.equal([
            false,
            false,
          ]);
        }
      });

      it("refuses an unknown field", () => {
        const [good = {}] = goodArgs[kind] ?? [];
        expect(json().safeParse({ ...good, intreface: "eth0" }).success).to.equal(false);
      });

      it("has the bounds of the provider", () => {
        const fields: Readonly<Record<string, z.ZodType>> = schema.shape;
        for (const [name, { minimum, maximum }] of Object.entries(properties)) {
          if (minimum === undefined || maximum === undefined) continue;
          // Some fields accept only even numbers, or only some bits, so the last number may be invalid.
          const verdicts = [minimum - 1, minimum, maximum + 1].map(
            (value) => fields[name]?.safeParse(value).success,
          );
          expect(verdicts, name).to.deep.equal([false, true, false]);
        }
      });
    });
  }
});
