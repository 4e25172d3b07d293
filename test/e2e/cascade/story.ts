import { picture } from "../../support/picture";
import type { ProgramStack } from "../../support/programStack";
import { type } from "../drift/row";
import { afterEdits, base, type Cell, cells, edited, withoutOwners } from "./cells";
import type { Part } from "./network";
import { cableAndAll } from "./scenarios";

/** The object that a person deletes, and those that the kernel deletes with it. */
interface Deletion {
  readonly cell: Cell;
  readonly what: string;
  readonly line: string;
  readonly gone: readonly Part[];
}

export const byHand: readonly Deletion[] = cells.flatMap((cell) => {
  const { near, end } = edited(cell);
  if (cell.edit.near !== undefined) {
    const gone = [cell.owner, ...cell.hanging];
    return { cell, what: "a namespace", line: `ip netns del ${near}`, gone };
  }
  const line = `ip -n ${near} link del dev ${end}`;
  return cell.edit.end === undefined ? [] : { cell, what: "an end of a cable", line, gone: cableAndAll };
});

export type Story = Awaited<ReturnType<typeof tell>>;

/** The runs of the cells in order: the operations of each, and the kernel after it. */
export async function tell(stack: ProgramStack, fresh: ProgramStack) {
  await stack.up(base);

  const preview = await stack.preview(afterEdits);
  const up = await stack.up(afterEdits);
  const again = await stack.preview(afterEdits);
  const refresh = await stack.refresh();
  const edited = await picture();

  const urns = await stack.urns();
  const replace = cells.map(({ prefix, owner }) => urns.get(`${prefix}.${owner}`) ?? "");
  const forcedPreview = await stack.preview(afterEdits, { replace });
  const forced = await stack.up(afterEdits, { replace });
  const afterForced = await picture();

  for (const { line } of byHand) await type(line);
  const found = await stack.refresh();
  const restored = await stack.up(afterEdits);
  const afterRestored = await picture();

  const deletionPreview = await stack.preview(withoutOwners);
  const deletion = await stack.up(withoutOwners);
  const deleted = await picture();
  await stack.destroy();

  await fresh.up(withoutOwners);
  const freshWithout = await picture();
  await fresh.up(afterEdits);
  const freshWith = await picture();

  return {
    run: { preview, up, again, refresh, forcedPreview, forced, found, restored, deletionPreview, deletion },
    kernel: { edited, forced: afterForced, restored: afterRestored, deleted, fresh: freshWith, freshWithout },
  };
}
