import type { Args } from "../engine/definition";
import { addressesIn, type Losses, lostTo } from "../engine/dependents";
import { difference } from "../engine/diff";
import { definitions } from "../kinds";
import type { HostId } from "../linux/host/perHost";
import type { Composite } from "./composite";
import { lineOf, type MovedParts, movedParts } from "./lists";
import { type Piece, piecesOf } from "./parts";
import { connectedBy, isLedElsewhere } from "./ways";

/** What has to be done to get from a state to arguments. */
export interface Plan {
  /** Parts of the state that are not wanted any more, or have to be made anew; each after those it hangs on. */
  readonly gone: readonly Piece[];
  /** Parts that are not there, or are by the time that others have been made anew. */
  readonly made: readonly Piece[];
  readonly changed: readonly { readonly was: Piece; readonly piece: Piece }[];
  /** Addresses that change their place in a list, by key: each is removed just before it is added again. */
  readonly moved: ReadonlyMap<string, Piece>;
  /** Parts that are as they are wanted. */
  readonly same: readonly Piece[];
  /** What becomes of objects that others may need. */
  readonly losses: Losses;
}

/** Dependents come later. So do routes with a gateway, as another route may make that reachable. */
const rankOf = ({ definition, checked }: Piece): number =>
  2 * definitions.indexOf(definition) +
  Number(checked["via"] !== undefined || checked["nexthops"] !== undefined);

/** The action for a part: create, recreate, change, or nothing. */
type Verdict = "make" | "replace" | "change" | "keep";

/** The plan for arguments that are all known. */
export function planOf(composite: Composite, host: HostId, olds: Args, args: Args): Plan {
  const pieces = piecesOf(composite, olds);
  const had = new Map(pieces.map((piece) => [piece.key, piece]));
  const wanted = piecesOf(composite, args);
  const kept = new Set(wanted.map(({ key }) => key));
  const [before, now] = [connectedBy(pieces), connectedBy(wanted)];
  // What the kernel takes along with these is made again, what they leave half-wired is mended: creation does either.
  const lost = new Set([...had.keys()].filter((key) => !kept.has(key)));
  const verdictOn = (piece: Piece): Verdict => {
    const was = had.get(piece.key);
    if (!was) return "make";
    const { changed, replaces } = difference(was.definition, was.checked, piece.checked);
    const isLost =
      was.note.failed === true ||
      was.on.some((owner) => lost.has(owner)) ||
      lostTo(piece.definition, host, piece.checked, args["mark"]).remade.length > 0;
    // Creation takes what has another mark for somebody else's.
    if (replaces.length > 0 || (isLost && was.checked["mark"] !== piece.checked["mark"])) return "replace";
    if (was.definition.kind === "Route" && isLedElsewhere(before, now, piece.checked)) return "replace";
    if (isLost) return "make";
    return changed.length > 0 ? "change" : "keep";
  };
  const replaced = new Set<string>();
  const moved = new Map<string, Piece>();
  const made: Piece[] = [];
  const changed: { was: Piece; piece: Piece }[] = [];
  const same: Piece[] = [];
  let moves: MovedParts | undefined;
  for (const piece of [...wanted].sort((one, other) => rankOf(one) - rankOf(other))) {
    const was = had.get(piece.key);
    const verdict = verdictOn(piece);
    if (!was) {
      made.push(piece);
      continue;
    }
    // Links come first, so the plan already knows which of them it recreates.
    moves ??=
      lineOf(piece) === undefined ? undefined : movedParts(pieces, wanted, standing(wanted, verdictOn));
    if (moves?.inTurn.has(piece.key)) moved.set(piece.key, was);
    if (verdict === "replace" || moves?.first.has(piece.key)) replaced.add(piece.key);
    if (verdict === "make" || replaced.has(piece.key) || moved.has(piece.key)) {
      lost.add(piece.key);
      made.push(piece);
    } else if (verdict === "change") changed.push({ was, piece });
    else same.push(was);
  }
  const gone = pieces.filter(({ key }) => !kept.has(key) || replaced.has(key));
  const losses = lossesOf(
    pieces.filter(({ key }) => lost.has(key)),
    wanted,
  );
  return { gone, made, changed, moved, same, losses };
}

/** The keys of the addresses that stay as they are, but for their place in a list. */
const standing = (wanted: readonly Piece[], verdictOn: (piece: Piece) => Verdict): Set<string> =>
  new Set(
    wanted
      .filter((piece) => lineOf(piece) !== undefined && ["change", "keep"].includes(verdictOn(piece)))
      .map(({ key }) => key),
  );

function lossesOf(lost: readonly Piece[], wanted: readonly Piece[]): Losses {
  const claimsOf = (pieces: readonly Piece[]) =>
    pieces.flatMap(({ definition, checked }) => definition.claims(checked));
  const kept = new Set(claimsOf(wanted));
  const objects = claimsOf(lost);
  const addresses = lost.filter(({ definition }) => definition.kind === "Address");
  return {
    taken: objects.filter((object) => !kept.has(object)),
    remade: [
      ...objects.filter((object) => kept.has(object)),
      ...addresses.map(({ checked }) => addressesIn(checked["namespace"])),
    ],
  };
}

export const isEmpty = ({ gone, made, changed }: Plan): boolean =>
  gone.length + made.length + changed.length === 0;
