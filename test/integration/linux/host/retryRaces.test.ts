import { unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { command } from "../../../../provider/linux/command";
import { localHost } from "../../../../provider/linux/host/local/localHost";
import { onKernel } from "../../../support/kernel";

const NAMESPACE = "it-one";
const MANY = 400;

/** Connections for conntrack, a line each, as `conntrack --load-file` takes them. */
const lines = (protocol: string) =>
  Array.from(
    { length: MANY },
    (_, at) =>
      `-A -p ${protocol} -s 10.9.0.2 -d 10.9.1.2 --sport ${1000 + at} --dport 53 -t 100 -u SEEN_REPLY\n`,
  );

const conntrack = (...args: string[]) => localHost.run(command("conntrack", NAMESPACE, args));

async function remember(protocol: string): Promise<void> {
  const file = join(tmpdir(), `it-conntrack-${process.pid}`);
  await writeFile(file, lines(protocol).join(""));
  try {
    await conntrack("--load-file", file);
  } finally {
    await unlink(file);
  }
}

const count = async () => Number(await conntrack("-C"));

describe("a command that races with something else, with the kernel", () => {
  onKernel({ namespaces: [NAMESPACE] });

  // Each lists all connections and deletes one by one, including those that the others have just deleted.
  it("succeeds in the end", async () => {
    await remember("udp");
    expect(await count()).to.equal(MANY);
    const forget = { ...command("conntrack", NAMESPACE, ["-D", "-f", "ipv4", "-p", "udp"]), mayFail: "" };
    await Promise.all(Array.from({ length: 6 }, () => localHost.run(forget)));
    expect(await count()).to.equal(0);
  });
});
