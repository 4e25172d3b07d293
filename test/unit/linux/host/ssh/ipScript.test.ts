import { expect } from "chai";
import type { Line } from "../../../../../provider/linux/host/ipLine";
import { repliesOf, scriptOf } from "../../../../../provider/linux/host/ssh/ipScript";

const read = (text: string): Line => ({ namespace: undefined, options: [], text, isRead: true });
const write = (text: string): Line => ({ ...read(text), isRead: false });

const LO = '[{"ifindex":1,"ifname":"lo","addr_info":[]}]';
const lines = [read("addr show dev a"), write("link set dev a up"), read("addr show dev b")];

const replies = (stdout: string, stderr = "", code = stderr === "" ? 0 : 1) =>
  repliesOf(lines, { code, stdout, stderr });

const ok = (stdout: string) => ({ isOk: true, stdout, stderr: "" });
const failed = (stderr: string) => ({ isOk: false, stdout: "", stderr });

describe("a batch of ip at the far end", () => {
  it("has a fence after each line", () => {
    expect(scriptOf(lines)).to.equal(lines.map(({ text }) => `${text}\naddr show dev lo\n`).join(""));
  });

  it("has an answer for each read", () => {
    expect(replies(`[a]\n${LO}\n${LO}\n[b]\n${LO}\n`)).to.deep.equal([ok("[a]"), ok(""), ok("[b]")]);
  });

  it("may answer with what looks like a fence", () => {
    expect(replies(`${LO}\n${LO}\n${LO}\n[]\n[]\n`)).to.deep.equal([ok(LO), ok(""), ok("[]")]);
  });

  it("has the message of each line that fails, without what it had printed by then", () => {
    const stderr =
      'Device "a" does not exist.\nCommand failed -:1\nCannot find device "a"\nCommand failed -:3\n';
    expect(replies(`[{"ifname":"x",${LO}\n${LO}\n[b]\n${LO}\n`, stderr)).to.deep.equal([
      failed('Device "a" does not exist.\n'),
      failed('Cannot find device "a"\n'),
      ok("[b]"),
    ]);
  });

  it("has a fence without an address in a namespace whose loopback is down", () => {
    expect(replies("[a]\n[]\n[]\n[]\n", "No such table\nCommand failed -:5\n")).to.deep.equal([
      ...[ok("[a]"), ok(""), failed("No such table\n")],
    ]);
  });

  it("ends at the first failure without -force", () => {
    expect(replies(`[a]\n${LO}\n`, "File exists\nCommand failed -:3\n")).to.deep.equal([
      ...[ok("[a]"), failed("File exists\n"), undefined],
    ]);
  });

  it("ends at a mistake in a line, and at a namespace that does not exist", () => {
    expect(replies(`[a]\n${LO}\n`, 'Error: inet prefix is expected rather than "x".\n')).to.deep.equal([
      ...[ok("[a]"), failed('Error: inet prefix is expected rather than "x".\n'), undefined],
    ]);
    expect(replies("", 'Cannot open network namespace "red": No such file\n', 255)).to.deep.equal([
      ...[failed('Cannot open network namespace "red": No such file\n'), undefined, undefined],
    ]);
  });
});
