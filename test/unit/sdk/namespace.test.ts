import { expect } from "chai";
import { Namespace } from "../../../sdk";
import { markFor } from "../../support/args";
import { registered, standing, value } from "./registered";

describe("sdk Namespace", () => {
  it("is by default named as its resource", async () => {
    const { resources, marks } = await registered(() => [
      new Namespace("red"),
      new Namespace("a-namespace-with-a-long-name", {
        name: "blue",
        sysctls: { "net.ipv4.ip_forward": 1 },
        loopback: false,
        killProcesses: true,
      }),
    ]);
    expect(resources).to.deep.equal({
      red: standing("Namespace", { name: "red" }),
      "a-namespace-with-a-long-name": standing("Namespace", {
        name: "blue",
        sysctls: { "net.ipv4.ip_forward": 1 },
        loopback: false,
        killProcesses: true,
      }),
    });
    expect(marks).to.deep.equal({
      red: markFor("Namespace", "red"),
      "a-namespace-with-a-long-name": markFor("Namespace", "a-namespace-with-a-long-name"),
    });
  });

  it("returns name, path, inode and mark", async () => {
    let red: Namespace | undefined;
    await registered(() => {
      red = new Namespace("red");
      return [red];
    });
    if (!red) throw new Error("the program did not run");
    expect(
      await Promise.all([value(red.name), value(red.path), value(red.inode), value(red.mark)]),
    ).to.deep.equal(["red", "/run/netns/red", 4026532224, markFor("Namespace", "red")]);
  });
});
