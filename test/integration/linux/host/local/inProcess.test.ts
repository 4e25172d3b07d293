import { expect } from "chai";
import { execa } from "execa";
import { type Command, command } from "../../../../../provider/linux/command";
import { localHost, plainHost } from "../../../../../provider/linux/host/local/localHost";
import { failure, onKernel, typed } from "../../../../support/kernel";

const pids = command("ip", undefined, ["netns", "pids", "it-one"]);
const inode = (path: string): Command => command("stat", undefined, ["--format=%i", path]);

describe("queries without a process, with the kernel", () => {
  onKernel();

  it("find the processes in a namespace, as a process would", async () => {
    await typed("netns add it-one");
    const inside = execa("ip", ["netns", "exec", "it-one", "sleep", "60"], { reject: false });
    try {
      while ((await plainHost.run(pids)).trim() !== String(inside.pid)) await localHost.wait(20);
      expect((await localHost.run(pids)).trim()).to.equal(String(inside.pid));
    } finally {
      inside.kill();
      await inside;
    }
    expect(await localHost.run(pids)).to.equal("");
  });

  it("report a missing namespace in the words of a process", async () => {
    expect(await failure(localHost.run(pids))).to.equal(await failure(plainHost.run(pids)));
  });

  it("return the inode of a file, or that it is missing", async () => {
    await typed("netns add it-one");
    const path = "/run/netns/it-one";
    expect(await localHost.run(inode(path))).to.equal((await plainHost.run(inode(path))).trim());
    expect(await failure(localHost.run(inode("/run/netns/it-none")))).to.match(
      /^NotFound: .*No such file or directory/,
    );
    expect(await failure(localHost.run(inode("/proc/version/x")))).to.equal(
      await failure(plainHost.run(inode("/proc/version/x"))),
    );
  });
});
