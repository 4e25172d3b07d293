import { expect } from "chai";
import { joinWords } from "../../../../cli/sandbox/join";

const command = ["ip", "-j", "link", "--", "a b"];

describe("words that enter a sandbox", () => {
  it("enter all namespaces and keep the user", () => {
    expect(
      joinWords({ pid: 7, enter: ["user", "net", "mnt"], ownHolder: true, cwd: "/a b", command }).join("|"),
    ).to.equal(
      "nsenter|--target|7|--user|--net|--mount|--preserve-credentials|--|unshare|--wd=/a b|--|ip|-j|link|--|a b",
    );
  });

  it("let nsenter become root in the sandbox of somebody else", () => {
    const words = joinWords({
      pid: 7,
      enter: ["user", "net", "mnt"],
      ownHolder: false,
      cwd: "/",
      command: ["id"],
    });
    expect(words).to.not.include("--preserve-credentials");
  });

  it("enter no user namespace where there is none", () => {
    expect(
      joinWords({ pid: 7, enter: ["net", "mnt"], ownHolder: true, cwd: "/", command: ["id"] }).join(" "),
    ).to.equal("nsenter --target 7 --net --mount -- unshare --wd=/ -- id");
  });

  it("are those of the command where nothing is to be entered", () => {
    expect(joinWords({ pid: 7, enter: [], ownHolder: true, cwd: "/", command })).to.deep.equal(command);
  });
});
