import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as sdk from "../../../sdk";
import { testedLinks } from "../../support/kindsOfLink";

type Class = new (name: string, args: object) => pulumi.Resource;

/** What each kind cannot do without, and the paths of its references, with what they take. */
const KINDS: Readonly<
  Record<string, { readonly args: object; readonly references: Readonly<Record<string, keyof typeof WRONG>> }>
> = {
  Namespace: { args: {}, references: {} },
  Bridge: { args: {}, references: { namespace: "namespace" } },
  ...Object.fromEntries(
    testedLinks.map(({ kind, fields }) => [
      kind,
      {
        args: {},
        references: {
          namespace: "namespace" as const,
          ...(fields.includes("bridge") && { bridge: "bridge" as const }),
        },
      },
    ]),
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
    references: { bridge: "ovsBridge", interface: "link" },
  },
  Node: {
    args: {},
    references: { "interfaces.eth0.peer.namespace": "namespace", "interfaces.eth0.peer.bridge": "bridge" },
  },
  Topology: { args: {}, references: {} },
  Reachability: { args: { target: "10.0.0.1" }, references: { namespace: "namespace" } },
};

/** One of each thing that a program has at hand. */
function things() {
  const cable = new sdk.VethPair("cable", { peer: { name: "far" } });
  const bridge = new sdk.Bridge("bridge");
  return {
    ...{ cable, bridge, end: cable.end, namespace: new sdk.Namespace("red"), node: new sdk.Node("node") },
    ovs: new sdk.OvsBridge("ovs"),
    topology: new sdk.Topology("topology", {}),
    address: new sdk.Address("address", { interface: bridge, address: "10.9.0.1/24" }),
  };
}
type Things = ReturnType<typeof things>;

/** What is wrong for a reference, and what the error says to write. */
const WRONG = {
  namespace: [
    ["bridge", "takes a Namespace, a Node or the name of one, not the Bridge"],
    ["end", "takes a Namespace, a Node or the name of one, not the end of a VethPair"],
    ["topology", "takes the name of one of its nodes, not the Topology"],
  ],
  link: [
    ["cable", "takes `cable.end` or `cable.peer`, not the VethPair"],
    ["namespace", "takes the name of a link, with the Namespace as `namespace`, not the Namespace"],
    ["node", "takes the name of a link, with the Node as `namespace`, not the Node"],
    ["address", "takes a Bridge, an end of a VethPair or another link, or the name of one, not the Address"],
  ],
  bridge: [
    ["end", "takes a Bridge or the name of one, not the end of a VethPair"],
    ["namespace", "takes a Bridge or the name of one, not the Namespace"],
    ["topology", "takes the name of one of its bridges, not the Topology"],
  ],
  ovsBridge: [
    ["cable", "takes an OvsBridge or the name of one, not the VethPair"],
    ["end", "takes an OvsBridge or the name of one, not the end of a VethPair"],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [keyof Things, string])[]>>;

/** `args` with `value` at a path; numbers lead into lists. */
function withAt(args: object, path: readonly string[], value: unknown): object {
  const [key = "", ...rest] = path;
  const below: unknown = Reflect.get(args, key);
  const isList = /^\d/.test(rest[0] ?? "");
  const inner = rest.length === 0 ? value : withAt(asObject(below) ?? (isList ? [{}, {}] : {}), rest, value);
  return Array.isArray(args) ? Object.assign([...args], { [key]: inner }) : { ...args, [key]: inner };
}

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

  for (const [kind, { args, references }] of Object.entries(KINDS)) {
    for (const [path, wanted] of Object.entries(references)) {
      it(`${kind}: ${path} refuses what is no ${wanted}`, () => {
        const given = things();
        const spoil = (value: unknown) => () => make(kind, "it", withAt(args, path.split("."), value));
        const head = `${kind} "it": \`${printed(path)}\` `;
        for (const [thing, words] of WRONG[wanted]) {
          expect(spoil(given[thing])).to.throw(pulumi.RunError, `${head}${words}`);
        }
        for (const [value, word] of [
          [7, "a number"],
          [true, "a boolean"],
          [{ name: "red" }, "an object"],
          [["red"], "a list"],
        ] as const) {
          expect(spoil(value)).to.throw(pulumi.RunError, new RegExp(`${head.slice(-9)}.*, not ${word}$`));
        }
      });
    }
  }

  it("take what they are for, also a resource that another copy of the package has made", () => {
    const { bridge, cable, namespace, node, ovs } = things();
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

  it("a resource in the place of a plain value is refused with what of it to write, however deep", () => {
    const { address, bridge, cable } = things();
    const route = { destination: "default", via: address };
    for (const [kind, args, words] of [
      ["Route", route, "`via` takes a plain value, not the Address: write its `ip` or `address`"],
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

  it("an exported link shows what it is, and nothing of this package's own", () => {
    const { bridge, cable, ovs } = things();
    expect(Object.keys(cable.end)).to.have.members(["name", "mac", "ifindex"]);
    for (const resource of [bridge, cable, ovs])
      expect(Object.keys(resource)).to.not.include.members(["place"]).and.not.include.members(["resource"]);
    expect(Object.keys(bridge)).to.not.include("mayStay");
  });
});
