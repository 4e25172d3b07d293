import { config, expect } from "chai";
import { differences, picture } from "../support/picture";
import { type Operations, ProgramStack, type Run } from "../support/programStack";
import { snapshot } from "../support/snapshot";
import { type Names, network, PARTS, type Part, type Style } from "./cascade/network";
import { type Scenario, scenarios } from "./cascade/scenarios";

/** One scenario in one style, in namespaces of its own. */
interface Cell extends Scenario {
  readonly title: string;
  readonly prefix: string;
  readonly style: Style;
  readonly names: Names;
}

const cells: readonly Cell[] = Object.entries(scenarios).flatMap(([title, scenario], at) =>
  (["reference", "name"] as const).map((style) => {
    const prefix = `${style}-${at}`;
    const [near, far, third] = [`${prefix}-near`, `${prefix}-far`, `${prefix}-third`];
    const names = { near, far, third, bridge: "br0", end: "eth0", home: "near", ip: "10.0.0.1" } as const;
    return { ...scenario, title, prefix, style, names };
  }),
);

const edited = ({ names, edit, prefix }: Cell): Names => ({
  ...names,
  ...edit,
  ...(edit.near !== undefined && { near: `${prefix}-${edit.near}` }),
});

const base = () => {
  for (const { prefix, names, style } of cells) network(prefix, names, style);
};
const edit = () => {
  for (const cell of cells) network(cell.prefix, edited(cell), cell.style);
};
const withoutOwners = () => {
  for (const cell of cells) network(cell.prefix, edited(cell), cell.style, [cell.owner, ...cell.hanging]);
};

/** What happens in one cell, part by part. */
const within = ({ prefix }: Cell, { operations }: Run): Operations =>
  Object.fromEntries(
    PARTS.flatMap((part) => {
      const operation = operations[`${prefix}.${part}`];
      return operation === undefined ? [] : [[part, operation]];
    }),
  );

const expected = (parts: readonly Part[], operation: string, updated: readonly Part[] = []): Operations =>
  Object.fromEntries([...parts.map((part) => [part, operation]), ...updated.map((part) => [part, "update"])]);

// What is different is what a failure is about.
config.truncateThreshold = 0;

describe("cascades", function () {
  this.timeout(400_000);
  let clean: object;
  let stack: ProgramStack;
  let preview: Run;
  let up: Run;
  let again: Run;
  let refresh: Run;
  let forcedPreview: Run;
  let forced: Run;
  let deletionPreview: Run;
  let deletion: Run;
  let editedPicture: readonly string[];
  let forcedPicture: readonly string[];
  let deletionPicture: readonly string[];
  let freshPicture: readonly string[];

  const lap = (what: string) => console.log(what, Math.round(performance.now()));
  before(async () => {
    clean = await snapshot();
    stack = await ProgramStack.of("cascade");
    lap("start");
    await stack.up(base);
    lap("base");
    preview = await stack.preview(edit);
    lap("preview");
    up = await stack.up(edit);
    lap("up");
    editedPicture = await picture();
    again = await stack.preview(edit);
    refresh = await stack.refresh();
    lap("again");
    const urns = await stack.urns();
    const replace = cells.map(({ prefix, owner }) => urns.get(`${prefix}.${owner}`) ?? "");
    forcedPreview = await stack.preview(edit, { replace });
    forced = await stack.up(edit, { replace });
    forcedPicture = await picture();
    lap("forced");
    deletionPreview = await stack.preview(withoutOwners);
    deletion = await stack.up(withoutOwners);
    deletionPicture = await picture();
    lap("deleted");
    await stack.destroy();
    const fresh = await ProgramStack.of("cascade");
    await fresh.up(edit);
    freshPicture = await picture();
    await fresh.remove();
    lap("fresh");
  });
  after(async () => {
    await stack.remove();
    expect(await snapshot()).to.deep.equal(clean);
  });

  for (const cell of cells) {
    const { title, style, owner, hanging, updated } = cell;
    describe(`${title}, by ${style}`, () => {
      it("the preview shows all that goes with it", () => {
        expect(within(cell, preview)).to.deep.equal(expected([owner, ...hanging], "replace", updated));
      });
      it("and so it is done", () => {
        expect(within(cell, up)).to.deep.equal(within(cell, preview));
      });
      it("also where the name stays the same", () => {
        expect(within(cell, forcedPreview)).to.deep.equal(expected([owner, ...hanging], "replace"));
        expect(within(cell, forced)).to.deep.equal(within(cell, forcedPreview));
      });
      it("the preview shows all that is deleted with it", () => {
        expect(within(cell, deletionPreview)).to.deep.equal(expected([owner, ...hanging], "delete"));
        expect(within(cell, deletion)).to.deep.equal(within(cell, deletionPreview));
      });
    });
  }
  it("then there is nothing to do", () => {
    expect(again.operations).to.deep.equal({});
    expect(refresh.operations).to.deep.equal({});
  });
  it("same as fresh", () => {
    expect(differences(freshPicture, editedPicture)).to.deep.equal({ missing: [], extra: [] });
    expect(differences(freshPicture, forcedPicture)).to.deep.equal({ missing: [], extra: [] });
  });
});
