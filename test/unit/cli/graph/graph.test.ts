import { expect } from "chai";
import { asDot } from "../../../../cli/graph/dot";
import { drawingOf } from "../../../../cli/graph/drawing";
import { asMermaid } from "../../../../cli/graph/mermaid";
import { asText } from "../../../../cli/graph/text";
import { findPlace, type Network } from "../../../../provider/trace/network/network";
import { address, link, network, place, veth } from "../../../support/network";

const lines = (...text: readonly string[]): string => `${text.join("\n")}\n`;

/** Returns these places of the network, without the others. */
const only = (...names: readonly (string | undefined)[]): Network =>
  names.flatMap((name) => findPlace(network, name) ?? []);

describe("a graph of the network", () => {
  it("as a table: ports below their bridge, and where cables lead", () => {
    expect(asText(network, network)).to.equal(
      lines(
        "NAMESPACE  LINK       KIND      STATE  ADDRESSES       OTHER END",
        "host       br0        bridge    up     10.0.0.1/24",
        "host         red-br   veth      up                     eth0 in red",
        "host         blue-br  veth      up                     eth0 in blue",
        "host         here1    veth      up                     here0 on the host",
        "host       eth0       hardware  up     192.168.1.2/24",
        "host       lan0       veth      up                     eth0 in lan",
        "host       docker0    veth      up                     in a namespace without a name",
        "host       here0      veth      up                     here1 on the host",
        "red        eth0       veth      up     10.0.0.2/24     red-br on the host",
        "blue       eth0       veth      up     10.0.0.3/24     blue-br on the host",
        "lan        eth0       veth      up     192.168.7.3/24  lan0 on the host",
      ),
    );
  });

  it("for Mermaid: a cable is one line, and begins at the bridge that its end is a port of", () => {
    expect(asMermaid(drawingOf(network, network))).to.equal(
      lines(
        "flowchart LR",
        '  subgraph box0["host"]',
        '    n0l1[["br0 (bridge)<br>10.0.0.1/24"]]',
        '    n0l4["eth0 (hardware)<br>192.168.1.2/24"]',
        '    n0l5["lan0"]',
        '    n0l6["docker0"]',
        '    n0l7["here0"]',
        "  end",
        '  subgraph box1["red"]',
        '    n1l0["eth0<br>10.0.0.2/24"]',
        "  end",
        '  subgraph box2["blue"]',
        '    n2l0["eth0<br>10.0.0.3/24"]',
        "  end",
        '  subgraph box3["lan"]',
        '    n3l0["eth0<br>192.168.7.3/24"]',
        "  end",
        '  n0l6far["a namespace without a name"]',
        '  n0l1 ---|"red-br"| n1l0',
        '  n0l1 ---|"blue-br"| n2l0',
        "  n0l5 --- n3l0",
        "  n0l6 --- n0l6far",
        '  n0l7 ---|"here1"| n0l1',
      ),
    );
  });

  it("for Graphviz: what a cable of those asked for leads to is named", () => {
    expect(asDot(drawingOf(network, only("red", "lan")))).to.equal(
      lines(
        "graph network {",
        "  rankdir=LR;",
        '  graph [fontname="sans-serif", style="rounded"];',
        '  node [fontname="sans-serif", shape=box];',
        '  edge [fontname="sans-serif", fontsize=10];',
        "  subgraph cluster0 {",
        '    label="red";',
        '    n1l0 [label="eth0\\n10.0.0.2/24"];',
        "  }",
        "  subgraph cluster1 {",
        '    label="lan";',
        '    n3l0 [label="eth0\\n192.168.7.3/24"];',
        "  }",
        '  n1l0far [label="red-br on the host", shape=plaintext];',
        '  n3l0far [label="lan0 on the host", shape=plaintext];',
        "  n1l0 -- n1l0far;",
        "  n3l0 -- n3l0far;",
        "}",
      ),
    );
  });

  describe("of odd things", () => {
    const odd: Network = [
      place(
        undefined,
        [],
        link(1, "lo", { flags: ["LOOPBACK", "UP"], ...address("10.255.0.1") }),
        link(2, 'b"r\\0#<', { flags: [], linkinfo: { info_kind: "bridge" } }),
        link(3, "vx", { flags: ["UP", "NO-CARRIER"], master: 'b"r\\0#<', linkinfo: { info_kind: "vxlan" } }),
        veth(
          4,
          "end",
          { link: "peer", link_index: 5 },
          { master: 'b"r\\0#<', flags: [], ...address("10.0.0.1") },
        ),
        veth(5, "peer", { link: "end", link_index: 4 }, { master: 'b"r\\0#<', flags: [] }),
      ),
      place("empty", [], link(1, "lo", { flags: ["LOOPBACK"] })),
    ];

    it("shows states, loopback links with addresses, and namespaces without links", () => {
      expect(asText(odd, odd)).to.equal(
        lines(
          "NAMESPACE  LINK     KIND      STATE       ADDRESSES      OTHER END",
          "host       lo       loopback  up          10.255.0.1/24",
          'host       b"r\\0#<  bridge    down',
          "host         vx     vxlan     no carrier",
          "host         end    veth      down        10.0.0.1/24    peer on the host",
          "host         peer   veth      down                       end on the host",
          "empty      -",
        ),
      );
    });

    it("gives Mermaid letters that mean something there as codes", () => {
      expect(asMermaid(drawingOf(odd, odd))).to.equal(
        lines(
          "flowchart LR",
          '  subgraph box0["host"]',
          '    n0l0["lo (loopback)<br>10.255.0.1/24"]',
          '    n0l1[["b#34;r#92;0#35;#60; (bridge, down)"]]',
          '    n0l2["vx (vxlan, no carrier)"]',
          '    n0l3["end (down)<br>10.0.0.1/24"]',
          "  end",
          '  subgraph box1["empty"]',
          '    n1none["no links"]',
          "  end",
          '  n0l3 ---|"peer (down)"| n0l1',
          "  n0l2 --- n0l1",
          "  n0l3 --- n0l1",
        ),
      );
    });

    it("gives Graphviz quotes and backslashes behind a backslash", () => {
      expect(asDot(drawingOf(odd, odd))).to.include(
        'n0l1 [label="b\\"r\\\\0#< (bridge, down)", shape=box3d];',
      );
    });
  });
});
