import { tmpdir } from "node:os";
import { expect } from "chai";
import { type Command, command } from "../../../../../provider/linux/command";
import { CommandError } from "../../../../../provider/linux/errors";
import { localHost } from "../../../../../provider/linux/host/local/localHost";

const stat = (...words: string[]) => command("stat", undefined, words);

/** `flock` is the only tool here that starts any other program. */
const withLock = (...words: string[]) => command("flock", undefined, ["--shared", tmpdir(), ...words]);

async function failure(of: Command): Promise<Pick<CommandError, "reason" | "stderr" | "command">> {
  const error: unknown = await localHost.run(of).catch((error: unknown) => error);
  if (!(error instanceof CommandError)) throw error;
  return { reason: error.reason, stderr: error.stderr, command: error.command };
}

describe("local host", () => {
  it("gives what the command printed, without the last line end", async () => {
    expect(await localHost.run(stat("--format=%F\n", "/"))).to.equal("directory\n");
  });

  it("passes words on as they are: there is no shell", async () => {
    const words = '$HOME "a" * ; | > \\';
    expect(await localHost.run(stat(`--printf=${words.replace("\\", "\\\\")}`, "/"))).to.equal(words);
  });

  it("recognises what went wrong", async () => {
    const missing = stat("/nowhere/at/all");
    expect(await failure(missing)).to.deep.equal({
      reason: "NotFound",
      stderr: "stat: cannot statx '/nowhere/at/all': No such file or directory",
      command: missing,
    });
  });

  it("takes what was printed for the reason where nothing was said", async () => {
    expect(await failure(withLock("sh", "-c", "echo because; exit 1"))).to.include({
      reason: "Failed",
      stderr: "because",
    });
  });

  it("says when the program is not installed", async () => {
    const unheardOf: Command = JSON.parse('{"tool":"no-such-program","args":[]}');
    expect((await failure(unheardOf)).reason).to.equal("ToolMissing");
  });

  it("gives the text for standard input, and an empty one else", async () => {
    expect(await localHost.run({ ...withLock("cat"), input: "one\ntwo" })).to.equal("one\ntwo");
    expect(await localHost.run(withLock("cat"))).to.equal("");
  });

  it("runs in the C locale", async () => {
    expect(await localHost.run(withLock("sh", "-c", "echo $LC_ALL"))).to.equal("C");
  });

  it("waits without a process", async () => {
    const started = performance.now();
    await localHost.wait(30);
    expect(performance.now() - started).to.be.within(25, 10_000);
  });
});
