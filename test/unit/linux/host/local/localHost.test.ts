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
  it("returns the output of the command, without the last line end", async () => {
    expect(await localHost.run(stat("--format=%F\n", "/"))).to.equal("directory\n");
  });

  it("passes words on unchanged: there is no shell", async () => {
    const words = '$HOME "a" * ; | > \\';
    expect(await localHost.run(stat(`--printf=${words.replace("\\", "\\\\")}`, "/"))).to.equal(words);
  });

  it("recognizes the reason of a failure", async () => {
    const missing = stat("/nowhere/at/all");
    expect(await failure(missing)).to.deep.equal({
      reason: "NotFound",
      stderr: "stat: cannot statx '/nowhere/at/all': No such file or directory",
      command: missing,
    });
  });

  it("takes standard output for the reason if standard error is empty", async () => {
    expect(await failure(withLock("sh", "-c", "echo because; exit 1"))).to.include({
      reason: "Failed",
      stderr: "because",
    });
  });

  it("reports when the program is not installed", async () => {
    const unheardOf: Command = JSON.parse('{"tool":"no-such-program","args":[]}');
    expect((await failure(unheardOf)).reason).to.equal("ToolMissing");
  });

  it("passes the text to standard input, which is otherwise empty", async () => {
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
