import { expect } from "chai";
import type { Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { sysctl } from "../../../provider/kinds/sysctl";
import {
  asObserved,
  checked,
  itCreates,
  itDiffers,
  itRefuses,
  itUpdates,
  markFor,
  printed,
} from "../../support/args";
import { absent, FakeHost, inTurn, type Scripted } from "../../support/fakeHost";

const definition: Definition = sysctl;
const key = "net.ipv4.ip_forward";
const state = checked(definition, { key, value: "1" });
const noKey = (text: string) =>
  `key: is ${JSON.stringify(text)}, not a key such as net.ipv4.ip_forward or net/ipv4/conf/eth0.100/forwarding`;

describe("Sysctl", () => {
  describe("check", () => {
    for (const [value, text] of [
      [1, "1"],
      [true, "1"],
      [false, "0"],
      ["1024\t65000", "1024 65000"],
    ] as const) {
      it(`accepts ${JSON.stringify(value)} for ${JSON.stringify(text)}`, () => {
        expect(checked(definition, { key, value }, "it")).to.deep.equal({
          key,
          value: text,
          mark: markFor("Sysctl", "it"),
        });
      });
    }

    itRefuses(definition, { key, value: 1, namespace: "bad-sysctl" }, [
      [{ key: undefined }, "key: is required"],
      [{ key: "" }, noKey("")],
      [{ key: "ip_forward" }, noKey("ip_forward")],
      [{ key: "net/../kernel/panic" }, noKey("net/../kernel/panic")],
      [{ key: "net.ipv4.ip_forward=1" }, noKey("net.ipv4.ip_forward=1")],
      [{ key: 5 }, "key: is 5, not of type string"],
      [
        { key: "kernel.hostname" },
        "key: is kernel.hostname, which belongs to the whole host and not to a network namespace: leave `namespace` out",
      ],
      [{ value: undefined }, "value: is required"],
      [{ value: "" }, "value: is empty"],
      [{ value: "1\n0" }, "value: may not hold line breaks"],
      [{ value: [1] }, "value: is neither text nor a number"],
      [{ namespace: "" }, "namespace: is empty"],
      [{ name: "forwarding" }, "name: is not a property; there are `key`, `value`, `namespace`"],
      [
        { key: "net", value: null, namespace: ".." },
        noKey("net"),
        "value: is neither text nor a number",
        'namespace: may not be ".."',
      ],
    ]);

    it("accepts a key of the whole host without a namespace", () => {
      checked(definition, { key: "kernel.hostname", value: "lab" });
    });
  });

  describe("diff", () => {
    itDiffers(definition, state, [
      ["key", "net.ipv4.tcp_syncookies", "replace"],
      ["key", "net/ipv4/ip_forward", "update"],
      ["key", "net.ipv4.conf.all.forwarding", "update"],
      ["namespace", "red", "replace"],
      ["value", "0", "update"],
    ]);
  });

  it("has the same id and claims under each name of one parameter, and finds records under earlier ids", () => {
    const names = ["net.ipv4.ip_forward", "net/ipv4/conf/all/forwarding"].map((one) => ({
      ...state,
      key: one,
    }));
    for (const args of names) {
      expect(definition.id(args)).to.equal("net.ipv4.ip_forward");
      expect(definition.formerIds?.(args)).to.deep.equal(["net.ipv4.conf.all.forwarding"]);
      expect(definition.objectNames(args)).to.deep.equal(["sysctl net/ipv4/ip_forward"]);
    }
  });

  it("is identified by its key, and claimed by its path", () => {
    const dotted = { ...state, key: "net.ipv4.conf.eth0/100.forwarding", namespace: "red" };
    const slashed = { ...dotted, key: "net/ipv4/conf/eth0.100/forwarding" };
    expect([state, dotted, slashed].map((args) => definition.id(args))).to.deep.equal([
      "net.ipv4.ip_forward",
      "red/net.ipv4.conf.eth0/100.forwarding",
      "red/net.ipv4.conf.eth0/100.forwarding",
    ]);
    expect([definition.objectNames(state), definition.objectNames(dotted)]).to.deep.equal([
      ["sysctl net/ipv4/ip_forward"],
      ["sysctl net/ipv4/conf/eth0.100/forwarding in red"],
    ]);
  });

  describe("commands", () => {
    it("reads the parameter", () => {
      const plain = { ...state, key: "net.ipv4.tcp_syncookies" };
      expect(printed(definition.probe(plain))).to.deep.equal(["sysctl --ignore net.ipv4.tcp_syncookies"]);
      expect(printed(definition.probe({ ...plain, namespace: "red" }))).to.deep.equal([
        "ip netns exec red sysctl --ignore net.ipv4.tcp_syncookies",
      ]);
    });

    it("reads what else a change of the parameter changes", () => {
      expect(printed(definition.probe(state))).to.deep.equal([
        "sysctl --ignore net.ipv4.ip_forward",
        'sysctl --ignore --pattern "^net[./]ipv4[./]conf[./].+[./](forwarding|accept_redirects)$" net/ipv4/conf',
      ]);
    });

    itCreates(definition, [
      [{ key, value: 1 }, "sysctl -q -w net.ipv4.ip_forward=1"],
      [{ key, value: 0, namespace: "red" }, "ip netns exec red sysctl -q -w net.ipv4.ip_forward=0"],
      [
        { key: "net.ipv4.ip_local_port_range", value: "1024 65000" },
        'sysctl -q -w "net.ipv4.ip_local_port_range=1024 65000"',
      ],
      [
        { key: "net/ipv4/conf/eth0.100/forwarding", value: true },
        "sysctl -q -w net/ipv4/conf/eth0.100/forwarding=1",
      ],
    ]);

    itUpdates(definition, state, [
      ["key", "net.ipv4.conf.all.forwarding"],
      ["value", "0", "sysctl -q -w net.ipv4.ip_forward=0"],
      ["mark", "another"],
    ]);

    it("removes nothing, as a parameter always exists", () => {
      expect(definition.remove(asObserved(state), state)).to.deep.equal([]);
    });
  });

  describe("parse", () => {
    it("reads the value", () => {
      expect(definition.parse(["net.ipv4.ip_forward = 1"], state)).to.deep.equal({
        args: { value: "1" },
        outputs: {},
      });
    });

    it("reads lists, empty values and names with dots", () => {
      const read = (key: string, answer: string) => definition.parse([answer], { key })?.args["value"];
      expect([
        read("net.ipv4.tcp_rmem", "net.ipv4.tcp_rmem = 4096\t131072\t33554432"),
        read("net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_local_reserved_ports = "),
        read("net/ipv4/conf/eth0.100/forwarding", "net.ipv4.conf.eth0/100.forwarding = 1"),
        read("net.ipv4.conf.eth0/100.forwarding", "net.ipv4.conf.eth0/100.forwarding = 1"),
      ]).to.deep.equal(["4096 131072 33554432", "", "1", "1"]);
    });

    for (const nothing of [undefined, "", "net.ipv4.conf.all.forwarding = 1"]) {
      it(`has nothing in ${JSON.stringify(nothing)}`, () => {
        expect(definition.parse([nothing], state)).to.equal(undefined);
      });
    }
  });

  describe("through the engine", () => {
    const key = "net.ipv4.tcp_fin_timeout";
    const state = checked(definition, { key, value: "1" });

    it("remembers the former value, also through updates and refreshes", async () => {
      const former = { args: { value: "0" } };
      const show = "sysctl --ignore";
      const line = (value: number) => `${key} = ${value}`;
      const { records } = new FakeHost();
      const hostWith = (answer: Scripted) => Object.assign(new FakeHost({ [show]: answer }), { records });
      const created = await engine.create(definition, hostWith(inTurn(line(0), line(1))), state);
      expect(created.state).to.deep.equal({ ...state, former });

      const two = { ...state, value: "2" };
      const updated = await engine.update(definition, hostWith(inTurn(line(1), line(2))), created.state, two);
      expect(updated.state).to.deep.equal({ ...two, former });

      const refreshed = await engine.read(definition, hostWith(line(5)), updated.state);
      expect(refreshed?.state).to.deep.equal({ ...state, value: "5", former });
      expect(refreshed?.inputs).to.deep.equal({ ...state, value: "5" });

      const host = hostWith(line(5));
      await engine.remove(definition, host, refreshed?.state ?? {});
      expect(host.ran).to.deep.equal([`sysctl --ignore ${key}`, `sysctl -q -w ${key}=0`]);
    });

    for (const [title, value, commands] of [
      ["sets an empty former value again", "", [`sysctl -q -w ${key}=`]],
      ["keeps the value if it was the same before", "1", []],
      ["keeps the value if the former one is unknown", undefined, []],
    ] as const) {
      it(title, async () => {
        const host = new FakeHost({ "sysctl --ignore": `${key} = 1` });
        const former = value === undefined ? {} : { former: { args: { value } } };
        await engine.remove(definition, host, { ...state, ...former });
        expect(host.ran).to.deep.equal([`sysctl --ignore ${key}`, ...commands]);
      });
    }

    it("reports a missing parameter in the words of the tool", async () => {
      const host = new FakeHost({ "sysctl -q -w": absent });
      const error: unknown = await engine.create(definition, host, state).catch((error: unknown) => error);
      expect(error).to.have.property(
        "message",
        "not found: `sysctl -q -w net.ipv4.tcp_fin_timeout=1`\nit NotFound",
      );
      expect(host.ran).to.deep.equal([
        `sysctl --ignore ${key}`,
        `sysctl -q -w ${key}=1`,
        `sysctl --ignore ${key}`,
      ]);
    });
  });
});
