import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import fc from "fast-check";
import {
  type FarCommand,
  type FarReply,
  HOST_ITSELF,
  kill,
  preamble,
  Replies,
  request,
} from "../../../../../provider/linux/host/ssh/farShell";
import { quote } from "../../../../../provider/linux/host/ssh/quote";
import { skip } from "../../../../support/kernel";
import { until } from "../../../../support/programs";

const SHELLS = [["dash"], ["bash"], ["busybox", "ash"]] as const;
const TOKEN = "0123456789abcdef0123456789abcdef";

/** A far shell on this machine, without a connection. */
class Shell {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly replies = new Map<number, FarReply>();
  private readonly waiting = new Set<() => void>();
  /** The number of the last command. */
  last = 0;
  readonly ready: Promise<void>;

  constructor([file, ...words]: readonly [string, ...string[]]) {
    this.process = spawn(file, words, { stdio: "pipe" });
    const replies = new Replies(TOKEN, (number, reply) => {
      this.replies.set(number, reply);
      for (const look of this.waiting) look();
    });
    this.ready = new Promise((resolve) => {
      this.process.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (text.includes(`${TOKEN} ready\n`)) resolve();
        replies.add(text.replace(`${TOKEN} ready\n`, ""));
      });
    });
    this.process.stdin.write(preamble(TOKEN));
  }

  write(text: string): void {
    this.process.stdin.write(text);
  }

  /** Runs commands, and returns the replies to `expected` of them. */
  async run(
    chain: readonly FarCommand[],
    rest: readonly FarCommand[] = [],
    expected = chain.length + rest.length,
  ): Promise<FarReply[]> {
    const first = this.last + 1;
    this.last += chain.length + rest.length;
    this.write(request(first, chain, rest));
    const numbers = Array.from({ length: expected }, (_, at) => first + at);
    await this.until(() => numbers.every((number) => this.replies.has(number)));
    return numbers.flatMap((number) => this.replies.get(number) ?? []);
  }

  private until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (isSo()) resolve();
        if (isSo()) this.waiting.delete(look);
      };
      this.waiting.add(look);
      look();
    });
  }

  has = (number: number): boolean => this.replies.has(number);

  async end(): Promise<void> {
    const closed = once(this.process, "close");
    this.process.stdin.end();
    await closed;
  }
}

const isHere = ([file]: readonly [string, ...string[]]) =>
  ["/bin", "/usr/bin"].some((folder) => existsSync(`${folder}/${file}`));

for (const words of SHELLS) {
  describe(`a far shell: ${words.join(" ")}`, function () {
    this.timeout(120_000);
    let shell: Shell;

    before(async function () {
      if (!isHere(words)) skip(this, `${words[0]} is not installed`);
      shell = new Shell(words);
      await shell.ready;
    });
    after(() => shell?.end());

    it("keeps output, messages and exit code apart", async () => {
      const script = "printf 'out\\n\\n'; printf 'err\\n' >&2; exit 3";
      expect(await shell.run([], [{ words: ["sh", "-c", script] }])).to.deep.equal([
        { code: 3, stdout: "out\n\n", stderr: "err\n" },
      ]);
    });

    it("passes any word and any input on unchanged", async () => {
      // A shell cannot hold NUL, and neither can an argument of a process.
      const text = fc.string({ unit: "binary", maxLength: 40 }).map((all) => all.replaceAll("\0", ""));
      const valid = text.filter((all) => Buffer.from(all).toString() === all);
      await fc.assert(
        fc.asyncProperty(valid, valid, async (word, input) => {
          const replies = await shell.run([], [{ words: ["printf", "%s", word] }, { words: ["cat"], input }]);
          expect(replies.map(({ stdout }) => stdout)).to.deep.equal([word, input]);
        }),
        { numRuns: 100, seed: 7 },
      );
    });

    it("quotes what a shell would change, and nothing else", () => {
      expect(["eth0", "10.0.0.1/24", "a b", "it's", "", "$(id)", "-x"].map(quote)).to.deep.equal([
        ...["eth0", "10.0.0.1/24", "'a b'", "'it'\\''s'", "''", "'$(id)'", "-x"],
      ]);
    });

    it("stops a chain at the first failure, and does not run what follows", async () => {
      const ok = { words: ["true"] };
      const [first, second] = await shell.run([ok, { words: ["false"] }, ok], [ok], 2);
      expect([first?.code, second?.code]).to.deep.equal([0, 1]);
      await shell.run([], [{ words: ["sleep", "0.2"] }]);
      expect([shell.has(shell.last - 2), shell.has(shell.last - 1)]).to.deep.equal([false, false]);
    });

    it("refuses a name that leads to the host's own network", async () => {
      // No such name is no such network; the tool tells that.
      const [reply] = await shell.run([], [{ words: ["true"], namespace: "no-such-namespace" }]);
      expect(reply?.code).to.equal(0);
      expect(HOST_ITSELF).to.be.below(255);
    });

    it("ends what takes too long, with all its processes", async () => {
      const mark = `0.${process.pid}${words.join("").length}`;
      const command = { words: ["sh", "-c", `sleep 1000${mark}; true`] };
      shell.write(request(++shell.last, [], [command]));
      const running = () => execa("pgrep", ["-f", `^sleep 1000${mark}`], { reject: false });
      await until("it runs", async () => (await running()).stdout !== "");
      shell.write(kill(shell.last));
      await until("it has ended", async () => (await running()).stdout === "");
    });

    it("runs nothing of a request that is cut off", async () => {
      const folder = await mkdtemp(join(tmpdir(), "pulumi-netns-far-"));
      const whole = request(1, [{ words: ["touch", join(folder, "one")] }], []);
      for (const length of [10, whole.indexOf("one") + 1, whole.length - 12]) {
        const cut = new Shell(words);
        await cut.ready;
        cut.write(whole.slice(0, length));
        await cut.end();
      }
      expect(await readdir(folder)).to.deep.equal([]);
      await rm(folder, { recursive: true });
    });

    it("runs requests at once: a slow one delays no other", async () => {
      const order: string[] = [];
      await Promise.all([
        shell.run([], [{ words: ["sleep", "1"] }]).then(() => order.push("slow")),
        shell.run([], [{ words: ["true"] }]).then(() => order.push("quick")),
      ]);
      expect(order).to.deep.equal(["quick", "slow"]);
    });

    it("keeps long replies apart", async () => {
      const line = "x".repeat(100_000);
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, at) => shell.run([], [{ words: ["printf", "%s", `${at}${line}`] }])),
      );
      expect(all.flat().map(({ stdout }) => stdout)).to.deep.equal(
        Array.from({ length: 8 }, (_, at) => `${at}${line}`),
      );
    });
  });
}
