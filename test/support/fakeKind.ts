import { z } from "zod";
import type { Definition } from "../../provider/engine/definition";
import { type Command, ip } from "../../provider/linux/command";
import { CommandError } from "../../provider/linux/errors";
import type { Host } from "../../provider/linux/host/host";
import { HERE, MemoryRecords } from "./fakeHost";

/** Kinds for tests of behaviour that all kinds share. */

const LampArgs = z.object({
  name: z.string(),
  watts: z.number().max(100, "is too bright").default(60),
  colour: z.string().optional(),
  adopt: z.boolean().optional(),
});

type Lamp = z.output<typeof LampArgs> & { mark: string };

/** A lamp in the output of `ip show`. */
export interface Shown {
  readonly watts: number;
  readonly colour?: string;
  readonly mark?: string;
  readonly serial: number;
}

/** Needs three commands to create, and carries its own mark. */
export const lamp: Definition<Lamp, { serial: number }> = {
  kind: "Lamp",
  schema: LampArgs,
  identity: "name",
  onChange: { name: "replace", watts: "update", colour: "update", adopt: "update" },
  id: ({ name }) => `lamp ${name}`,
  objectNames: ({ name }) => [`lamp ${name}`],
  probe: ({ name }) => [ip(undefined, "show", name)],
  parse([answer]) {
    if (answer === undefined) return undefined;
    const { watts, colour, mark, serial }: Shown = JSON.parse(answer);
    return { args: { watts, colour }, outputs: { serial }, mark };
  },
  create: (lamp) => [
    ip(undefined, "add", lamp.name),
    ip(undefined, "mark", lamp.name, lamp.mark),
    ...change(lamp),
  ],
  update: (observed, lamp) => [
    ...(observed.mark === lamp.mark ? [] : [ip(undefined, "mark", lamp.name, lamp.mark)]),
    ...(observed.args.watts === lamp.watts && observed.args.colour === lamp.colour ? [] : change(lamp)),
  ],
  remove: (_, { name }) => [ip(undefined, "del", name)],
};

const change = ({ name, watts, colour }: Lamp): Command[] => [
  ip(undefined, "set", name, String(watts), colour ?? "white"),
];

/** Cannot carry a mark, so records name its owner. */
export const candle: typeof lamp = {
  ...lamp,
  kind: "Candle",
  id: ({ name }) => `candle ${name}`,
  create: (lamp) => [ip(undefined, "add", lamp.name), ...change(lamp)],
  update: (observed, lamp) =>
    observed.args.watts === lamp.watts && observed.args.colour === lamp.colour ? [] : change(lamp),
  isRecorded: () => true,
  isOurs: () => true,
  mayAdopt: () => false,
};

/** Has no dependents that its deletion would delete. */
export const bulb: typeof lamp = {
  ...lamp,
  kind: "Bulb",
  id: ({ name }) => `bulb ${name}`,
  hasNoDependents: true,
};

/** Always exists. */
export const sun: typeof lamp = {
  ...candle,
  kind: "Sun",
  id: ({ name }) => `sun ${name}`,
  create: change,
  remove: () => [],
  isShared: true,
};

/** A host that manages lamps. */
export class LampHost implements Host {
  readonly facts = HERE.facts;

  constructor(readonly id = HERE.id) {}

  readonly ran: string[] = [];
  readonly records = new MemoryRecords();
  readonly lamps = new Map<string, Shown>();

  async wait(): Promise<void> {}

  async run(command: Command): Promise<string> {
    const [verb = "", name = "", ...words] = command.args;
    this.ran.push([verb, name, ...words].join(" "));
    const found = this.lamps.get(name);
    if (verb === "add") {
      if (found) throw new CommandError("AlreadyExists", command, "");
      const [mark] = words;
      this.lamps.set(name, { watts: 60, colour: "white", serial: 7, ...(mark && { mark }) });
      return "";
    }
    if (!found) throw new CommandError("NotFound", command, "");
    if (verb === "show") return JSON.stringify(found);
    this.lamps.delete(name);
    if (verb !== "del") this.lamps.set(name, changed(found, verb, words));
    return "";
  }
}

function changed(
  { mark, ...lamp }: Shown,
  verb: string,
  [first = "", colour = ""]: readonly string[],
): Shown {
  if (verb === "mark") return { ...lamp, ...(first && { mark: first }) };
  return { ...lamp, ...(mark !== undefined && { mark }), watts: Number(first), colour };
}
