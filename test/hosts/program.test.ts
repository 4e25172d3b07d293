import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import {
  Address,
  type Host,
  Namespace,
  NatRule,
  Node,
  Reachability,
  Route,
  Sysctl,
  VethPair,
} from "../../sdk";
import { onPrivateHost } from "../beside/host";
import { Lab, type LabHost } from "../support/labHost";
import { ProgramStack } from "../support/programStack";

//   lab1 ─ uplink 10.1.0.1 ──── eth0 10.1.0.2 red        blue (a Node)
const network =
  (host: Host, { mtu = 1500 } = {}) =>
  () => {
    const red = new Namespace("red", { host });
    // In the namespace at one end, on the host at the other: the reference says which host.
    const cable = new VethPair("cable", {
      end: { name: "uplink" },
      peer: { name: "eth0", namespace: red, mtu },
    });
    const near = new Address("near", { interface: cable.end, address: "10.1.0.1/24" });
    const far = new Address("far", { interface: cable.peer, address: "10.1.0.2/24" });
    new Route("out", { namespace: red, destination: "default", via: near.ip }, { dependsOn: far });
    new Sysctl("forward", { host, key: "net.ipv4.ip_forward", value: 1 });
    new NatRule("masquerade", { host, kind: "masquerade", source: "10.1.0.0/24" });
    new Node("blue", {
      host,
      interfaces: {
        eth0: { addresses: ["10.2.0.2/24"], peer: { name: "blue-far", addresses: ["10.2.0.1/24"] } },
      },
      routes: [{ destination: "default", via: "10.2.0.1" }],
    });
    new Reachability("ping", { namespace: red, target: "10.2.0.2" });
  };

describe("a program on a lab host", function () {
  this.timeout(120_000);
  onPrivateHost();

  let lab: Lab;
  let lab1: LabHost;
  let lab2: LabHost;
  let stack: ProgramStack;

  /** Returns the network state of a host as text. */
  const picture = async (host: LabHost) =>
    (
      await Promise.all(
        ["ip -br link", "ip netns", "nft list tables", "sysctl net.ipv4.ip_forward", "ls /run"].map((line) =>
          host.type(line),
        ),
      )
    ).join("\n");
  let empty: string;

  before(async () => {
    lab = await Lab.make();
    lab1 = await lab.start("lab1");
    lab2 = await lab.start("lab2");
    await lab2.name(lab, "other-name", "lab2");
    empty = await picture(lab1);
    stack = await ProgramStack.of("hosts");
  });

  after(async () => {
    await stack?.remove();
    await lab?.end();
  });

  it("is built there, and nowhere else", async () => {
    const { operations } = await stack.up(network(lab.host("lab1")));
    expect(new Set(Object.values(operations))).to.deep.equal(new Set(["create"]));
    expect(await lab1.type("ip -n red -br address show dev eth0")).to.include("10.1.0.2/24");
    expect(await lab1.type("ip netns exec blue ping -c 1 -W 2 10.1.0.2")).to.include(" 0% packet loss");
    expect(await picture(lab2)).to.equal(empty);
  });

  it("is reached by one connection with one session a run", async () => {
    const earlier = await lab1.connections();
    const { operations } = await stack.up(network(lab.host("lab1")));
    expect(operations).to.deep.equal({});
    expect((await lab1.connections()) - earlier).to.equal(1);
  });

  it("shows its drift, which the next run fixes", async () => {
    await lab1.type("ip -n red address del 10.1.0.2/24 dev eth0");
    await lab1.type("ip link set dev blue-far down");
    const { operations } = await stack.refresh();
    expect(Object.keys(operations).sort()).to.deep.equal(["blue", "far", "out", "ping"]);
    await stack.up(network(lab.host("lab1")));
    expect(await lab1.type("ip netns exec blue ping -c 1 -W 2 10.1.0.2")).to.include(" 0% packet loss");
  });

  it("is changed in place", async () => {
    const { operations } = await stack.up(network(lab.host("lab1"), { mtu: 1400 }));
    expect(operations["cable"]).to.equal("update");
    expect(await lab1.type("ip -n red link show dev eth0")).to.include("mtu 1400");
  });

  it("moves to another machine, and leaves nothing behind", async () => {
    const { operations } = await stack.up(network(lab.host("lab2")));
    expect(operations["red"]).to.equal("replace");
    expect(await lab2.type("ip netns exec blue ping -c 1 -W 2 10.1.0.2")).to.include(" 0% packet loss");
    expect(await picture(lab1)).to.equal(empty);
  });

  it("stays where it is if the machine only has another name", async () => {
    const { operations } = await stack.up(network(lab.host("other-name")));
    expect(Object.values(operations)).to.not.include("replace");
    expect(await lab2.type("ip -n red -br address show dev eth0")).to.include("10.1.0.2/24");
  });

  it("is not taken for gone if another machine answers by its name", async () => {
    const config = await readFile(lab.config, "utf8");
    await writeFile(
      lab.config,
      config
        .replace("Host other-name\n", "Host was-other\n")
        .replace("Host lab1\n", "Host lab1 other-name\n"),
    );
    for (const run of [() => stack.refresh(), () => stack.destroy()]) {
      const said = await run().then(
        () => "done",
        (error: unknown) => String(error),
      );
      expect(said).to.include("another machine answers than the one that the state knows");
    }
    await writeFile(lab.config, config);
    expect(await lab2.type("ip -n red -br address show dev eth0")).to.include("10.1.0.2/24");
  });

  it("is destroyed without a trace", async () => {
    await stack.destroy();
    expect(await picture(lab2)).to.equal(empty);
  });
});
