import { expect } from "chai";
import { candidates, hasTool, missingTools, withSystemFolders } from "../../../../cli/sandbox/tools";

describe("tools", () => {
  it("that are missing get one line each: what, why, how to install", () => {
    expect(missingTools(() => true)).to.deep.equal([]);
    expect(missingTools((tool) => tool !== "ip")).to.deep.equal([
      '"ip" is missing, needed to set up the network of a sandbox: ' +
        "apt install iproute2 | dnf install iproute | pacman -S iproute2 | apk add iproute2",
    ]);
    expect(missingTools(() => false).map((line) => line.split(" is missing")[0])).to.deep.equal([
      '"unshare"',
      '"nsenter"',
      '"flock"',
      '"ip"',
    ]);
  });

  it("are looked for as the shell does", () => {
    expect(candidates("ip", "/a::/b", "/here")).to.deep.equal(["/a/ip", "/here/ip", "/b/ip"]);
    expect(candidates("./ip", "/a", "/here")).to.deep.equal(["/here/ip"]);
    expect(candidates("/x/ip", "/a", "/here")).to.deep.equal(["/x/ip"]);
    expect(hasTool("/no/such/folder")("sh")).to.equal(false);
  });

  it("of the administrator are found too, after all others", () => {
    expect(withSystemFolders("/bin:/sbin")).to.equal("/bin:/sbin:/usr/local/sbin:/usr/sbin");
    expect(withSystemFolders("/usr/local/sbin:/usr/sbin:/sbin:/bin")).to.equal(
      "/usr/local/sbin:/usr/sbin:/sbin:/bin",
    );
    expect(withSystemFolders(undefined)).to.match(/^\/usr\/local\/bin:\/usr\/bin:\/bin:/);
  });
});
