import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import { differences, picture } from "../support/picture";
import { ExampleStack, environment } from "../support/stack";

/** `pulumi watch`, which runs `up` whenever a file of the project changes. */
describe("pulumi watch", function () {
  this.timeout(600_000);
  let clean: readonly string[];
  let stack: ExampleStack;

  before(async () => {
    clean = await picture();
    stack = await ExampleStack.of("two-rooms");
  });
  after(() => stack.remove());

  it("applies an edit, loses nothing, and ends at Ctrl-C", async () => {
    await stack.up();
    const first = await picture();
    // The stack's own state is in its folder and would count as a change.
    const tools = await watcher(stack.folder);
    const watching = execa("pulumi", ["watch", "--stack", "test", "--color", "never", "--path", "index.ts"], {
      ...{ cwd: stack.folder, all: true, reject: false, detached: true },
      env: { ...(await environment(stack.folder)), PATH: `${tools}${delimiter}${process.env["PATH"]}` },
    });
    const until = async (isThere: (lines: readonly string[]) => boolean): Promise<readonly string[]> => {
      for (;;) {
        const lines = await picture();
        if (isThere(lines)) return lines;
        if (watching.exitCode !== null) throw new Error(`pulumi watch has ended:\n${(await watching).all}`);
        await sleep(200);
      }
    };
    try {
      // Nothing reports when it starts to look for changes.
      await sleep(3000);
      await stack.edit(["192.168.15.2/24", "192.168.15.77/24"]);
      const second = await until((lines) => lines.some((line) => line.includes("192.168.15.77")));
      const { missing, extra } = differences(first, second);
      expect([...missing, ...extra].filter((line) => !/192\.168\.15\.(2|77)\b/.test(line))).to.deep.equal([]);
      await stack.edit(["192.168.15.77/24", "192.168.15.2/24"]);
      const third = await until((lines) => lines.some((line) => /192\.168\.15\.2\b/.test(line)));
      expect(differences(first, third)).to.deep.equal({ missing: [], extra: [] });
    } finally {
      // Like a terminal, which signals the whole group.
      if (watching.exitCode === null) process.kill(-(watching.pid ?? 0), "SIGINT");
    }
    await watching;
    expect(await stack.preview()).to.deep.equal({});
    await stack.destroy();
    expect(differences(clean, await picture())).to.deep.equal({ missing: [], extra: [] });
  });
});

/**
 * A folder with a program in place of `pulumi-watch`, which some installations of Pulumi lack. It prints a line for each change of the
 * program.
 */
async function watcher(folder: string): Promise<string> {
  const tools = join(folder, "tools");
  await mkdir(tools);
  const program = `#!${process.execPath}
require("node:fs").watchFile(${JSON.stringify(join(folder, "index.ts"))}, { interval: 100 }, () => console.log("changed"));
`;
  await writeFile(join(tools, "pulumi-watch"), program, { mode: 0o755 });
  return tools;
}
