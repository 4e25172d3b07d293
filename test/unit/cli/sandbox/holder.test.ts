import { expect } from "chai";
import { unshareArguments } from "../../../../cli/sandbox/holder";
import { unreachable } from "../../../../cli/sandbox/unreachable";

const upToScript = (words: readonly string[]) => words.slice(0, words.indexOf("-c"));

describe("holder of a sandbox", () => {
  it("is started in private namespaces", () => {
    expect(upToScript(unshareArguments(true, [])).join(" ")).to.equal(
      "--user --map-root-user -- unshare --net --mount --propagation=private -- sh",
    );
    expect(upToScript(unshareArguments(false, [])).join(" ")).to.equal(
      "--net --mount --propagation=private -- sh",
    );
  });

  it("gets values as parameters of a script that is always the same", () => {
    const [with$, without] = [unshareArguments(true, ["a; b", "$c"]), unshareArguments(true, [])];
    expect(with$).to.deep.equal([...without, "a; b", "$c"]);
  });

  it("out of reach is explained", () => {
    expect(unreachable("x", undefined).message).to.include("belongs to another user");
    expect(unreachable("x", "here").message).to.include('"x" was not started inside sandbox "here"');
  });
});
