import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { FileRecords, formerIn, isOwnedBy, type ObjectKey } from "../../../../provider/linux/host/records";
import { markFor } from "../../../support/args";

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

  it("has none if nothing was recorded, and creates no folder for that", async () => {
    expect([await records.find(key), await records.list(), await readdir(above)]).to.deep.equal([[], [], []]);
  });

  it("finds a record, with the identity of the network namespace", async () => {
    await records.save(key, { mark: ours, args, former });
    const record = { kind: "Route", id: "10.0.0.0/8", mark: ours, args, former, inode };
    expect(await records.find(key)).to.deep.equal([record]);
    expect(await records.list()).to.deep.equal([{ ...record, namespace: undefined }]);
  });

  it("keeps one record per resource, and replaces an earlier one", async () => {
    await records.save(key, { mark: ours, args, former });
    await records.save(key, { mark: theirs, args });
    await records.save(key, { mark: ours, args: { ...args, via: "192.168.15.9" } });
    const found = (await records.find(key)).map(({ mark, args, former }) => [mark, { args, former }]);
    expect(Object.fromEntries(found)).to.deep.equal({
      [ours]: { args: { ...args, via: "192.168.15.9" }, former: undefined },
      [theirs]: { args, former: undefined },
    });
  });

  it("deletes the records of a link, and nothing else", async () => {
    const on = (link: string, id: string): ObjectKey => ({ kind: "Address", id, namespace: undefined, link });
    await records.save(on("br0", "br0 10.0.0.1/8"), { mark: ours, args });
    await records.save(on("br1", "br1 10.0.0.1/8"), { mark: ours, args });
    await records.save(key, { mark: ours, args });
    await records.dropOn(undefined, "br0");
    expect((await records.list()).map(({ id }) => id).sort()).to.deep.equal(["10.0.0.0/8", "br1 10.0.0.1/8"]);
    await records.dropOn(undefined, "br1");
    await records.dropOn("red", "br1");
    await records.drop(key, ours);
    expect(await readdir(above)).to.deep.equal([]);
  });

  it("deletes the records of an older version that lack the link", async () => {
    await records.save(key, { mark: ours, args });
    await records.drop({ ...key, link: "br0" }, ours);
    expect(await readdir(above)).to.deep.equal([]);
  });

  it("distinguishes objects by kind and id", async () => {
    await records.save(key, { mark: ours, args });
    for (const other of [
      { ...key, kind: "Address" },
      { ...key, id: "10.0.0.0/9" },
      { ...key, kind: "Route 10.0.0.0/8", id: "" },
    ]) {
      expect(await records.find(other)).to.deep.equal([]);
    }
  });

  it("are readable only for the owner, and leave no drafts", async () => {
    await records.save(key, { mark: ours, args });
    const [file = "", ...more] = await files();
    expect(more).to.deep.equal([]);
    expect(file).to.match(/^[0-9a-f]{16}\.[0-9a-f]{16}\.json$/);
    const modes = await Promise.all(
      [root, join(root, "-"), join(root, "-", file)].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).to.deep.equal([0o700, 0o700, 0o600]);
  });

  it("deletes the records, then the folders", async () => {
    await records.save(key, { mark: ours, args });
    await records.save(key, { mark: theirs, args });
    await records.drop(key, ours);
    expect((await records.find(key)).map(({ mark }) => mark)).to.deep.equal([theirs]);
    await records.drop(key, theirs);
    expect(await readdir(above)).to.deep.equal([]);
  });

  it("tolerates the deletion of a missing record", async () => {
    await records.drop(key, ours);
    await records.dropAll("red");
    expect(await readdir(above)).to.deep.equal([]);
  });

  it("ignores records of an earlier namespace of the same name", async () => {
    await records.save(key, { mark: ours, args });
    const [file = ""] = await files();
    const path = join(root, "-", file);
    await writeFile(path, (await readFile(path, "utf8")).replace(String(inode), String(inode + 1)));
    expect(await records.find(key)).to.deep.equal([]);
    expect((await records.list()).map(({ mark }) => mark)).to.deep.equal([ours]);
  });

  it("records nothing about a missing namespace", async () => {
    await records.save({ ...key, namespace: "unit-no-such-namespace" }, { mark: ours, args });
    expect(await readdir(above)).to.deep.equal([]);
  });

  describe("broken records", () => {
    /** A file in the place of a record, and the reason why it is not one. */
    const wrecks: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
      "it is cut short, or not JSON": (file) => writeFile(file, '{"kind":'),
      "it is empty": (file) => writeFile(file, ""),
      "it is JSON, but not a record": (file) => writeFile(file, "[]"),
      "it is a record of something else": async (file) =>
        writeFile(file, (await readFile(file, "utf8")).replace("10.0.0.0/8", "10.0.0.0/9")),
      "it is a folder, not a file": async (file) => {
        await rm(file);
        await mkdir(file);
      },
    };

    async function refusal(work: Promise<unknown>): Promise<string> {
      return work.then(
        () => "nothing",
        (error: Error) => `${error.name}: ${error.message}`,
      );
    }

    for (const [why, wreck] of Object.entries(wrecks)) {
      describe(why, () => {
        let file: string;
        beforeEach(async () => {
          await records.save(key, { mark: ours, args, former });
          file = join(root, "-", (await files())[0] ?? "");
          await wreck(file);
        });

        it("are named with the file and the fix", async () => {
          expect(await refusal(records.find(key))).to.equal(
            `RefusedError: the record ${file} is broken: ${why}. What it kept of the time before is lost. Delete it, by hand or with \`pulumi-netns gc --all --yes\`, then run \`pulumi up --refresh\``,
          );
          expect(await refusal(records.find(key, theirs))).to.include(file);
        });

        it("count as missing for their own resource, and do not affect others", async () => {
          expect(await records.find(key, ours)).to.deep.equal([]);
          const other = { ...key, id: "10.9.0.0/16" };
          await records.save(other, { mark: theirs, args });
          expect((await records.find(other)).map(({ mark }) => mark)).to.deep.equal([theirs]);
          expect((await records.list()).map(({ mark }) => mark)).to.deep.equal([theirs]);
        });

        it("are overwritten and deleted like any other", async () => {
          await records.save(key, { mark: ours, args });
          expect((await records.find(key)).map(({ mark }) => mark)).to.deep.equal([ours]);
          await wreck(file);
          await records.drop(key, ours);
          expect(await readdir(above)).to.deep.equal([]);
        });

        it("are listed separately, and can be deleted", async () => {
          const [broken, ...more] = await records.broken();
          expect([broken, more]).to.deep.equal([{ file, why }, []]);
          expect(broken && [isOwnedBy(broken, ours), isOwnedBy(broken, theirs)]).to.deep.equal([true, false]);
          if (broken) await records.discard(broken);
          expect(await readdir(above)).to.deep.equal([]);
        });
      });
    }

    it("are kept if somebody has put something into a folder in their place", async () => {
      await records.save(key, { mark: ours, args });
      const file = join(root, "-", (await files())[0] ?? "");
      await rm(file);
      await mkdir(join(file, "inside"), { recursive: true });
      expect(await refusal(records.drop(key, ours))).to.include(
        `${file} is broken: it is a folder with something in it`,
      );
      expect(await readdir(file)).to.deep.equal(["inside"]);
    });

    it("include a file in place of a namespace's folder, and others are still read", async () => {
      await records.save(key, { mark: ours, args });
      await writeFile(join(root, "red"), "");
      expect(await records.broken()).to.deep.equal([
        { file: join(root, "red"), why: "it is a file, not a folder" },
      ]);
      expect((await records.list()).map(({ mark }) => mark)).to.deep.equal([ours]);
    });
  });

  it("are listed for a namespace whose name begins with a dot", async () => {
    await records.save(key, { mark: ours, args });
    await mkdir(join(root, ".hidden"));
    const [file = ""] = await files();
    await rename(join(root, "-", file), join(root, ".hidden", file));
    expect((await records.list()).map(({ namespace }) => namespace)).to.deep.equal([".hidden"]);
  });

  it("are all deleted with a namespace, and none of another one", async () => {
    await records.save(key, { mark: ours, args });
    await mkdir(join(root, "red"));
    await writeFile(join(root, "red", "0123.4567.json"), "{}");
    await records.dropAll("red");
    expect(await readdir(root)).to.deep.equal(["-"]);
    expect((await records.find(key)).map(({ mark }) => mark)).to.deep.equal([ours]);
  });

  it("do not include the half-written file of a crash", async () => {
    await records.save(key, { mark: ours, args });
    await writeFile(join(root, "-", ".0b1c"), '{"kind":"Rou');
    expect(await records.list()).to.have.lengthOf(1);
  });

  it("report what cannot be read", async () => {
    await records.save(key, { mark: ours, args });
    const [file = ""] = await files();
    await writeFile(join(root, "-", file), "{}");
    expect(await records.find(key).catch((error: unknown) => error)).to.be.an("error");
  });

  it("survive many writers and deleters in one folder", async () => {
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

  it("are restored from a state with the former settings", () => {
    expect([formerIn({ former, size: 1 }), formerIn({ size: 1 })]).to.deep.equal([former, undefined]);
    expect(() => formerIn({ former: "0" })).to.throw();
  });
});
