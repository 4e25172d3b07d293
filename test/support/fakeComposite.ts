import { z } from "zod";
import { type Composite, keyOf, under } from "../../provider/composites/composite";
import type { Args, Definition } from "../../provider/engine/definition";
import type { Command } from "../../provider/linux/command";
import { CommandError, type Reason } from "../../provider/linux/errors";
import { LampHost, lamp } from "./fakeKind";

/** A composite for tests of behaviour that all composites share. */

const PendantArgs = lamp.schema.extend({
  colour: z.string().default("white"),
  from: z.string().optional(),
  length: z.number().default(1),
});

/** A lamp that may hang from another one. Another length replaces it. */
const pendant: Definition = {
  ...lamp,
  kind: "Pendant",
  schema: PendantArgs,
  onChange: { ...lamp.onChange, from: "replace", length: "replace" },
  id: ({ name }) => `lamp ${name}`,
  objectNames: ({ name }) => [`lamp ${name}`],
  needs: ({ from }) => (from === undefined ? [] : [`lamp ${from}`]),
};

/** A pendant whose deletion also deletes those that hang from it. */
const stem: Definition = { ...pendant, kind: "Stem", ownsNamespace: ({ name }) => String(name) };

const ChandelierArgs = z.object({
  name: z.string(),
  stem: z.strictObject({ watts: z.number().default(60) }).optional(),
  lamps: z.record(z.string(), PendantArgs.omit({ name: true, adopt: true }).strict()).default({}),
  /** In a list, and all of them white. */
  spares: z.array(z.strictObject({ name: z.string(), watts: z.number().default(60) })).default([]),
  /** The same, but optional. */
  candles: z.array(z.strictObject({ name: z.string() })).optional(),
  adopt: z.boolean().optional(),
});

export const chandelier: Composite<z.output<typeof ChandelierArgs>> = {
  kind: "Chandelier",
  schema: ChandelierArgs,
  identity: "name",
  replaceOn: ["name"],
  id: ({ name }) => name,
  parts: ({ stem: given, lamps, spares, candles = [], adopt }) => [
    ...(given
      ? [
          {
            ...{ key: keyOf(stem, "stem"), definition: stem, args: { ...given, name: "stem", adopt } },
            ...{ entry: ["stem"], fields: under(["stem"], ["watts"]) },
          },
        ]
      : []),
    ...Object.entries(lamps).map(([name, given]) => ({
      ...{ key: keyOf(pendant, name), definition: pendant, args: { ...given, name, adopt } },
      ...{ entry: ["lamps", name], fields: under(["lamps", name], ["watts", "colour", "from", "length"]) },
    })),
    ...spares.map((given, at) => ({
      ...{ key: keyOf(lamp, given.name), definition: lamp, args: { ...given, colour: "white", adopt } },
      ...{ entry: ["spares", at], fields: under(["spares", at], ["watts"]) },
    })),
    ...candles.map(({ name }, at) => ({
      ...{ key: keyOf(lamp, name), definition: lamp, args: { name, watts: 1, colour: "white", adopt } },
      ...{ entry: ["candles", at], fields: {} },
    })),
  ],
};

/** A host where commands with certain beginnings fail. */
export class FaultyHost extends LampHost {
  faults: Readonly<Record<string, Reason>> = {};

  override run(command: Command): Promise<string> {
    const text = command.args.join(" ");
    const [, reason] = Object.entries(this.faults).find(([start]) => text.startsWith(start)) ?? [];
    return reason ? Promise.reject(new CommandError(reason, command, "")) : super.run(command);
  }

  /** The changing commands since the last call. */
  changes(): string[] {
    return this.ran.splice(0).filter((text) => !text.startsWith("show "));
  }

  /** Every lamp as `NAME WATTS COLOUR`. */
  get lit(): string[] {
    return [...this.lamps].map(([name, { watts, colour }]) => `${name} ${watts} ${colour}`).sort();
  }
}

/** Arguments as `check` passes them on. */
export const chandelierArgs = (given: Args, mark: string): Args => ({
  ...ChandelierArgs.parse({ name: "c", ...given }),
  mark,
});
