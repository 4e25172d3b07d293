import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { bridge } from "../../../provider/kinds/bridge";
import { namespace } from "../../../provider/kinds/namespace";
import { vethPair } from "../../../provider/kinds/vethPair";
import { checked, markFor } from "../../support/args";
import { FakeHost } from "../../support/fakeHost";

const theirs = (kind: string, name: string) => `pulumi-netns:${kind}:0123456789ab:other/dev/${name}`;

/** A link in the output of `ip`. */
const link = (ifname: string, ifalias?: string, more: object = {}) => ({
  ...{ ifindex: 5, ifname, flags: ["UP"], mtu: 1500 },
  ...(ifalias !== undefined && { ifalias }),
  ...more,
});
const kind = (info_kind: string) => ({ linkinfo: { info_kind } });

interface Row {
  readonly title: string;
  readonly links?: readonly object[];
  readonly records?: readonly (readonly [kind: string, id: string, mark: string, args: Args])[];
  /** The objects named in the refusal; none if it is deleted. */
  readonly lost: readonly string[];
}

const address = (mark: string): NonNullable<Row["records"]>[number] =>
  [
    ...["Address", "red/it-a 10.0.0.1/24", mark],
    { interface: "it-a", namespace: "red", address: "10.0.0.1/24" },
  ] as const;

function itDeletes(definition: Definition, given: Args, itself: object, rows: readonly Row[]): void {
  describe(definition.kind, () => {
    const args = checked(definition, given);
    const [object] = definition.objectNames(args);
    const at = typeof args["namespace"] === "string" ? args["namespace"] : "red";

    async function removal({ links = [], records = [] }: Row, more: Args = {}) {
      const own = { ...itself, ifalias: args["mark"] };
      const host = new FakeHost({
        [`ip -n ${at} -N -j -d addr show`]: JSON.stringify([own, ...links]),
        [`ip -n ${at} -N -j -d addr show dev`]: JSON.stringify([own]),
        "stat --format=%i": "17",
      });
      for (const [kind, id, mark, args] of records)
        await host.records.save({ kind, id, namespace: at }, { mark, args });
      const before = host.records.kept.length;
      const error = await engine.remove(definition, host, { ...args, ...more }).then(
        () => undefined,
        (error: Error) => error,
      );
      return { error, isDeleted: host.ran.some((text) => / del /.test(text)), host, before };
    }

    for (const row of rows) {
      it(`${row.lost.length > 0 ? "is refused" : "goes on"} with ${row.title}`, async () => {
        const { error, isDeleted, host, before } = await removal(row);
        if (row.lost.length === 0) {
          expect([error, isDeleted]).to.deep.equal([undefined, true]);
          return;
        }
        expect(error?.name).to.equal("RefusedError");
        expect(error?.message).to.equal(
          `cannot delete ${object}: others would lose what belongs to them:\n` +
            `${row.lost.map((one) => `  ${one}\n`).join("")}` +
            "remove these first, where they belong; to delete them as well, set `deleteForeign: true` and run `pulumi up` before the deletion",
        );
        expect([isDeleted, host.records.kept.length]).to.deep.equal([false, before]);
      });

      it(`continues with ${row.title}, if allowed`, async () => {
        const { error, isDeleted } = await removal(row, { deleteForeign: true });
        expect([error, isDeleted]).to.deep.equal([undefined, true]);
      });
    }
  });
}

describe("the losses of others in a deletion", () => {
  const own = markFor("Address", "mine");
  const record: Row = {
    title: "an address of another stack",
    records: [address(theirs("Address", "ip"))],
    lost: ['address it-a 10.0.0.1/24 in red of Address "ip" of the stack other/dev'],
  };
  const ownRecord: Row = { title: "an address of its own stack", records: [address(own)], lost: [] };
  const elsewhere: Row = {
    title: "an address of another stack on another link",
    records: [["Address", "red/it-z 10.0.0.1/24", theirs("Address", "ip"), { interface: "it-z" }]],
    lost: [],
  };
  const stacked: Row = {
    title: "a vlan on top",
    links: [link("it-a.5", undefined, { link: "it-a", ...kind("vlan") })],
    lost: ["link it-a.5 in red, which nobody manages"],
  };
  const beside: Row = { title: "links beside it", links: [link("tap0"), link("it-z.5")], lost: [] };

  itDeletes(namespace, { name: "red" }, link("lo"), [
    record,
    ownRecord,
    { ...elsewhere, lost: ['address it-z undefined of Address "ip" of the stack other/dev'] },
    { title: "what every namespace has", links: [link("sit0"), link("ip6tnl0")], lost: [] },
    { title: "links of its own stack", links: [link("it-a", markFor("Bridge", "mine"))], lost: [] },
    {
      title: "links of others",
      links: [link("eth0", theirs("VethPair", "x")), link("foreign0"), link("eth1", "Gi0/1")],
      lost: [
        'link eth0 in red of VethPair "x" of the stack other/dev',
        "link foreign0 in red, which nobody manages",
        'link eth1 in red with the alias "Gi0/1", which nobody manages',
      ],
    },
    {
      title: "a route and a parameter of another stack",
      records: [
        [
          ...(["Route", "red/10.9.0.0/16", theirs("Route", "r")] as const),
          { namespace: "red", destination: "10.9.0.0/16", table: "main", metric: 0 },
        ],
        [
          "Sysctl",
          "red/net.ipv4.ip_forward",
          theirs("Sysctl", "s"),
          { namespace: "red", key: "net.ipv4.ip_forward" },
        ],
      ],
      lost: [
        'route main 10.9.0.0/16 metric 0 in red of Route "r" of the stack other/dev',
        'sysctl net/ipv4/ip_forward in red of Sysctl "s" of the stack other/dev',
      ],
    },
  ]);

  itDeletes(bridge, { name: "it-a", namespace: "red" }, link("it-a", undefined, kind("bridge")), [
    ...[record, ownRecord, elsewhere, stacked, beside],
    {
      title: "a port of its own stack",
      links: [link("p", markFor("VethPair", "p"), { master: "it-a" })],
      lost: [],
    },
    {
      title: "ports of others",
      links: [
        link("tap0", undefined, { master: "it-a" }),
        link("p", theirs("VethPair", "p"), { master: "it-a" }),
      ],
      lost: [
        "link tap0 in red, which nobody manages",
        'link p in red of VethPair "p" of the stack other/dev',
      ].sort((a, b) => Number(a < b)),
    },
  ]);

  itDeletes(
    vethPair,
    { end: { name: "it-a", namespace: "red" }, peer: { name: "it-b", namespace: "red" } },
    link("it-a", undefined, kind("veth")),
    [
      ...[record, ownRecord, elsewhere, stacked, beside],
      {
        title: "the other end beside it, which names it",
        links: [link("it-b", undefined, { link: "it-a", ...kind("veth") })],
        lost: [],
      },
      {
        title: "a macvlan on the other end, and a neighbour there",
        links: [link("mac0", undefined, { link: "it-b", ...kind("macvlan") })],
        records: [
          [
            ...(["Neighbor", "red/it-b 10.0.0.9", theirs("Neighbor", "n")] as const),
            { interface: "it-b", namespace: "red", address: "10.0.0.9" },
          ],
        ],
        lost: [
          "link mac0 in red, which nobody manages",
          'neighbour it-b 10.0.0.9 in red of Neighbor "n" of the stack other/dev',
        ],
      },
    ],
  );
});
