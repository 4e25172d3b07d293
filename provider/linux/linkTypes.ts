/** The types of link that kinds of resource make. `kinds/index.ts` registers them: trace, graph and doctor know none by name. */

type Args = Readonly<Record<string, unknown>>;

/**
 * Where a frame goes that is sent by a link: to the ports of the link, to its other end, nowhere, or beyond what can be
 * looked into.
 */
export type FramePath = "ports" | "peer" | "nowhere" | "beyond";

/** One link that a resource makes, in its arguments. A refresh that did not find a link leaves no name. */
export interface MadeLink {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly bridge?: string | undefined;
  readonly mtu?: number | undefined;
  readonly up?: boolean | undefined;
}

export interface LinkFacts<A = Args> {
  /** Its type in `ip link add type` and in `info_kind` of `ip -j -d link`. */
  readonly type: string;
  readonly frames: FramePath;
  /** The requirements on a kernel. */
  readonly kernel: {
    /** The option that the kernel is built with, such as `CONFIG_BRIDGE`. */
    readonly config: string;
    /** The words that creation needs besides the type, for a trial. Default: none. */
    readonly words?: readonly string[];
    /** Whether hardly a program does without it. */
    readonly isBasic?: true;
  };
  /** The links that a resource with these arguments makes. */
  linksOf(args: A): readonly MadeLink[];
}

/** A kind of resource that makes links. */
export interface LinkKind {
  readonly kind: string;
  readonly links: LinkFacts;
}

let registered: readonly LinkKind[] = [];

export const registerLinkKinds = (kinds: readonly LinkKind[]): void => {
  registered = kinds;
};

/** The facts of a kind by its name in marks; `undefined` if it makes no links. */
export const linkFactsOf = (kind: string): LinkFacts | undefined =>
  registered.find((one) => one.kind === kind)?.links;

/** Where links of a type send frames; `undefined` for a type that no kind makes. */
export const framesOf = (type: string): FramePath | undefined =>
  registered.find(({ links }) => links.type === type)?.links.frames;
