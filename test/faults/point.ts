/** Where a fault strikes, and which: written `up:12:after:cli:checkpoints`. */
export interface Point {
  readonly operation: Operation;
  /**
   * Before or after the tool runs in the operation's NUMBER-th call that changes something, or amid the work of the
   * NUMBER-th that does several things (`ip -batch`); absent: all along.
   */
  readonly at: { readonly number: number; readonly moment: Moment } | undefined;
  readonly fault: string;
  readonly mode: Mode;
}

export type Operation = "up" | "destroy";
type Moment = "before" | "after" | "amid";
export type Mode = "checkpoints" | "no-checkpoints";

/** How many calls of an operation change something, and how many of these do several things. */
export type Boundaries = Readonly<Record<Operation, { readonly calls: number; readonly batches: number }>>;

const moments = ["before", "after"] as const;
const operations = ["up", "destroy"] as const;
const modes = ["checkpoints", "no-checkpoints"] as const;

/** Who is killed with -9. */
export const victims = ["provider", "cli", "both"] as const;
/** What a tool says instead of working. */
export const errors = ["ENOBUFS", "EBUSY", "EEXIST"] as const;
/** Tools that the program cannot do without. */
const needed = ["ip", "nft", "sysctl", "flock"] as const;

export const missingTool = (fault: string): string | undefined => /^missing-(.*)$/.exec(fault)?.[1];

export const isOneOf = (values: readonly string[], value: string): boolean => values.includes(value);

export const idOf = ({ operation, at, fault, mode }: Point): string =>
  [operation, ...(at ? [at.number, at.moment] : []), fault, mode].join(":");

const pattern = /^(up|destroy)(?::(\d+):(before|after|amid))?:([\w-]+):(checkpoints|no-checkpoints)$/;

export function parsePoint(id: string): Point | undefined {
  const [, operation, number, moment, fault, mode] = pattern.exec(id) ?? [];
  if (fault === undefined) return undefined;
  return {
    operation: operation === "up" ? "up" : "destroy",
    at: number === undefined ? undefined : { number: Number(number), moment: momentOf(moment) },
    fault,
    mode: mode === "checkpoints" ? "checkpoints" : "no-checkpoints",
  };
}

const momentOf = (text: string | undefined): Moment =>
  text === "before" || text === "amid" ? text : "after";

/** All points: those where something is killed first, as most depends on them. */
export const pointsOf = (boundaries: Boundaries): Point[] => [...crashes(boundaries), ...others(boundaries)];

/** Every call in both modes, before and after and amid. The victims take turns, so that each meets all kinds of points. */
const crashes = (boundaries: Boundaries): Point[] =>
  modes.flatMap((mode, shift) =>
    operations.flatMap((operation) => {
      const { calls, batches } = boundaries[operation];
      const places = [
        ...upTo(calls).flatMap((number) => moments.map((moment) => ({ number, moment }))),
        ...upTo(batches).map((number) => ({ number, moment: "amid" as const })),
      ];
      return places.map((at, turn) => {
        const fault = victims[(turn + shift) % victims.length] ?? "both";
        return { operation, at, fault, mode };
      });
    }),
  );

function others(boundaries: Boundaries): Point[] {
  const spread = (
    operation: Operation,
    fault: string,
    count: number,
    moment: Moment,
    mode: Mode = "checkpoints",
  ) =>
    spots(boundaries[operation].calls, count).map((number) => ({
      operation,
      at: { number, moment },
      fault,
      mode,
    }));
  const alongside = (fault: string) =>
    ({ operation: "up", at: undefined, fault, mode: "checkpoints" }) as const;
  return [
    ...needed.map((tool) => alongside(`missing-${tool}`)),
    ...errors.flatMap((error) => spread("up", error, 3, "before")),
    ...errors.flatMap((error) => spread("destroy", error, 2, "before")),
    ...moments.flatMap((moment) => spread("up", "hang", 2, moment)),
    ...spread("destroy", "hang", 1, "before"),
    ...modes.flatMap((mode) => spread("up", "disk-full", 1, "after", mode)),
    ...spread("destroy", "disk-full", 1, "after"),
    ...["interrupt", "interrupt-twice"].flatMap((fault) => [
      ...spread("up", fault, 2, "before"),
      ...spread("destroy", fault, 1, "before"),
    ]),
    ...operations.flatMap((operation) => spread(operation, "reboot", 1, "after")),
    alongside("reboot"),
  ];
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

/** `count` numbers from 1 to `last`, evenly spread. */
const spots = (last: number, count: number): number[] => [
  ...new Set(upTo(count).map((at) => Math.ceil(((at - 0.5) * last) / count))),
];
