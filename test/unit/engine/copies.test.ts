import { expect } from "chai";
import { linkTowards, noteCopies } from "../../../provider/engine/copies";
import { route } from "../../../provider/kinds/route";
import { HERE } from "../../support/fakeHost";

const placed = (namespace: string, address = "10.1.0.2/24") => ({ namespace, interface: "a", address });

describe("copies of an address", () => {
  it("are the other links that have it, each once", () => {
    expect(noteCopies(HERE, placed("none"), ["a"])).to.deep.equal([]);
    expect(noteCopies(HERE, placed("some"), ["b", "a", "b", "c"])).to.deep.equal(["b", "c"]);
  });

  it("let routes name the link of the original, only for gateways of its network and namespace", () => {
    noteCopies(HERE, placed("copied"), ["b"]);
    noteCopies(HERE, placed("copied", "fd00::2/64"), ["b"]);
    const links = ["10.1.0.1", "10.2.0.1", "fd00::1", "fd01::1"].map((gateway) =>
      linkTowards(HERE, "copied", gateway),
    );
    expect(links).to.deep.equal(["a", undefined, "a", undefined]);
    expect(linkTowards(HERE, "other", "10.1.0.1")).to.equal(undefined);
    expect(linkTowards(HERE, undefined, "10.1.0.1")).to.equal(undefined);
  });

  it("leave the choice to the kernel if there are none", () => {
    const args = {
      destination: "default",
      via: "10.1.0.1",
      table: "main",
      type: "unicast",
      onlink: false,
    } as const;
    const words = (namespace: string) => {
      const asked = { ...args, namespace, mark: "pulumi-netns:Route:000000000000:p/s/r" };
      return route.create(route.located?.(asked, HERE) ?? asked).flatMap((one) => one.args);
    };
    noteCopies(HERE, placed("copied-too"), ["b"]);
    expect(words("copied-too")).to.include.members(["dev", "a"]);
    expect(words("not-copied")).not.to.include("dev");
  });
});
