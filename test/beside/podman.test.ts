import { expect } from "chai";
import { execa } from "execa";
import { errorOf } from "../support/kernel";
import { pings } from "../support/packets";
import type { ProgramStack } from "../support/programStack";
import type { Snapshot } from "../support/snapshot";
import {
  doctorOn,
  expectIn,
  expectOut,
  expectSame,
  expectUntouched,
  onPrivateHost,
  stackFor,
  traceFrom,
  type,
  webFromLan,
  wholeState,
} from "./host";
import { makeImage } from "./image";
import { lab } from "./lab";

describe("beside Podman", function () {
  this.timeout(120_000);
  onPrivateHost();

  let stack: ProgramStack;
  let before: Snapshot;

  const reaches = (container: string, to: string) => type(`podman exec ${container} ping -c 1 -W 2 ${to}`);

  // No limit on processes, because the cgroups of a private host have no controllers to enforce one.
  it("Podman runs a container, and another with a published port", async () => {
    await makeImage("podman import - box");
    await type("podman run -d --pids-limit=0 --cap-add=net_raw --name c1 box sleep 100000");
    await type("podman run -d --pids-limit=0 --cap-add=net_raw --name c2 -p 8080:80 box httpd -f -h /www");
    await reaches("c1", "10.9.0.1");
    expect(await webFromLan(8080)).to.equal("container");
    stack = await stackFor("podman");
    before = await wholeState();
  });

  it("doctor names Podman", async () => {
    const [podman] = await doctorOn("Podman");
    expect(podman?.text).to.include("publishes ports");
  });

  it("up makes the lab, and neither blocks the other", async () => {
    await stack.up(lab());
    await expectOut();
    await expectIn();
    await reaches("c1", "192.168.15.2");
    const { stdout } = await execa("podman", ["inspect", "--format", "{{.NetworkSettings.IPAddress}}", "c1"]);
    await pings("blue", stdout)();
  });

  it("another network, another container and a reload leave the lab unchanged", async () => {
    await type("podman network create other");
    await type(
      "podman run -d --pids-limit=0 --cap-add=net_raw --name c3 --network other -p 8081:80 box httpd -f -h /www",
    );
    await expectUntouched(stack);
    expect(await webFromLan(8081)).to.equal("container");
    await type("podman network reload --all");
    await expectUntouched(stack);
    await expectOut();
    await expectIn();
    await type("podman rm -f -t 0 c3");
    await type("podman network rm other");
  });

  it("up warns of a port that a container has published, and doctor lists both", async () => {
    const { text } = await stack.up(lab({ port: 8080 }));
    expect(text).to.include("tcp port 8080 of the host is redirected by Podman as well");
    const [taken] = await doctorOn("tcp 8080");
    expect(taken?.text).to.include("Podman");
    const { isReached, sentence } = await traceFrom("lan", "10.9.0.2:8080");
    // Ours is created last and consulted first.
    await expectIn(8080);
    expect(isReached, sentence).to.equal(false);
    expect(sentence).to.include("at blue: nothing listens");
    await stack.up(lab());
    expect(await webFromLan(8080)).to.equal("container");
  });

  it("a container may run in a namespace of the lab, which cannot be deleted meanwhile", async () => {
    await type(
      "podman run -d --pids-limit=0 --cap-add=net_raw --name guest --network ns:/run/netns/blue box httpd -f -h /www",
    );
    expect(await webFromLan(80)).to.equal("container");
    await expectUntouched(stack);
    const refused = await errorOf(stack.destroy());
    expect(refused.message).to.include("httpd");
    // The engine creates again what it deleted before the refusal. Objects that only the namespace held still exist.
    await stack.up(lab());
    expect(await webFromLan(80)).to.equal("container");
    await type("podman rm -f -t 0 guest");
  });

  it("destroy restores everything", async () => {
    await stack.refresh();
    await stack.up(lab());
    await stack.destroy();
    await expectSame(before);
    await reaches("c1", "10.9.0.1");
    expect(await webFromLan(8080)).to.equal("container");
  });

  it("destroy keeps forwarding on, and says so, if a container started after up", async () => {
    await type("podman rm -f -t 0 c1 c2");
    await type("sysctl -q -w net.ipv4.ip_forward=0");
    await stack.up(lab());
    await type("podman run -d --pids-limit=0 --cap-add=net_raw --name c1 box sleep 100000");
    const { text } = await stack.destroy();
    expect(text).to.include("Podman");
    await reaches("c1", "10.9.0.1");
  });
});
