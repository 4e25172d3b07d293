import { expect } from "chai";
import { disappointment } from "../../faults/expectations";
import { parsePoint } from "../../faults/point";

const call = 'sh -c a "b" c';
const good = { isGood: true, output: "", leftovers: [] };
const failed = (output: string) => ({ isGood: false, output, leftovers: [] });
const hung = `no answer in time: ${JSON.stringify(call)}`;

describe("faults: expectations of the run itself", () => {
  const rows = [
    ["seed:up:1:before:cli:checkpoints", failed(""), call, undefined],
    ["seed:up:1:before:cli:checkpoints", good, call, "`up` did not fail"],
    ["seed:destroy:9:before:cli:checkpoints", failed(""), "", "`destroy` ended before this call"],
    ["seed:up:1:before:EBUSY:checkpoints", good, call, undefined],
    [
      "seed:up:1:before:EBUSY:checkpoints",
      failed("a b c"),
      call,
      `the error does not name the command: ${call}`,
    ],
    ["seed:up:1:before:EBUSY:checkpoints", failed(`in use: \`${JSON.stringify(call)}\``), call, undefined],
    ["seed:up:1:after:hang:checkpoints", failed(hung), call, undefined],
    ["seed:up:1:after:hang:checkpoints", failed(call), call, "the error does not say that it hung"],
    ["seed:up:1:before:interrupt:checkpoints", { ...good, leftovers: ["node"] }, call, "left running: node"],
    ["seed:up:missing-nft:checkpoints", good, "", "`up` did not fail"],
    ["seed:up:missing-nft:checkpoints", failed("program not installed: `nft -j`"), "", undefined],
    ["seed:up:missing-nft:checkpoints", failed("ENOENT"), "", "the error does not say that nft is missing"],
  ] as const;
  for (const [id, ended, at, finding] of rows) {
    it(`${id}: ${finding ?? "all well"}`, () => {
      const point = parsePoint(id);
      expect(point && disappointment(point, ended, at)).to.equal(finding);
    });
  }
});
