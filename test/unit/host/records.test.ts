import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { FileRecords, formerIn, type ObjectKey } from "../../../provider/host/records";
import { markFor } from "../../support/args";

const key: ObjectKey = { kind: "Route", id: "10.0.0.0/8", namespace: undefined };
const [ours, theirs] = [markFor("Route", "ours"), markFor("Route", "theirs")];
const args = { destination: "10.0.0.0/8", via: "192.168.15.1" };
const former = { mark: "proto 3", args: { via: "192.168.15.2" } };

describe("host/records", () => {
  let above: string;
  let root: string;
  let records: FileRecords;
  let inode: number;

  beforeEach(async () => {
    above = await mkdtemp(join(tmpdir(), "pulumi-netns-records-"));
    root = join(above, "records");
    records = new FileRecords(root);
    inode = (await stat("/proc/self/ns/net")).ino;
  });

  afterEach(() => rm(above, { recursive: true }));

  const files = async (folder = "-") => (await readdir(join(root, folder))).sort();

  it("has none where nothing was written down, and makes no folder to say so", async () => {
    expect([await records.find(key), await records.list(), await readdir(above)]).to.deep.equal([[], [], []]);
  });

  it("finds what was written down, with the identity of the network namespace", async () => {
    await records.save(key, { mark: ours, args, former });
    const record = { kind: "Route", id: "10.0.0.0/8", mark: ours, args, former, inode };
    expect(await records.find(key)).to.deep.equal([record]);
    expect(await records.list()).to.deep.equal([{ ...record, namespace: undefined }]);
  });

  it("keeps a record of each resource, and replaces what the same had written before", async () => {
    await records.save(key, { mark: ours, args, former });
    await records.save(key, { mark: theirs, args });
    await records.save(key, { mark: ours, args: { ...args, via: "192.168.15.9" } });
    const found = (await records.find(key)).map(({ mark, args, former }) => [mark, { args, former }]);
    expect(Object.fromEntries(found)).to.deep.equal({
      [ours]: { args: { ...args, via: "192.168.15.9" }, former: undefined },
      [theirs]: { args, former: undefined },
    });
  });

  it("tells objects apart by kind and id", async () => {
    await records.save(key, { mark: ours, args });
    for (const other of [
      { ...key, kind: "Address" },
      { ...key, id: "10.0.0.0/9" },
      { ...key, kind: "Route 10.0.0.0/8", id: "" },
    ]) {
      expect(await records.find(other)).to.deep.equal([]);
    }
  });

  it("lets nobody else read them, and leaves no drafts", async () => {
    await records.save(key, { mark: ours, args });
    const [file = "", ...more] = await files();
    expect(more).to.deep.equal([]);
    expect(file).to.match(/^[0-9a-f]{16}\.[0-9a-f]{16}\.json$/);
    const modes = await Promise.all(
      [root, join(root, "-"), join(root, "-", file)].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).to.deep.equal([0o700, 0o700, 0o600]);
  });

  it("forgets what one has written down, then the folders", async () => {
    await records.save(key, { mark: ours, args });
    await records.save(key, { mark: theirs, args });
    await records.drop(key, ours);
    expect((await records.find(key)).map(({ mark }) => mark)).to.deep.equal([theirs]);
    await records.drop(key, theirs);
    expect(await readdir(above)).to.deep.equal([]);
  });

  it("does not mind forgetting what was never written down", async () => {
    await records.drop(key, ours);
    await records.dropAll("red");
    expect(await readdir(above)).to.deep.equal([]);
  });

  it("does not count what was written down of another namespace that had the name", async () => {
    await records.save(key, { mark: ours, args });
    const [file = ""] = await files();
    const path = join(root, "-", file);
    await writeFile(path, (await readFile(path, "utf8")).replace(String(inode), String(inode + 1)));
    expect(await records.find(key)).to.deep.equal([]);
    expect((await records.list()).map(({ mark }) => mark)).to.deep.equal([ours]);
  });

  it("writes nothing down of a namespace that is not there", async () => {
    await records.save({ ...key, namespace: "unit-no-such-namespace" }, { mark: ours, args });
    expect(await readdir(above)).to.deep.equal([]);
  });

  it("forgets all of a namespace at once, and nothing of another", async () => {
    await records.save(key, { mark: ours, args });
    await mkdir(join(root, "red"));
    await writeFile(join(root, "red", "0123.4567.json"), "{}");
    await records.dropAll("red");
    expect(await readdir(root)).to.deep.equal(["-"]);
    expect((await records.find(key)).map(({ mark }) => mark)).to.deep.equal([ours]);
  });

  it("does not read what a crash has left half-written", async () => {
    await records.save(key, { mark: ours, args });
    await writeFile(join(root, "-", ".0b1c"), '{"kind":"Rou');
    expect(await records.list()).to.have.lengthOf(1);
  });

  it("tells what it cannot read", async () => {
    await records.save(key, { mark: ours, args });
    const [file = ""] = await files();
    await writeFile(join(root, "-", file), "{}");
    expect(await records.find(key).catch((error: unknown) => error)).to.be.an("error");
  });

  it("stands many at once, that write and forget in one folder", async () => {
    const rounds = Array.from({ length: 100 }, async (_, round) => {
      const mark = `${ours}-${round}`;
      await records.save(key, { mark, args });
      const found = await records.find(key);
      await records.drop(key, mark);
      return found.some((record) => record.mark === mark);
    });
    expect(await Promise.all(rounds)).to.deep.equal(rounds.map(() => true));
    expect(await readdir(above)).to.deep.equal([]);
  });

  it("reads what an object was before out of a state", () => {
    expect([formerIn({ former, size: 1 }), formerIn({ size: 1 })]).to.deep.equal([former, undefined]);
    expect(() => formerIn({ former: "0" })).to.throw();
  });
});
