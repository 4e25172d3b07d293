import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as sdk from "../../../sdk";
import { type DocumentedField, documentedClasses } from "../../support/documented";
import { testedLinks } from "../../support/kindsOfLink";
import { typeErrors } from "../../support/typeErrors";

type Class = new (name: string, args: object) => pulumi.Resource;

/** The required arguments of each kind, and the paths of its references with the accepted types. */
const KINDS: Readonly<
  Record<string, { readonly args: object; readonly references: Readonly<Record<string, Wanted>> }>
> = {
  Namespace: { args: {}, references: {} },
  Bridge: { args: {}, references: { namespace: "namespace" } },
  ...Object.fromEntries(
    testedLinks.map(({ kind, fields }) => {
      const port = fields.includes("bridge") ? { bridge: "bridge" as const } : {};
      return [kind, { args: {}, references: { namespace: "namespace" as const, ...port } }];
    }),
  ),
  VethPair: {
    args: { peer: { name: "far" } },
    references: {
      ...{ "end.namespace": "namespace", "peer.namespace": "namespace" },
      ...{ "end.bridge": "bridge", "peer.bridge": "bridge" },
    },
  },
  Address: {
    args: { interface: "eth0", address: "10.0.0.1/24" },
    references: { interface: "link", namespace: "namespace" },
  },
  Route: {
    args: { destination: "10.0.0.0/8" },
    references: {
      ...{ interface: "link", namespace: "namespace" },
      ...{ "nexthops.0.interface": "link", "nexthops.1.interface": "link" },
    },
  },
  Neighbor: {
    args: { interface: "eth0", address: "10.0.0.2" },
    references: { interface: "link", namespace: "namespace" },
  },
  PolicyRule: { args: { priority: 7 }, references: { namespace: "namespace", iif: "link", oif: "link" } },
  NatRule: {
    args: { kind: "masquerade" },
    references: { namespace: "namespace", inInterface: "link", outInterface: "link", routeLocalnet: "link" },
  },
  FilterRule: {
    args: { chain: "input", verdict: "drop" },
    references: { namespace: "namespace", inInterface: "link", outInterface: "link" },
  },
  Sysctl: { args: { key: "net.ipv4.ip_forward", value: 1 }, references: { namespace: "namespace" } },
  OvsBridge: { args: {}, references: {} },
  OvsPort: {
    args: { bridge: "ovs", interface: "eth0" },
    references: { bridge: "ovsBridge", interface: "port" },
  },
  Node: {
    args: {},
    references: {
      "interfaces.eth0.peer.namespace": "namespace",
      "interfaces.eth0.peer.bridge": "bridge",
      "ovsPorts.eth0.bridge": "ovsBridge",
    },
  },
  Topology: { args: {}, references: {} },
  Reachability: { args: { target: "10.0.0.1" }, references: { namespace: "namespace" } },
};

type Wanted = keyof typeof TAKES;

/** Instances of each exported class, by their words in messages. */
function things(): Readonly<Record<string, object>> {
  const all = Object.entries(KINDS).map(([kind, { args }]) => [kind, make(kind, `a-${kind}`, args)] as const);
  const cable = new sdk.VethPair("cable", { peer: { name: "far" } });
  return { ...Object.fromEntries(all), [END]: cable.end };
}

const END = "end of a VethPair";

/** Kinds of link without a handle of their own. */
const PLAIN_LINKS = testedLinks.map(({ kind }) => kind);

/** The things that each sort of reference accepts, its words in errors, and those for things that contain one. */
const TAKES = {
  namespace: {
    things: ["Namespace", "Node"],
    words: "a Namespace, a Node or the name of one",
    others: { Topology: "the name of one of its nodes" },
  },
  link: {
    things: ["Bridge", "OvsBridge", END, ...PLAIN_LINKS],
    words: "a Bridge, an OvsBridge, an end of a VethPair, another link or the name of one",
    others: {
      VethPair: "`cable.end` or `cable.peer`",
      Namespace: "the name of a link, with the Namespace as `namespace`",
      Node: "the name of a link, with the Node as `namespace`",
      Topology: "the name of a link, with the name of its node as `namespace`",
    },
  },
  bridge: {
    things: ["Bridge"],
    words: "a Bridge or the name of one",
    others: {
      Topology: "the name of one of its bridges",
      OvsBridge: "a Linux bridge; omit it, and create an OvsPort for this link",
    },
  },
  ovsBridge: {
    things: ["OvsBridge"],
    words: "an OvsBridge or the name of one",
    others: { Bridge: "an OvsBridge; give the link this `bridge` instead of an OvsPort" },
  },
  port: {
    things: ["Bridge", END, ...PLAIN_LINKS],
    words: "an end of a VethPair, a Bridge, another link or the name of one",
    others: {
      VethPair: "`cable.end` or `cable.peer`",
      Namespace: "a link of the host's own namespace",
      Node: "the name of the far end of one of its cables",
      Topology: "the name of the far end of a cable",
      OvsBridge: "an end of a VethPair: connect bridges of Open vSwitch by a cable",
    },
  },
} as const;

/** Values that are not resources, and their words in errors. */
const VALUES = [
  [7, "a number"],
  [true, "a boolean"],
  [{ name: "red" }, "an object"],
  [["red"], "a list"],
] as const;

const isTaken = (wanted: Wanted, thing: string): boolean =>
  TAKES[wanted].things.some((taken) => taken === thing);

/** The error for a thing in place of a reference. */
function refusal(kind: string, path: string, wanted: Wanted, thing: string): string {
  const { words, others } = TAKES[wanted];
  const fix = Object.entries(others).find(([other]) => other === thing)?.[1] ?? words;
  return `${kind} "it": \`${printed(path)}\` takes ${fix}, not the ${thing}`;
}

const references = Object.entries(KINDS).flatMap(([kind, { args, references }]) =>
  Object.entries(references).map(([path, wanted]) => ({ kind, args, path, wanted })),
);

/** `args` with `value` at a path; numbers lead into lists. */
function withAt(args: object, path: readonly string[], value: unknown): object {
  const [key = "", ...rest] = path;
  const below: unknown = Reflect.get(args, key);
  const isList = /^\d/.test(rest[0] ?? "");
  const inner = rest.length === 0 ? value : withAt(asObject(below) ?? (isList ? [{}, {}] : {}), rest, value);
  return Array.isArray(args) ? Object.assign([...args], { [key]: inner }) : { ...args, [key]: inner };
}

/** Marks the place of a value in the text of arguments. */
const HOLE = "the value";

const asObject = (value: unknown): object | undefined =>
  typeof value === "object" && value !== null ? value : undefined;

/** A path as errors write it. */
const printed = (path: string): string => path.replace(/\.(\d+)/g, "[$1]");

const make = (kind: string, name: string, args: object): pulumi.Resource => {
  const found: unknown = Reflect.get(sdk, kind);
  return Reflect.construct(found as Class, [name, args]);
};

describe("sdk references", () => {
  before(() =>
    pulumi.runtime.setMocks({
      call: () => ({}),
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
    }),
  );

  it("have a row for every class", () => {
    const isResource = (value: unknown) =>
      typeof value === "function" && value.prototype instanceof pulumi.CustomResource;
    const classes = Object.entries(sdk).flatMap(([name, value]) => (isResource(value) ? [name] : []));
    expect(Object.keys(KINDS).sort()).to.deep.equal(classes.sort());
  });

  it("have a row for every argument with a reference", async () => {
    const paths = (fields: readonly DocumentedField[]): string[] =>
      fields.flatMap((field) => [...(field.isReference ? [field.path] : []), ...paths(field.fields)]);
    const general = (path: string) =>
      path.replace(/\.\d+\./, "[].").replace(/^(interfaces|ovsPorts)\.\w+\./, "$1.*.");
    const classes = await documentedClasses();
    for (const [kind, { references }] of Object.entries(KINDS)) {
      expect([...new Set(Object.keys(references).map(general))].sort(), kind).to.deep.equal(
        paths(classes[kind]?.args ?? []).sort(),
      );
    }
  }).timeout(120_000);

  for (const { kind, args, path, wanted } of references) {
    it(`${kind}: ${path} accepts only ${wanted}`, () => {
      for (const [thing, value] of Object.entries(things())) {
        const made = () => make(kind, "it", withAt(args, path.split("."), value));
        if (isTaken(wanted, thing)) expect(made).to.not.throw();
        else expect(made).to.throw(pulumi.RunError, refusal(kind, path, wanted, thing));
      }
      for (const [value, words] of VALUES) {
        const made = () => make(kind, "it", withAt(args, path.split("."), value));
        expect(made).to.throw(pulumi.RunError, `${TAKES[wanted].words}, not ${words}`);
      }
      expect(() => make(kind, "it", withAt(args, path.split("."), "name"))).to.not.throw();
    });
  }

  it("compile only with the accepted types", () => {
    const constants = [...Object.keys(KINDS), "VethEnd"].map(
      (name) => `declare const a${name}: sdk.${name};`,
    );
    const cells = references.flatMap(({ kind, args, path, wanted }) => {
      const statement = (value: string) =>
        `new sdk.${kind}("it", ${JSON.stringify(withAt(args, path.split("."), HOLE)).replace(`"${HOLE}"`, value)});`;
      return [
        ...Object.keys(KINDS).map((thing) => ({
          statement: statement(`a${thing}`),
          isFine: isTaken(wanted, thing),
        })),
        { statement: statement("aVethEnd"), isFine: isTaken(wanted, END) },
        { statement: statement('"name"'), isFine: true },
        { statement: statement("aBridge.name"), isFine: true },
        ...VALUES.map(([value]) => ({ statement: statement(JSON.stringify(value)), isFine: false })),
      ];
    });
    const lines = [
      'import * as sdk from "pulumi-netns";',
      ...constants,
      ...cells.map(({ statement }) => statement),
    ];
    const file = join(__dirname, "references.virtual.ts");
    const errors = typeErrors(new Map([[file, lines.join("\n")]]));
    expect([...new Set(errors.map(({ line }) => lines[line - 1]))]).to.deep.equal(
      cells.filter(({ isFine }) => !isFine).map(({ statement }) => statement),
    );
  }).timeout(120_000);

  it("accept their types, also from another copy of the package", () => {
    const [bridge, ovs, node] = [new sdk.Bridge("bridge"), new sdk.OvsBridge("ovs"), new sdk.Node("node")];
    const [namespace, cable] = [
      new sdk.Namespace("red"),
      new sdk.VethPair("cable", { peer: { name: "far" } }),
    ];
    const copy = Object.create(pulumi.CustomResource.prototype, Object.getOwnPropertyDescriptors(namespace));
    new sdk.Bridge("b1", { namespace });
    new sdk.Bridge("b2", { namespace: node });
    new sdk.Bridge("b3", { namespace: copy });
    new sdk.Bridge("b4", { namespace: pulumi.output("red") });
    new sdk.Bridge("b5", { namespace: Promise.resolve("red") });
    for (const [at, link] of [bridge, ovs, cable.end, cable.peer, "eth0", pulumi.output("eth0")].entries()) {
      new sdk.Address(`a${at}`, { interface: link, address: `10.${at}.0.1/24` });
    }
    new sdk.VethPair("v", { end: { bridge }, peer: { name: "v-far", bridge: "br0" } });
  });

  it("refuse a link of a version without handles", () => {
    const bridge = new sdk.Bridge("bridge");
    const strings = Object.entries(Object.getOwnPropertyDescriptors(bridge));
    const older = Object.create(pulumi.CustomResource.prototype, Object.fromEntries(strings));
    expect(() => new sdk.Address("it", { interface: older, address: "10.0.0.1/24" })).to.throw(
      pulumi.RunError,
      'Address "it": `interface` is the Bridge of another version of pulumi-netns; install one version, or write its name',
    );
  });

  it("a resource in place of a plain value is refused with the property to write, at any depth", () => {
    const [bridge, cable] = [new sdk.Bridge("bridge"), new sdk.VethPair("cable", { peer: { name: "far" } })];
    const address = new sdk.Address("address", { interface: bridge, address: "10.9.0.1/24" });
    const route = { destination: "default", via: address };
    const dummy = new sdk.Dummy("dummy");
    for (const [kind, args, words] of [
      ["Route", route, "`via` takes a plain value, not the Address: write its `ip` or `address`"],
      [
        "Route",
        { destination: "default", via: dummy },
        "`via` takes a plain value, not the Dummy: write its `name`",
      ],
      ["Node", { routes: [route] }, "`routes[0].via` takes a plain value, not the Address"],
      [
        "Node",
        { routes: [{ destination: "default", interface: cable.end }] },
        "`routes[0].interface` takes a plain value, not the end of a VethPair: write its `name`",
      ],
      [
        "Topology",
        { nodes: { red: { interfaces: { eth0: { peer: { bridge } } } } } },
        "`nodes.red.interfaces.eth0.peer.bridge` takes a plain value, not the Bridge: write its `name`",
      ],
      [
        "Topology",
        { nat: { out: { kind: "masquerade", outInterface: cable } } },
        "`nat.out.outInterface` takes a plain value, not the VethPair: write its `end.name` or `peer.name`",
      ],
    ] as const) {
      expect(() => make(kind, "it", args)).to.throw(pulumi.RunError, `${kind} "it": ${words}`);
    }
  });

  it("an exported link shows its properties, and no private ones", () => {
    const [bridge, ovs] = [new sdk.Bridge("bridge"), new sdk.OvsBridge("ovs")];
    const cable = new sdk.VethPair("cable", { peer: { name: "far" } });
    expect(Object.keys(cable.end)).to.have.members(["name", "mac", "ifindex"]);
    for (const resource of [bridge, cable, ovs])
      expect(Object.keys(resource)).to.not.include.members(["place"]).and.not.include.members(["resource"]);
    expect(Object.keys(bridge)).to.not.include("mayStay");
  });
});
