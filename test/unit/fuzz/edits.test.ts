import { expect } from "chai";
import fc from "fast-check";
import { programs } from "../../fuzz/arbitraries/program";
import { renamed } from "../../fuzz/changes";
import { edited, edits } from "../../fuzz/edits";
import { printProgram } from "../../fuzz/print";
import type { Item } from "../../fuzz/program";
import { settle } from "../../fuzz/settle";
import {
  address,
  bridge,
  cable,
  filter,
  home,
  namespace,
  neighbor,
  policy,
  route,
  rule,
  within,
} from "./programs";

describe("random programs", () => {
  it("contain only what the kernel can have", () => {
    fc.assert(
      fc.property(programs, (program) => {
        expect(settle(program)).to.deep.equal(program);
      }),
      { numRuns: 20 },
    );
  });

  it("can run a second time unchanged", () => {
    fc.assert(
      fc.property(programs, (program) => {
        expect(edited(program, [])).to.deep.equal(program);
      }),
      { numRuns: 20 },
    );
  });

  it("stay so after edits", () => {
    fc.assert(
      fc.property(programs, edits, (program, changes) => {
        const after = edited(program, changes);
        expect(settle(after, program)).to.deep.equal(after);
      }),
      { numRuns: 20 },
    );
  });

  it("have up to thirty resources, and each kind", () => {
    const many = fc.sample(programs, { numRuns: 100, seed: 1 });
    expect(Math.max(...many.map((program) => program.length))).to.be.within(20, 30);
    expect([...new Set(many.flat().map(({ kind }) => kind))]).to.have.length(12);
  });
});

describe("settling a program", () => {
  const wire = cable("wire", { namespace: "room" }, { name: "far", bridge: "net" });
  const ip = address("ip", { interface: "wire.end", address: "10.1.0.2/24" });
  const way = route("way", { namespace: "room", destination: "default", via: "10.1.0.101" });
  const program = [namespace("room"), bridge("net"), wire, ip, way];

  it("leaves out dependents of missing items", () => {
    expect(settle(program)).to.deep.equal(program);
    expect(settle(program.filter(({ name }) => name !== "net")).map(({ name }) => name)).to.deep.equal([
      "room",
    ]);
    expect(settle(program.filter(({ name }) => name !== "ip")).map(({ name }) => name)).not.to.include("way");
  });

  it("leaves out a second resource with the same kernel object, even one that is still to be deleted", () => {
    const twin = bridge("twin", { name: "net" });
    expect(settle([...program, twin])).to.deep.equal(program);
    expect(settle([twin], program)).to.deep.equal([]);
  });

  it("leaves out what the kernel deletes with the last IPv4 address of a link", () => {
    const near = neighbor("near", {
      interface: "wire.end",
      address: "10.1.0.9",
      lladdr: "06:00:00:00:00:01",
    });
    const onLink = route("on", { namespace: "room", destination: "172.16.2.0/24", interface: "wire.end" });
    const later = [...program.slice(0, 3), onLink, near];
    expect(settle(later, program.slice(0, 3))).to.deep.equal(later);
    expect(settle(later, program)).to.deep.equal(program.slice(0, 3));
  });

  it("leaves out neighbours of a link that gets another MAC address, or another name", () => {
    const near = neighbor("near", { interface: "one", address: "10.1.0.9", lladdr: "06:00:00:00:00:01" });
    const left = (mac: string | undefined) => {
      const link = bridge("one", { mac });
      const named = renamed([link, near], link, "two", true);
      return settle(named, [link, near]).map(({ name }) => name);
    };
    expect(left(undefined)).to.deep.equal(["two"]);
    expect(left("06:00:00:00:00:02")).to.deep.equal(["two", "near"]);
  });

  it("leaves out rules that would stop the engine, or divert a gateway", () => {
    const shut = filter("shut", { chain: "input", verdict: "drop" });
    const lost = policy("lost", { priority: 1, action: "blackhole" });
    const others = [
      filter("inside", { chain: "input", verdict: "drop", namespace: "room" }),
      filter("narrow", { chain: "input", verdict: "drop", source: "10.1.0.0/24" }),
      policy("some", { priority: 1, action: "blackhole", from: "10.1.0.0/24" }),
      policy("near", { priority: 2, table: "main", suppressPrefixlength: 0 }),
    ];
    expect(settle([...program, shut, lost, ...others])).to.deep.equal([...program, ...others]);
  });

  it("leaves out loops of bridges", () => {
    const bridges = [bridge("one"), bridge("two")];
    const joint = (name: string) => cable(name, { bridge: "one" }, { name: `${name}-far`, bridge: "two" });
    expect(settle([...bridges, joint("a"), joint("b")])).to.deep.equal([...bridges, joint("a")]);
  });

  it("prints it as a person would write it", () => {
    expect(printProgram(program)).to.deep.equal([
      'const room = new Namespace("room", {});',
      'const net = new Bridge("net", {});',
      'const wire = new VethPair("wire", { end: { namespace: room }, peer: { name: "far", bridge: net } });',
      'new Address("ip", { interface: wire.end, address: "10.1.0.2/24" });',
      'new Route("way", { namespace: room, via: "10.1.0.101", destination: "default" });',
    ]);
  });
});

describe("settling composites", () => {
  const lab = (item: Item) => within("lab", item);
  const pub = (item: Item) => within("pub", item);
  const inLab = [
    lab(namespace("room")),
    lab(bridge("net")),
    lab(cable("wire", { namespace: "room" }, { name: "far", bridge: "net" })),
    lab(address("ip", { interface: "wire.end", address: "10.1.0.2/24" })),
    lab(route("way", { namespace: "room", destination: "default", via: "10.1.0.101" })),
  ];
  const topology = [home("Topology", "lab"), ...inLab];
  const node = [home("Node", "pub"), pub(namespace("bar"))];
  const left = (program: readonly Item[], before: readonly Item[] = []) =>
    settle(program, before).map(({ name }) => name);

  it("keeps complete ones unchanged, and leaves out the content of missing ones", () => {
    expect(settle(topology)).to.deep.equal(topology);
    expect(settle(node)).to.deep.equal(node);
    expect(settle(inLab)).to.deep.equal([]);
    expect(settle([home("Node", "pub")])).to.deep.equal([]);
  });

  it("leaves out references across a border, except for far ends of a Node and the content of its namespace", () => {
    const outer = address("out", { interface: "net", address: "10.2.0.1/24" });
    expect(left([...topology, outer])).to.not.include("out");
    const alone = bridge("alone");
    const far = (bridge: string) => pub(cable("tap", { namespace: "bar" }, { name: "tap-far", bridge }));
    expect(left([alone, ...node, far("alone")])).to.include("tap");
    expect(left([...topology, ...node, far("net")])).to.not.include("tap");
    const inside = rule("out", { kind: "masquerade", namespace: "bar", source: "10.1.0.0/24" });
    expect(left([...node, inside])).to.include("out");
  });

  it("leaves out what would move from one resource to another in one run", () => {
    const single = bridge("net");
    expect(left([single], topology)).to.deep.equal([]);
    expect(left(topology, [single])).to.not.include("net");
  });

  it("prints them as a person would write them", () => {
    expect(printProgram([...topology, ...node])).to.deep.equal([
      'new Topology("lab", { nodes: { room: { interfaces: { wire: { peer: { name: "far", bridge: "net" }, addresses: [{ address: "10.1.0.2/24" }] } }, routes: [{ via: "10.1.0.101", destination: "default" }] } }, bridges: { net: {} } });',
      'const pub = new Node("pub", { name: "bar" });',
    ]);
  });

  it("names the namespace of a Node that its own cable refers to", () => {
    const loop = pub(cable("loop", { namespace: "bar" }, { name: "back", namespace: "bar" }));
    expect(printProgram([...node, loop])).to.deep.equal([
      'const pub = new Node("pub", { name: "bar", interfaces: { loop: { peer: { name: "back", namespace: "bar" } } } });',
    ]);
  });
});
