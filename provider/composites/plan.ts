import type { Args } from "../definition";
import { difference } from "../diff";
import { addressesIn, type Losses, lostTo } from "../losses";
import { definitions } from "../resources";
import type { Composite } from "./composite";
import { type Piece, piecesOf } from "./pieces";

/** What has to be done to get from a state to arguments. */
export interface Plan {
  /** Parts of the state that are not wanted any more, or have to be made anew; each after those it hangs on. */
  readonly gone: readonly Piece[];
  /** Parts that are not there, or are by the time that others have been made anew. */
  readonly made: readonly Piece[];
  readonly changed: readonly { readonly was: Piece; readonly piece: Piece }[];
  /** Parts that are as they are wanted. */
  readonly same: readonly Piece[];
  /** What becomes of objects that others may need. */
  readonly losses: Losses;
}

/** What hangs on another comes after it. */
const rankOf = ({ definition }: Piece): number => definitions.indexOf(definition);

/** The plan for arguments that are all known. */
export function planOf(composite: Composite, olds: Args, args: Args): Plan {
  const pieces = piecesOf(composite, olds);
  const had = new Map(pieces.map((piece) => [piece.key, piece]));
  const wanted = piecesOf(composite, args);
  const kept = new Set(wanted.map(({ key }) => key));
  // What the kernel takes along with these is made again, what they leave half-wired is mended: creation does either.
  const lost = new Set([...had.keys()].filter((key) => !kept.has(key)));
  const replaced = new Set<string>();
  const made: Piece[] = [];
  const changed: { was: Piece; piece: Piece }[] = [];
  const same: Piece[] = [];
  for (const piece of [...wanted].sort((one, other) => rankOf(one) - rankOf(other))) {
    const was = had.get(piece.key);
    if (!was) {
      made.push(piece);
      continue;
    }
    const { changed: fields, replaces } = difference(was.definition, was.checked, piece.checked);
    const isLost =
      was.note.failed === true ||
      was.on.some((owner) => lost.has(owner)) ||
      lostTo(piece.definition, piece.checked, args["mark"]).remade.length > 0;
    // Creation takes what has another mark for somebody else's.
    const isReplaced = replaces.length > 0 || (isLost && was.checked["mark"] !== piece.checked["mark"]);
    if (isReplaced) replaced.add(piece.key);
    if (isReplaced || isLost) {
      lost.add(piece.key);
      made.push(piece);
    } else if (fields.length > 0) changed.push({ was, piece });
    else same.push(was);
  }
  const gone = pieces.filter(({ key }) => !kept.has(key) || replaced.has(key));
  const losses = lossesOf(
    pieces.filter(({ key }) => lost.has(key)),
    wanted,
  );
  return { gone, made, changed, same, losses };
}

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
