import { expect } from "chai";
import { execa } from "execa";
import * as engine from "../../../provider/assertions/engine";
import { reachability } from "../../../provider/assertions/reachability";
import type { Args } from "../../../provider/engine/definition";
import { command } from "../../../provider/linux/command";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markFor } from "../../support/args";
import { HERE } from "../../support/fakeHost";
import { errorOf, onKernel, typed } from "../../support/kernel";

/** A server in blue for each protocol, and one that is broken. */
const SERVERS = `
  const udp = require("node:dgram").createSocket("udp4");
  udp.on("message", (text, { port, address }) => text.length > 0 && udp.send("yes", port, address));
  const web = require("node:http").createServer(({ url }, r) => r.writeHead(url === "/broken" ? 500 : 204).end());
  udp.bind(53, () => web.listen(80, () => console.log("ready")));
`;

describe("Reachability", () => {
  onKernel({ namespaces: ["red", "blue"] });

  const start = () =>
    execa("ip", ["netns", "exec", "blue", process.execPath, "-e", SERVERS], { reject: false });
  let servers: ReturnType<typeof start>;

  before(async () => {
    await typed("link add eth0 type veth peer name eth0 netns blue", "red");
    for (const [name, address] of [
      ["red", "10.0.0.1/24"],
      ["blue", "10.0.0.2/24"],
    ] as const) {
      await typed("link set dev lo up", name);
      await typed("link set dev eth0 up", name);
      await typed(`address add ${address} dev eth0`, name);
    }
    servers = start();
    await new Promise((ready) => servers.stdout.once("data", ready));
  });
  after(async () => {
    servers.kill();
    await servers;
  });
  afterEach(async () => {
    await localHost.run(command("nft", "blue", ["flush", "ruleset"]));
  });

  const argsOf = (given: Args): Args => {
    const base = {
      namespace: "red",
      target: "10.0.0.2",
      timeout: 0.4,
      retries: 1,
      mark: markFor("Reachability"),
    };
    const { args, problems } = engine.check(reachability, HERE, { ...base, ...given });
    expect(problems).to.deep.equal([]);
    return args;
  };

  const make = (given: Args) => engine.create(reachability, localHost, argsOf(given));

  const failure = async (given: Args): Promise<string> => (await errorOf(make(given))).message;

  const block = async (rule: string): Promise<void> => {
    for (const words of [
      "add table ip it",
      "add chain ip it input { type filter hook input priority 0 ; }",
      `add rule ip it input ${rule}`,
    ])
      await localHost.run(command("nft", "blue", words.split(" ")));
  };

  const ways: Readonly<Record<string, readonly [args: Args, answer: string, rule: string, silence: string]>> =
    {
      ping: [{}, "ping 10.0.0.2: answered", "icmp type echo-request drop", "ping 10.0.0.2: no answer"],
      tcp: [
        { protocol: "tcp", port: 80 },
        "TCP 10.0.0.2 port 80: connected",
        "tcp dport 80 drop",
        "TCP 10.0.0.2 port 80: no answer",
      ],
      "tcp, rejected": [
        { protocol: "tcp", port: 80 },
        "TCP 10.0.0.2 port 80: connected",
        "tcp dport 80 reject with tcp reset",
        "TCP 10.0.0.2 port 80: refused",
      ],
      udp: [
        { protocol: "udp", port: 53, payload: "hello" },
        "UDP 10.0.0.2 port 53: answered",
        "udp dport 53 drop",
        "UDP 10.0.0.2 port 53: no answer, which proves nothing, because a UDP server need not answer",
      ],
      http: [
        { protocol: "http", status: 204 },
        "HTTP 10.0.0.2 port 80: status 204",
        "tcp dport 80 drop",
        "HTTP 10.0.0.2 port 80: no answer",
      ],
    };
  for (const [name, [args, answer, rule, silence]] of Object.entries(ways)) {
    describe(name, () => {
      it("passes if there is an answer, and fails as `blocked`", async () => {
        expect((await make(args)).state["answer"]).to.equal(answer);
        expect(await failure({ ...args, expect: "blocked" })).to.match(
          /^red can reach 10\.0\.0\.2 .*, but `expect` is `blocked` \(.*\)\nthe way is red → blue: add a filter to one of these$/,
        );
      });

      it("passes as `blocked` if a filter drops it, and fails with the rule", async () => {
        await block(rule);
        expect((await make({ ...args, expect: "blocked" })).state["answer"]).to.equal(silence);
        const said = await failure(args);
        expect(said).to.match(/^red does not reach 10\.0\.0\.2 by /);
        expect(said).to.match(/\npackets die at blue: chain ip it input (drops|rejects) .* by the rule /);
      });
    });
  }

  it("distinguishes another status from the expected one", async () => {
    const args = { protocol: "http", path: "/broken" };
    expect((await make(args)).state["answer"]).to.equal("HTTP 10.0.0.2 port 80: status 500");
    expect(await failure({ ...args, status: 204 })).to.match(
      /^red does not reach 10\.0\.0\.2 by HTTP on port 80 \(HTTP 10\.0\.0\.2 port 80: status 500, not the expected status 204\)\n/,
    );
  });

  it("waits for a target that appears a little later", async () => {
    await typed("link set dev eth0 down", "blue");
    const late = new Promise((done) => setTimeout(done, 800)).then(() =>
      typed("link set dev eth0 up", "blue"),
    );
    await make({ retries: 10 });
    await late;
  });

  it("explains the problem of the network", async () => {
    await typed("link set dev eth0 down", "blue");
    try {
      // A moment later the kernel knows that its own end has no carrier, and refuses packets for it.
      expect(await failure({})).to.match(
        /^red does not reach 10\.0\.0\.2 by ping \(ping 10\.0\.0\.2: (no answer|No buffer space available)\)\npackets die at blue: eth0 is down; set it up\nip -n blue link set dev eth0 up$/,
      );
    } finally {
      await typed("link set dev eth0 up", "blue");
    }
  });

  for (const expected of ["reachable", "blocked"]) {
    it(`does not take a missing namespace for "${expected}"`, async () => {
      expect(await failure({ namespace: "green", expect: expected })).to.match(
        /^green to 10\.0\.0\.2 by ping could not be tried: .*Cannot open network namespace "green"/,
      );
    });
  }

  it("disappears at a refresh if it no longer holds", async () => {
    const { state } = await make({});
    expect((await engine.read(reachability, localHost, state))?.state).to.deep.equal(state);
    await block("icmp type echo-request drop");
    expect(await engine.read(reachability, localHost, state)).to.equal(undefined);
  });
});
