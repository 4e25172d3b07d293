import { expect } from "chai";
import { parseNamespaceIds } from "../../../../provider/linux/read/namespaceId";
import { golden } from "../../../support/args";

describe("parseNamespaceIds", () => {
  const rows: readonly (readonly [string, string | undefined, [number, string | undefined][]])[] = [
    ["a host with one namespace named", golden("namespace-ids-host"), [[0, "red"]]],
    [
      "a namespace between another and the host",
      golden("namespace-ids-red"),
      [
        [0, "blue"],
        [1, undefined],
      ],
    ],
    ["no numbers yet", "", []],
    ["no answer", undefined, []],
  ];
  for (const [title, text, ids] of rows) {
    it(title, () => {
      expect([...parseNamespaceIds(text)]).to.deep.equal(ids);
    });
  }
});
