import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { routeTableNamed } from "../../../../../provider/linux/host/local/routeTables";

describe("routeTableNamed", () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "rt-tables-"));
    await mkdir(join(root, "etc", "rt_tables.d"), { recursive: true });
    await mkdir(join(root, "usr"));
    await writeFile(join(root, "etc", "rt_tables.d", "vpn.conf"), "100 vpn\n");
    await writeFile(join(root, "etc", "rt_tables.d", "vpn.conf.bak"), "102 old\n");
    await writeFile(join(root, "usr", "rt_tables"), "101 vpn\n103 lab\n");
  });
  after(() => rm(root, { recursive: true }));

  const find = (name: string) =>
    routeTableNamed(name, [join(root, "etc"), join(root, "usr"), join(root, "none")]);

  it("reads the files of iproute2, the host's own first", () => {
    expect([find("vpn"), find("lab"), find("old"), find("none")]).to.deep.equal([
      100,
      103,
      undefined,
      undefined,
    ]);
  });

  it("reports what it cannot read", () => {
    expect(() => routeTableNamed("vpn", [join(root, "usr", "rt_tables")])).to.throw("ENOTDIR");
  });
});
