import { expect } from "chai";
import {
  entryIn,
  flagIn,
  numberIn,
  parseTables,
  wordIn,
  wordsIn,
} from "../../../../provider/linux/read/ovsdb";

/** The output of `ovs-vsctl --format=json` of Open vSwitch 3.1 for three commands. */
const TEXT = [
  '{"data":[["br0","netdev",true,["set",[]],["map",[["hwaddr","02:11:22:33:44:55"]]],["set",[["uuid","80e70571"],["uuid","dc271f75"]]]]],"headings":["name","datapath_type","stp_enable","fail_mode","other_config","ports"]}',
  '{"data":[],"headings":["name"]}',
  '{"data":[["a",["uuid","dc271f75"],5,["set",[2,1]],["set",[]],""],["b",["uuid","0"],["set",[]],7,-1,"no such device"]],"headings":["name","_uuid","tag","trunks","ofport","error"]}',
  "",
].join("\n");

describe("parse: tables of Open vSwitch", () => {
  const [[bridge] = [], none, [first, second] = []] = parseTables(TEXT);

  it("have rows for each command, and none if nothing was found", () => {
    expect(parseTables(TEXT).map((rows) => rows.length)).to.deep.equal([1, 0, 2]);
    expect([none, parseTables(undefined), parseTables("")]).to.deep.equal([[], [], []]);
  });

  it("have words, numbers and flags; an empty set and an empty text are missing", () => {
    expect([wordIn(bridge, "name"), wordIn(bridge, "fail_mode"), wordIn(first, "error")]).to.deep.equal([
      "br0",
      undefined,
      undefined,
    ]);
    expect([numberIn(first, "tag"), numberIn(second, "tag"), numberIn(second, "ofport")]).to.deep.equal([
      5,
      undefined,
      -1,
    ]);
    expect([flagIn(bridge, "stp_enable"), flagIn(bridge, "rstp_enable")]).to.deep.equal([true, false]);
  });

  it("have sets, of which a single value is that value, and rows by their UUID", () => {
    expect([wordsIn(first, "trunks"), wordsIn(second, "trunks"), wordsIn(second, "tag")]).to.deep.equal([
      ["2", "1"],
      ["7"],
      [],
    ]);
    expect([wordsIn(bridge, "ports"), wordIn(first, "_uuid")]).to.deep.equal([
      ["80e70571", "dc271f75"],
      "dc271f75",
    ]);
  });

  it("have maps", () => {
    expect([
      entryIn(bridge, "other_config", "hwaddr"),
      entryIn(bridge, "other_config", "other"),
      entryIn(bridge, "name", "br0"),
      entryIn(undefined, "other_config", "hwaddr"),
    ]).to.deep.equal(["02:11:22:33:44:55", undefined, undefined, undefined]);
  });

  it("are an error in any other form", () => {
    expect(() => parseTables("ovs-vsctl: what?")).to.throw();
    expect(() => parseTables('{"headings":["a"]}')).to.throw(/cannot read a tool's answer/);
  });
});
