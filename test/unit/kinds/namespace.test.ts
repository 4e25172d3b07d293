import { expect } from "chai";
import type { Args, Definition } from "../../../provider/engine/definition";
import * as engine from "../../../provider/engine/lifecycle";
import { birthGroup } from "../../../provider/kinds/links/identity";
import { namespace } from "../../../provider/kinds/namespace";
import { RefusedError } from "../../../provider/linux/errors";
import {
  asObserved,
  checked,
  golden,
  itCreates,
  itDiffers,
  itRefuses,
  itUpdates,
  markFor,
  printed,
} from "../../support/args";
import { absent, FakeHost, inTurn, type Scripted } from "../../support/fakeHost";

const definition: Definition = namespace;
/** The mark that the golden loopback link carries. */
const mark = "pulumi-netns:Namespace:0123456789ab:project/stack/red";
const sysctls = { "net.ipv4.ip_forward": "1", "net.ipv4.tcp_rmem": "4096 131072 33554432" };
const state: Args = { ...checked(definition, { name: "red", sysctls }), mark };
const loopback = golden("link-lo");
const outputs = { path: "/run/netns/red", inode: 4026532224 };

/** The answers of a namespace that equals `state`. */
const THERE: Readonly<Record<string, Scripted>> = {
  "stat --format=%i /run/netns/red": "4026532224",
  "ip -n red -N -j -d addr show dev lo": loopback,
  "ip netns exec red sysctl --ignore": "net.ipv4.ip_forward = 1\nnet.ipv4.tcp_rmem = 4096\t131072\t33554432",
};

describe("Namespace", () => {
  describe("check", () => {
    it("fills in defaults", () => {
      expect(checked(definition, { name: "red" }, "it")).to.deep.equal({
        name: "red",
        loopback: true,
        killProcesses: false,
        mark: markFor("Namespace", "it"),
      });
    });

    it("converts the values of parameters into text", () => {
      const given = {
        "net.ipv4.ip_forward": true,
        "net.core.somaxconn": 128,
        "net.ipv4.tcp_rmem": "4096\t8192  9",
      };
      expect(checked(definition, { name: "red", sysctls: given })["sysctls"]).to.deep.equal({
        "net.ipv4.ip_forward": "1",
        "net.core.somaxconn": "128",
        "net.ipv4.tcp_rmem": "4096 8192 9",
      });
    });

    const noKey = (key: string) =>
      `sysctls.${key}: is "${key}", not a key such as net.ipv4.ip_forward or net/ipv4/conf/eth0.100/forwarding`;
    itRefuses(definition, { name: "bad-namespace" }, [
      [{ name: undefined }, "name: is required"],
      [{ name: "" }, "name: is empty"],
      [{ name: ".." }, 'name: may not be ".."'],
      [{ name: "-a" }, "name: may not start with `-`: tools would read it as an option"],
      [
        { name: "a/b" },
        'name: is "a/b": white space, control characters, quotes, `/` and `\\` are not allowed',
      ],
      [{ name: "n".repeat(256) }, "name: is longer than 255 bytes"],
      [{ name: 5 }, "name: is 5, not of type string"],
      [{ loopback: "yes" }, 'loopback: is "yes", not of type boolean'],
      [{ killProcesses: 1 }, "killProcesses: is 1, not of type boolean"],
      [{ sysctls: [] }, "sysctls: is a list, not a map of names to values"],
      [
        { sysctls: { "kernel.panic": 1 } },
        "sysctls.kernel.panic: is not below `net`: it belongs to the whole host, not to a network namespace",
      ],
      [{ sysctls: { forward: 1 } }, noKey("forward")],
      [{ sysctls: { "net/../kernel/panic": 1 } }, noKey("net/../kernel/panic")],
      [{ sysctls: { "net.ipv4.ip_forward": "" } }, "sysctls.net.ipv4.ip_forward: is empty"],
      [
        { sysctls: { "net.ipv4.ip_forward": [1] } },
        "sysctls.net.ipv4.ip_forward: is neither text nor a number",
      ],
      [
        { path: "/run/netns/a" },
        "path: is not a property; there are `name`, `sysctls`, `loopback`, `killProcesses`, `deleteForeign`, `adopt`",
      ],
      [
        { name: ".", loopback: 0, sysctls: { "net.ipv4.ip_forward": "\n1", "vm.swappiness": 1 } },
        'name: may not be "."',
        "sysctls.net.ipv4.ip_forward: may not hold line breaks",
        "sysctls.vm.swappiness: is not below `net`: it belongs to the whole host, not to a network namespace",
        "loopback: is 0, not of type boolean",
      ],
    ]);
  });

  describe("diff", () => {
    itDiffers(definition, state, [
      ["name", "blue", "replace"],
      ["sysctls", { "net.ipv4.ip_forward": "0" }, "update"],
      ["sysctls", undefined, "update"],
      ["loopback", false, "update"],
      ["killProcesses", true, "update"],
      ["deleteForeign", true, "update"],
      ["adopt", true, "update"],
    ]);
  });

  it("is identified by its name, and claims the parameters that it sets", () => {
    expect(definition.id(state)).to.equal("red");
    expect(definition.objectNames(state)).to.deep.equal(["namespace red"]);
    expect(definition.settings?.(state)).to.deep.equal([
      "sysctl net/ipv4/ip_forward in red",
      "sysctl net/ipv4/tcp_rmem in red",
    ]);
    expect(definition.settings?.(checked(definition, { name: "red" }))).to.deep.equal([]);
  });

  describe("commands", () => {
    it("reads the name, the loopback link inside, and the parameters that it sets", () => {
      expect(printed(definition.probe(state))).to.deep.equal([
        "stat --format=%i /run/netns/red",
        "ip -n red -N -j -d addr show dev lo",
        "ip netns exec red sysctl --ignore net.ipv4.ip_forward net.ipv4.tcp_rmem",
        'ip netns exec red sysctl --ignore --pattern "^net[./]ipv4[./]conf[./].+[./](forwarding|accept_redirects)$" net/ipv4/conf',
      ]);
      expect(printed(definition.probe({ name: "red", sysctls: {} }))).to.deep.equal([
        "stat --format=%i /run/netns/red",
        "ip -n red -N -j -d addr show dev lo",
      ]);
    });

    const add = "ip netns add red";
    const lo = "ip -n red link set dev lo alias MARK group GROUP";
    itCreates(definition, [
      [{ name: "red" }, add, `${lo} up`],
      [{ name: "red", loopback: false }, add, lo],
      [{ name: "red", sysctls: {} }, add, `${lo} up`],
      [
        { name: "red", sysctls: { "net.ipv4.conf.all.rp_filter": 2, "net.ipv4.ip_forward": 1 } },
        ...[add, `${lo} up`],
        "ip netns exec red sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=2",
      ],
    ]);

    itUpdates(definition, state, [
      ["loopback", false, "ip -n red link set dev lo down"],
      ["killProcesses", true],
      ["deleteForeign", true],
      ["adopt", true],
      [
        "sysctls",
        { ...sysctls, "net.ipv4.ip_forward": "0", "net.core.somaxconn": "128" },
        "ip netns exec red sysctl -q -w net.ipv4.ip_forward=0 net.core.somaxconn=128",
      ],
      ["sysctls", { "net.ipv4.ip_forward": "1" }],
      ["sysctls", undefined],
      ["mark", "another", "ip -n red link set dev lo alias MARK"],
    ]);

    it("sets the loopback link up if it was down", () => {
      expect(printed(definition.update(asObserved({ ...state, loopback: false }), state))).to.deep.equal([
        "ip -n red link set dev lo up",
      ]);
    });

    it("creates a namespace in place of a plain file", () => {
      const stale = definition.parse(["17", undefined, undefined], state);
      expect(stale && printed(definition.update(stale, state))).to.deep.equal([
        "unlink /run/netns/red",
        ...printed(definition.create(state)),
      ]);
    });
  });

  describe("parse", () => {
    const values = "net.ipv4.ip_forward = 0\nnet.ipv4.tcp_rmem = 4096\t131072\t33554432";

    it("reads identity, loopback, parameters and mark", () => {
      expect(definition.parse(["4026532224", loopback, values], state)).to.deep.equal({
        args: { loopback: true, sysctls: { ...sysctls, "net.ipv4.ip_forward": "0" } },
        outputs,
        mark,
        group: "0",
      });
    });

    it("reads no parameters if none are set", () => {
      const { sysctls: _, ...none } = state;
      expect(definition.parse(["4026532224", loopback], none)).to.deep.equal({
        args: { loopback: true },
        outputs,
        mark,
        group: "0",
      });
    });

    it("has nothing if there is no such name", () => {
      expect(definition.parse([undefined, undefined, undefined], state)).to.equal(undefined);
    });

    it("does not take a plain file for a namespace", () => {
      const stale = { args: {}, outputs: { ...outputs, inode: 17 } };
      expect(definition.parse(["17", undefined, undefined], state)).to.deep.equal(stale);
      expect(definition.mayAdopt?.(stale, state)).to.equal(true);
    });

    it("takes over its own, and no foreign one", () => {
      const taken = (mark: string | undefined, group = "0") =>
        definition.mayAdopt?.(Object.assign({ args: { loopback: true }, outputs, mark }, { group }), state);
      expect([taken(mark), taken("foreign"), taken(undefined)]).to.deep.equal([true, false, false]);
      const own = birthGroup(mark);
      expect([taken("foreign", own), taken(undefined, own)]).to.deep.equal([true, true]);
      expect([
        taken("foreign", birthGroup("another")),
        taken(markFor("Namespace", "another"), own),
      ]).to.deep.equal([false, false]);
    });

    it("gives its group to the mark of a resource renamed under an alias, but none to an adopted one", () => {
      const update = (was: string, group: string) =>
        printed(definition.update(Object.assign(asObserved({ ...state, mark: was }), { group }), state));
      const was = markFor("Namespace", "old");
      expect([update(was, birthGroup(was)), update("theirs", "7")]).to.deep.equal([
        [`ip -n red link set dev lo alias ${mark} group ${birthGroup(mark)}`],
        [`ip -n red link set dev lo alias ${mark}`],
      ]);
    });
  });

  describe("through the engine", () => {
    it("reads a plain file as missing", async () => {
      const host = new FakeHost({
        ...THERE,
        "ip -n red": absent,
        "ip -n red -N -j -d addr show dev lo": absent,
      });
      expect(await engine.read(definition, host, state)).to.equal(undefined);
      await engine.remove(definition, host, state);
      expect(host.ran.filter((command) => /del/.test(command))).to.deep.equal([]);
    });

    it("shows a parameter that somebody changed", async () => {
      const host = new FakeHost({ ...THERE, "ip netns exec red sysctl --ignore": "net.ipv4.ip_forward = 0" });
      const observed = await engine.read(definition, host, { ...state, ...outputs });
      expect(observed).to.deep.equal({
        id: "red",
        inputs: { ...state, sysctls: { ...sysctls, "net.ipv4.ip_forward": "0" } },
        state: { ...state, ...outputs, sysctls: { ...sysctls, "net.ipv4.ip_forward": "0" } },
      });
    });

    it("forgets removed parameters", async () => {
      const { sysctls: _, ...none } = state;
      const { state: after } = await engine.update(
        definition,
        new FakeHost(THERE),
        { ...state, ...outputs },
        none,
      );
      expect(after).to.deep.equal({ ...none, ...outputs });
    });
  });

  describe("the group of its loopback link", () => {
    const born = birthGroup(String(state["mark"]));
    const wordsFor = (mark: string | undefined, group: string, news: Args = state) => {
      const observed = {
        args: { loopback: true, sysctls: state["sysctls"] },
        outputs: {},
        group,
        ...(mark && { mark }),
      };
      return printed(definition.update(observed, news)).join("; ").replaceAll(born, "BORN");
    };
    const other = markFor("Namespace", "other");

    it("is set together with the mark, also after a crash before either", () => {
      expect(wordsFor(undefined, "0")).to.equal(
        `ip -n red link set dev lo alias ${String(state["mark"])} group BORN`,
      );
      expect(wordsFor(String(state["mark"]), "0")).to.equal("ip -n red link set dev lo group BORN");
      expect(wordsFor(String(state["mark"]), born)).to.equal("");
    });

    it("follows the mark, and is removed with it", () => {
      expect(wordsFor(other, birthGroup(other))).to.contain("group BORN");
      expect(wordsFor(String(state["mark"]), born, { ...state, mark: "" })).to.contain("group 0");
    });

    it("stays if somebody else has set one", () => {
      expect(wordsFor(undefined, "7")).to.not.contain("group");
    });
  });

  describe("removal", () => {
    const pids = "ip netns pids red";
    const links = "ip -n red -N -j -d addr show";
    const ids = "ip -n red -N -j -d netns list-id";
    const del = "ip netns del red";
    /** The looks that distinguish staying processes from passing ones, after a first look, with their answers. */
    const looks = Array.from({ length: 10 }, () => ["sleep 0.02", pids]).flat();
    const staying = (text: string): [string, ...string[]] => [
      text,
      ...Array.from({ length: 10 }, () => text),
    ];

    const cat = (pid: number) => `cat /proc/${pid}/cmdline`;
    const session = "ip\0-n\0red\0-N\0-j\0-d\0-force\0-batch\0-\0";

    async function removal(script: Readonly<Record<string, Scripted>>, given: object = {}) {
      const host = new FakeHost({ ...THERE, [links]: loopback, "cat /proc": "sleep\0" + "60\0", ...script });
      const error: unknown = await engine
        .remove(definition, host, { ...state, sysctls: undefined, ...given, ...outputs })
        .then(() => undefined)
        .catch((error: unknown) => error);
      return { error, ran: host.ran.slice(2) };
    }

    it("is one deletion for an empty namespace", async () => {
      expect(await removal({})).to.deep.equal({
        error: undefined,
        ran: [links, pids, del],
      });
    });

    it("refuses if there are processes inside, and names them", async () => {
      const { error, ran } = await removal({
        [pids]: "12\n34\n",
        "ps -o": "   12 sleep 60\n   34 python3 -m http.server 80\n",
      });
      expect(ran).to.deep.equal([links, pids, ...looks, cat(12), cat(34), "ps -o pid=,args= -p 12,34"]);
      expect(error).to.be.instanceOf(RefusedError);
      expect(error).to.have.property(
        "message",
        "namespace red is in use by these processes:\n   12 sleep 60\n   34 python3 -m http.server 80\n" +
          "end them, or set `killProcesses: true` and run `pulumi up` first",
      );
    });

    it("ignores tools that only look inside", async () => {
      const { error, ran } = await removal({
        [pids]: inTurn("12", "34", ""),
      });
      expect(error).to.equal(undefined);
      expect(ran).to.deep.equal([links, pids, "sleep 0.02", pids, del]);
    });

    it("ends processes if allowed, and waits for them", async () => {
      const { error, ran } = await removal(
        { [pids]: inTurn(...staying("12\n34"), "34", "") },
        { killProcesses: true },
      );
      expect(error).to.equal(undefined);
      expect(ran).to.deep.equal([
        links,
        ...[pids, ...looks, cat(12), cat(34)],
        "kill -TERM 12 34",
        ...["sleep 0.02", pids],
        ...["sleep 0.02", pids],
        del,
      ]);
    });

    it("ignores processes that end on their own", async () => {
      const { error } = await removal(
        { [pids]: inTurn(...staying("12"), ""), "kill -TERM": absent },
        { killProcesses: true },
      );
      expect(error).to.equal(undefined);
    });

    it("kills all remaining processes that ignore SIGTERM for two seconds", async () => {
      const stubborn = Array.from({ length: 100 }, () => "34");
      const { error, ran } = await removal(
        { [pids]: inTurn(...staying("12 34"), ...stubborn, "") },
        { killProcesses: true },
      );
      expect(error).to.equal(undefined);
      expect(ran.filter((command) => !["sleep 0.02", pids].includes(command))).to.deep.equal([
        ...[links, cat(12), cat(34)],
        "kill -TERM 12 34",
        "kill -KILL 34",
        del,
      ]);
      expect(ran.filter((command) => command === "sleep 0.02")).to.have.lengthOf(10 + 101);
    });

    it("waits for another run's `ip`, which ends when it has no more work, and ends none of it", async () => {
      const { error, ran } = await removal(
        { [pids]: inTurn(...staying("12"), "12", "12", ""), [cat(12)]: session },
        { killProcesses: true },
      );
      expect(error).to.equal(undefined);
      expect(ran).to.deep.equal([
        ...[links, pids, ...looks, cat(12), pids],
        ...["sleep 0.02", pids],
        ...["sleep 0.02", pids],
        del,
      ]);
    });

    it("refuses for a process that came while it waited for another run's `ip`", async () => {
      const { error, ran } = await removal({
        [pids]: inTurn(...staying("12"), "12\n77", ...Array.from({ length: 10 }, () => "77")),
        [cat(12)]: session,
        "ps -o": "   77 iperf3 -s\n",
      });
      expect(error)
        .to.have.property("message")
        .that.contains("in use by these processes:\n   77 iperf3 -s\n");
      expect(ran).to.not.include(del);
    });

    it("gives up on processes that nothing ends, and deletes nothing", async () => {
      const { error, ran } = await removal({ [pids]: "34" }, { killProcesses: true });
      expect(error).to.have.property("message", "namespace red: processes 34 did not end after SIGKILL");
      expect(ran).to.not.include(del);
    });

    // veth-red's other end is in blue, which red knows by name; up's is in the host, which has no name.
    const [lo, cable, up] = JSON.parse(golden("links-red"));
    const stackMark = (name: string) => `pulumi-netns:VethPair:ba9876543210:project/stack/${name}`;
    const upMark = stackMark("up");
    const own = JSON.stringify([lo, cable]);
    const host = "ip -N -j -d addr show";
    const blue = "ip -n blue -N -j -d addr show";
    const far = JSON.parse(golden("link-veth-blue"));
    const [, , outer] = JSON.parse(golden("links-host"));
    const out = {
      [links]: own,
      [host]: "[]",
      [ids]: golden("namespace-ids-red"),
      [blue]: JSON.stringify(far),
    };
    const farEnd = `${blue} dev if2`;
    const hostEnd = `${host} dev if3`;

    it("waits until the far ends of its own cables are deleted", async () => {
      const another = golden("link-veth-blue").replace("/cable", "/another");
      const { error, ran } = await removal({
        ...{ ...out, [host]: another },
        [farEnd]: inTurn(golden("link-veth-blue"), "[]"),
      });
      expect(error).to.equal(undefined);
      expect(ran).to.deep.equal([
        ...[links, host, ids, blue, pids, del],
        ...["sleep 0.016", farEnd],
        ...["sleep 0.008", farEnd],
      ]);
    });

    it("does not wait for a cable completely inside", async () => {
      const { link_netnsid: _, ...inner } = cable;
      const { ran } = await removal({ [links]: JSON.stringify([lo, inner]) });
      expect(ran).to.deep.equal([links, pids, del]);
    });

    it("also waits for one in the host", async () => {
      const there = JSON.stringify([{ ...outer, ifalias: upMark }]);
      const { error, ran } = await removal({
        ...{ ...out, [links]: JSON.stringify([lo, cable, { ...up, ifalias: upMark }]), [host]: there },
        ...{ [farEnd]: absent, [hostEnd]: inTurn(there, "[]") },
      });
      expect(error).to.equal(undefined);
      expect(ran).to.deep.equal([
        ...[links, host, ids, blue, pids, del],
        ...["sleep 0.016", farEnd, hostEnd],
        ...["sleep 0.008", hostEnd],
      ]);
    });

    it("queries no other namespace if all far ends are in the host", async () => {
      const { ran } = await removal({
        ...{ [links]: own, [host]: golden("link-veth-blue") },
        [`${host} dev if2`]: "[]",
      });
      expect(ran).to.deep.equal([links, host, pids, del, "sleep 0.016", `${host} dev if2`]);
    });

    it("stops waiting after twelve seconds, as the namespace itself is deleted", async () => {
      const { error, ran } = await removal({ ...out, [farEnd]: golden("link-veth-blue") });
      expect(error).to.equal(undefined);
      expect(ran.filter((command) => command === "sleep 0.008")).to.have.lengthOf(1499);
    });
  });
});
