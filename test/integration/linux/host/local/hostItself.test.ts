import { rm, symlink } from "node:fs/promises";
import { expect } from "chai";
import type { Args, Definition } from "../../../../../provider/engine/definition";
import { discover } from "../../../../../provider/engine/discover";
import { address } from "../../../../../provider/kinds/address";
import { bridge } from "../../../../../provider/kinds/bridge";
import { filterRule } from "../../../../../provider/kinds/filterRule/filterRule";
import { namespace } from "../../../../../provider/kinds/namespace";
import { natRule } from "../../../../../provider/kinds/natRule/natRule";
import { route } from "../../../../../provider/kinds/route";
import { sysctl } from "../../../../../provider/kinds/sysctl";
import { vethPair } from "../../../../../provider/kinds/vethPair";
import { localHost } from "../../../../../provider/linux/host/local/localHost";
import { gatherNetwork } from "../../../../../provider/trace/network/gather";
import { failure, Living, onKernel, typed } from "../../../../support/kernel";
import { snapshot } from "../../../../support/snapshot";

const name = "it-container";

/** A link to the namespace of a container that has ended, whose process id belongs to another process now. */
describe("a name of the host's own namespace", () => {
  onKernel({ namespaces: ["it-room"] });

  beforeEach(() => symlink(`/proc/${process.pid}/ns/net`, `/run/netns/${name}`));
  afterEach(() => rm(`/run/netns/${name}`, { force: true }));

  const rows: readonly (readonly [Definition, Args])[] = [
    [bridge, { name: "it-br", namespace: name }],
    [vethPair, { end: { name: "it-a" }, peer: { name: "it-b", namespace: name } }],
    [address, { namespace: name, interface: "lo", address: "10.9.9.1/32" }],
    [route, { namespace: name, destination: "10.77.0.0/16", interface: "lo" }],
    [sysctl, { namespace: name, key: "net.ipv4.ip_forward", value: 1 }],
    [natRule, { namespace: name, kind: "masquerade", source: "10.9.0.0/24" }],
    [filterRule, { namespace: name, chain: "input", verdict: "drop", port: 22, protocol: "tcp" }],
    [namespace, { name, adopt: true }],
  ];
  for (const [definition, given] of rows) {
    it(`is refused for a ${definition.kind}, before anything is touched`, async () => {
      const before = await snapshot();
      const said = await failure(Living.create(definition, given));
      expect(said).to.include("HostItself").and.include(`remove that name (\`rm /run/netns/${name}\`)`);
      expect(await snapshot()).to.deep.equal(before);
    });
  }

  it("is not read as a second place", async () => {
    await typed("link add name it-br type bridge");
    const places = (await gatherNetwork(localHost)).map((place) => place.name);
    expect(places).to.include("it-room").and.not.include(name);
    expect((await discover(localHost)).found).to.deep.equal([]);
    await typed("link del dev it-br");
  });

  it("keeps everything in the state safe from deletion on the host, until the name is removed", async () => {
    await rm(`/run/netns/${name}`);
    await typed(`netns add ${name}`);
    const living = await Living.create(bridge, { name: "it-br", namespace: name });
    await typed(`netns del ${name}`);
    await symlink(`/proc/${process.pid}/ns/net`, `/run/netns/${name}`);
    await typed("link add name it-br type bridge");
    expect(await failure(living.remove())).to.include("leads to the network of this host");
    await typed("link del dev it-br");
    await rm(`/run/netns/${name}`);
    await living.remove();
  });
});
