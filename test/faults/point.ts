/** A fault and its place, written `seed:up:12:after:cli:checkpoints`. */
export interface Point {
  readonly program: Program;
  readonly operation: Operation;
  /**
   * Before or after the tool runs in the operation's NUMBER-th call that changes something, or in the middle of the NUMBER-th batch (`ip
   * -batch`). Absent: during the whole operation.
   */
  readonly at: { readonly number: number; readonly moment: Moment } | undefined;
  readonly fault: string;
  readonly mode: Mode;
}

/** The example `seed`, of single kinds, and the project `composites`, of a Topology and a Node. */
export type Program = (typeof programs)[number];
/** `change` is an `up` of a changed program. */
export type Operation = (typeof operations)[number];
type Moment = "before" | "after" | "amid";
export type Mode = (typeof modes)[number];

/** The number of calls per operation of a program that change something, and how many of them are batches. */
export type Boundaries = {
  readonly [O in Operation]?: { readonly calls: number; readonly batches: number } | undefined;
};

const moments = ["before", "after"] as const;
export const programs = ["seed", "composites"] as const;
const operations = ["up", "change", "destroy"] as const;
const modes = ["checkpoints", "no-checkpoints"] as const;

/** The processes to kill with -9. */
export const victims = ["provider", "cli", "both"] as const;
/** The error of a tool, or `tool` if the tool itself is killed. */
export const errors = ["ENOBUFS", "EBUSY", "EEXIST", "tool"] as const;
/** Tools that the program requires. */
const needed = ["ip", "nft", "sysctl", "flock"] as const;

export const missingTool = (fault: string): string | undefined => /^missing-(.*)$/.exec(fault)?.[1];

export const isOneOf = (values: readonly string[], value: string): boolean => values.includes(value);

export const idOf = ({ program, operation, at, fault, mode }: Point): string =>
  [program, operation, ...(at ? [at.number, at.moment] : []), fault, mode].join(":");

const pattern = new RegExp(
  `^(${programs.join("|")}):(${operations.join("|")})(?::(\\d+):(before|after|amid))?:([\\w-]+):(${modes.join("|")})$`,
);

export function parsePoint(id: string): Point | undefined {
  const [, program, operation, number, moment, fault, mode] = pattern.exec(id) ?? [];
  if (fault === undefined) return undefined;
  return {
    program: oneOf(programs, program),
    operation: oneOf(operations, operation),
    at: number === undefined ? undefined : { number: Number(number), moment: momentOf(moment) },
    fault,
    mode: oneOf(modes, mode),
  };
}

/** The word that `text` is. The pattern accepts no others, so the first is never a fallback. */
const oneOf = <T extends string>(words: readonly [T, ...T[]], text: string | undefined): T =>
  words.find((word) => word === text) ?? words[0];

const momentOf = (text: string | undefined): Moment =>
  text === "before" || text === "amid" ? text : "after";

/** All points of a program, with kills first, as most depends on them. */
export const pointsOf = (program: Program, boundaries: Boundaries): Point[] => [
  ...crashes(program, boundaries),
  ...(program === "seed" ? others : composed)(boundaries).map((point) => ({ ...point, program })),
];

/**
 * Kills at every call. A kill after one call and before the next are nearly the same, and so are kills with and without checkpoints as
 * far as the kernel goes. Calls of single kinds get a point before, and every other one a point after. Parts of composites run side by
 * side, so their calls get one of the two. Modes and victims alternate, so that each meets all kinds of points.
 */
function crashes(program: Program, boundaries: Boundaries): Point[] {
  return operations.flatMap((operation) => {
    const { calls, batches } = boundaries[operation] ?? NONE;
    const momentsOf = (number: number): readonly Moment[] => {
      if (program === "composites") return [turned(moments, number)];
      return number % 2 === 0 ? moments : ["before"];
    };
    const places = [
      ...upTo(calls).flatMap((number) => momentsOf(number).map((moment) => ({ number, moment }))),
      ...upTo(batches).map((number) => ({ number, moment: "amid" as const })),
    ];
    // Moments repeat after two calls, which are two or three points. The others must not repeat at the same distance.
    return places.map((at, turn) => ({
      ...{ program, operation, at },
      fault: turned(victims, program === "seed" ? turn + Math.floor(turn / 3) : turn),
      mode: turned(modes, program === "seed" ? turn : Math.floor(at.number / 2)),
    }));
  });
}

const turned = <T>(list: readonly [T, ...T[]], turn: number): T => list[turn % list.length] ?? list[0];

const NONE = { calls: 0, batches: 0 };

type Place = Omit<Point, "program">;

/** `count` calls of an operation, evenly spread. */
const spread = (
  boundaries: Boundaries,
  operation: Operation,
  fault: string,
  count: number,
  moment: Moment,
  mode: Mode = "checkpoints",
): Place[] =>
  spots((boundaries[operation] ?? NONE).calls, count).map((number) => ({
    ...{ operation, fault, mode },
    at: { number, moment },
  }));

/** Damages to the results of `up` before the next run: to every record, and to the form of the state. */
const damages = ["broken-records", "old-state"] as const;

const damaged = damages.map(
  (fault) => ({ operation: "up", at: undefined, fault, mode: "checkpoints" }) as const,
);

/** Points that do not depend on the content of the program. */
function others(boundaries: Boundaries): Place[] {
  const alongside = (fault: string) =>
    ({ operation: "up", at: undefined, fault, mode: "checkpoints" }) as const;
  const at = (...words: Rest<typeof spread>) => spread(boundaries, ...words);
  return [
    ...needed.map((tool) => alongside(`missing-${tool}`)),
    ...errors.flatMap((error) => at("up", error, 3, "before")),
    ...errors.flatMap((error) => at("destroy", error, 2, "before")),
    ...moments.flatMap((moment) => at("up", "hang", 2, moment)),
    ...at("destroy", "hang", 1, "before"),
    ...modes.flatMap((mode) => at("up", "disk-full", 1, "after", mode)),
    ...at("destroy", "disk-full", 1, "after"),
    ...at("up", "torn", 1, "before"),
    ...["interrupt", "interrupt-twice"].flatMap((fault) => [
      ...at("up", fault, 2, "before"),
      ...at("destroy", fault, 1, "before"),
    ]),
    ...(["up", "destroy"] as const).flatMap((operation) => at(operation, "reboot", 1, "after")),
    alongside("reboot"),
    ...damaged,
  ];
}

type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;

/** Failures of one part among others: of single lines of sessions, and of whole sessions. */
const composed = (boundaries: Boundaries): Place[] => [
  ...errors.flatMap((error) => [
    ...spread(boundaries, "up", error, 3, "before"),
    ...spread(boundaries, "change", error, 2, "before", "no-checkpoints"),
    ...spread(boundaries, "destroy", error, 1, "before"),
  ]),
  ...spread(boundaries, "up", "tool", 2, "after"),
  // Kills the process that holds all sessions; the lines in progress fail with it.
  ...spread(boundaries, "up", "sessions", 2, "before"),
  ...spread(boundaries, "change", "sessions", 1, "before", "no-checkpoints"),
  ...spread(boundaries, "up", "hang", 2, "before"),
  ...spread(boundaries, "change", "hang", 1, "before"),
  ...damaged,
];

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

/** `count` numbers from 1 to `last`, evenly spread. */
const spots = (last: number, count: number): number[] => [
  ...new Set(upTo(count).map((at) => Math.ceil(((at - 0.5) * last) / count))),
];
