import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Address, Bridge, Host, Namespace, Node, Route, VethPair } from "../../../sdk";
import { registered } from "./registered";

/** The host of each resource, as the provider gets it. */
async function hostsOf(declare: () => pulumi.Resource[]): Promise<Record<string, unknown>> {
  const { resources } = await registered(declare);
  const netns = Object.entries(resources).filter(([, { type }]) => type.includes("netns:"));
  return Object.fromEntries(netns.map(([name, { inputs }]) => [name, inputs["host"]]));
}

describe("the host of a resource", () => {
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("is this machine by default", async () => {
    expect(await hostsOf(() => [new Namespace("red")])).to.deep.equal({ red: undefined });
  });

  it("is a destination, or a Host with settings", async () => {
    const lab2 = new Host("lab2", { ssh: "root@lab2", connectTimeout: 5 });
    const hosts = await hostsOf(() => [
      new Namespace("a", { host: "lab1" }),
      new Namespace("b", { host: lab2 }),
      new Namespace("c", { host: new Host("lab3") }),
    ]);
    expect(hosts).to.deep.equal({
      a: "lab1",
      b: { destination: "root@lab2", connectTimeout: 5 },
      c: "lab3",
    });
  });

  it("is that of what the resource refers to", async () => {
    const hosts = await hostsOf(() => {
      const red = new Namespace("red", { host: "lab1" });
      const cable = new VethPair("cable", { peer: { name: "eth0", namespace: red } });
      return [
        red,
        cable,
        new Address("ip", { interface: cable.end, address: "10.0.0.1/24" }),
        new Route("way", { namespace: red, destination: "10.1.0.0/24", interface: "eth0" }),
      ];
    });
    expect(hosts).to.deep.equal({ red: "lab1", cable: "lab1", ip: "lab1", way: "lab1" });
  });

  it("is that of its parent, or of a component above", async () => {
    class Site extends pulumi.ComponentResource {
      constructor(
        name: string,
        readonly host: Host,
      ) {
        super("test:Site", name);
      }
    }
    const hosts = await hostsOf(() => {
      const site = new Site("site", new Host("lab1"));
      const red = new Namespace("red", {}, { parent: site });
      return [red, new Node("blue", {}, { parent: red })];
    });
    expect(hosts).to.deep.equal({ red: "lab1", blue: "lab1" });
  });

  it("is that of the configuration, unless a resource says otherwise", async () => {
    pulumi.runtime.setAllConfig({ "netns:host": "lab9" });
    const hosts = await hostsOf(() => [new Namespace("red"), new Namespace("blue", { host: "lab1" })]);
    expect(hosts).to.deep.equal({ red: "lab9", blue: "lab1" });
  });

  it("keeps equal names on two hosts apart", async () => {
    const { resources } = await registered(() => {
      const rooms = ["lab1", "lab2"].map((host) => new Namespace(`red-${host}`, { name: "red", host }));
      const far = new Address("far", {
        interface: "lo",
        namespace: "red",
        address: "10.0.0.1/8",
        host: "lab2",
      });
      return [...rooms, far];
    });
    expect(resources["far"]).to.deep.include({ deletedWith: "red-lab2", dependsOn: ["red-lab2"] });
  });

  const refused: readonly (readonly [what: string, declare: () => unknown, message: RegExp])[] = [
    [
      "a reference to another host",
      () =>
        new Address("ip", {
          interface: new Bridge("br", { host: "lab1" }),
          address: "10.0.0.1/8",
          host: "lab2",
        }),
      /^Address "ip": `interface` is on host lab1, but `host` is host lab2; name things of one host$/,
    ],
    [
      "references to two hosts",
      () =>
        new VethPair("cable", {
          end: { namespace: new Namespace("red", { host: "lab1" }) },
          peer: { name: "far", namespace: new Namespace("blue") },
        }),
      /`peer\.namespace` is on the machine that runs Pulumi, but `end\.namespace` is on host lab1/,
    ],
    [
      "anything but a Host or text",
      () => new Namespace("red", { host: pulumi.output("lab1") as never }),
      /^Namespace "red": `host` takes a Host or a destination of ssh as plain text, such as "lab1"$/,
    ],
  ];
  for (const [what, declare, message] of refused) {
    it(`refuses ${what}`, async () => {
      await registered(() => {
        expect(declare).to.throw(message);
        return [];
      });
    });
  }
});
