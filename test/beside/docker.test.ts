import { expect } from "chai";
import { execa } from "execa";
import { Address, Namespace, Route, VethPair } from "../../sdk";
import { errorOf } from "../support/kernel";
import { pings } from "../support/packets";
import type { ProgramStack } from "../support/programStack";
import type { Snapshot } from "../support/snapshot";
import {
  applied,
  Daemon,
  doctorOn,
  expectIn,
  expectNoWayOut,
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

describe("beside Docker", function () {
  this.timeout(120_000);
  onPrivateHost();

  const dockerd = new Daemon(
    "dockerd --storage-driver=overlay2 --exec-opt=native.cgroupdriver=cgroupfs",
    "docker info",
  );
  let stack: ProgramStack;
  let before: Snapshot;

  const reaches = (container: string, to: string) => type(`docker exec ${container} ping -c 1 -W 2 ${to}`);

  it("Docker runs, with a container and a published port", async () => {
    await dockerd.start();
    await makeImage("docker import - box");
    await type("docker run -d --stop-signal KILL --restart always --name c1 box sleep 100000");
    await type("docker run -d --stop-signal KILL --restart always --name c2 -p 8080:80 box httpd -f -h /www");
    await reaches("c1", "10.9.0.1");
    expect(await webFromLan(8080)).to.equal("container");
    stack = await stackFor("docker");
    before = await wholeState();
  });

  it("doctor names Docker and what FORWARD drops", async () => {
    const [docker] = await doctorOn("Docker");
    expect(docker?.text).to.include("whose policy is DROP");
    const [forward] = await doctorOn("FORWARD");
    expect(forward?.code.join()).to.include("dockerUser: true");
  });

  it("up makes the lab, and trace names the policy that drops its packets", async () => {
    await stack.up(lab());
    await expectNoWayOut();
    const { sentence, fault } = await traceFrom("blue", "10.9.0.1");
    expect(sentence).to.include("FORWARD");
    expect(fault?.code).to.include("dockerUser: true");
  });

  it("a FilterRule in DOCKER-USER, as both propose, accepts them", async () => {
    await stack.up(lab({ accepts: "dockerUser" }));
    await expectOut();
    await expectIn();
    await reaches("c1", "10.9.0.1");
  });

  it("the room and a container reach each other", async () => {
    const { stdout } = await execa("docker", ["exec", "c1", "ip", "-o", "-4", "address", "show", "eth0"]);
    const [, address = ""] = /inet ([\d.]+)/.exec(stdout) ?? [];
    await pings("blue", address)();
    await reaches("c1", "192.168.15.2");
  });

  it("another Docker network and port leave the lab unchanged", async () => {
    await type("docker network create other");
    await type(
      "docker run -d --stop-signal KILL --restart always --name c3 --network other -p 8081:80 box httpd -f -h /www",
    );
    await expectUntouched(stack);
    await expectOut();
    expect(await webFromLan(8081)).to.equal("container");
    await type("docker rm -f c3");
    await type("docker network rm other");
  });

  it("restarts of a container and of Docker leave it unchanged", async () => {
    await type("docker restart -t 0 c1");
    await expectOut();
    await dockerd.restart();
    await expectUntouched(stack);
    await expectOut();
    await expectIn();
    await reaches("c1", "10.9.0.1");
  });

  it("up warns of a port that a container has published, trace names who gets it, and doctor lists both", async () => {
    const { text } = await stack.up(lab({ accepts: "dockerUser", port: 8080 }));
    expect(text).to.include(
      "tcp port 8080 of the host is redirected by Docker as well: currently this rule receives its packets",
    );
    await expectIn(8080);
    const { sentence, isReached } = await traceFrom("lan", "10.9.0.2:8080");
    expect(isReached, sentence).to.equal(false);
    expect(sentence).to.include("at blue: nothing listens");
    const [taken] = await doctorOn("tcp 8080");
    expect(taken?.text).to.match(/ and Docker: currently, NatRule .* gets its packets$/);
    await stack.up(lab({ accepts: "dockerUser" }));
    expect(await webFromLan(8080)).to.equal("container");
  });

  it("a restart of Docker changes who gets a port: refresh reports it, and up restores it", async () => {
    const program = lab({ accepts: "dockerUser", port: 8080, nat: "iptables" });
    await stack.up(program);
    expect(await webFromLan(8080)).to.equal("container");
    await dockerd.restart();
    await expectIn(8080);
    const { text } = await stack.preview(program, { refresh: true });
    expect(text).to.include("before -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER");
    await stack.refresh();
    await stack.up(program);
    expect(await webFromLan(8080)).to.equal("container");
    await expectUntouched(stack);
  });

  it("a priority below 0 keeps precedence over Docker", async () => {
    await stack.up(lab({ accepts: "dockerUser", port: 8080, nat: "iptables", natPriority: -1 }));
    await expectIn(8080);
    await dockerd.restart();
    await expectIn(8080);
    await expectUntouched(stack);
    await stack.up(lab({ accepts: "dockerUser" }));
  });

  it("a cable into docker0 joins Docker's network", async () => {
    const guest = () => {
      lab({ accepts: "dockerUser" })();
      const namespace = new Namespace("guest");
      const cable = new VethPair("guest", {
        end: { name: "eth0", namespace },
        peer: { name: "veth-guest", bridge: "docker0" },
      });
      const address = new Address("guest", { interface: cable.end, address: "172.17.0.99/16" });
      new Route("guest", { namespace, destination: "default", via: "172.17.0.1" }, { dependsOn: [address] });
    };
    await stack.up(guest);
    await reaches("c1", "172.17.0.99");
    await pings("guest", "10.9.0.1")();
    await stack.up(lab({ accepts: "dockerUser" }));
  });

  it("destroy restores everything", async () => {
    await stack.destroy();
    await expectSame(before);
    await reaches("c1", "10.9.0.1");
  });

  it("destroy keeps forwarding on, and says so, if Docker started after up", async () => {
    await dockerd.stop();
    await type("sysctl -q -w net.ipv4.ip_forward=0");
    await stack.up(lab());
    await dockerd.start();
    await reaches("c1", "10.9.0.1");
    const { text } = await stack.destroy();
    expect(text).to.include("Docker");
    await reaches("c1", "10.9.0.1");
    expect(await type("sysctl -n net.ipv4.ip_forward")).to.equal("1");
  });

  it("a container's network can get a name, and stacks can use it", async () => {
    await nameContainer("c1");
    const program = () => {
      const cable = new VethPair("extra", {
        end: { name: "lab1", namespace: "c1" },
        peer: { name: "veth-c1" },
      });
      new Address("inside", { interface: cable.end, address: "192.168.16.2/24" });
      new Address("outside", { interface: cable.peer, address: "192.168.16.1/24" });
    };
    await stack.up(program);
    await reaches("c1", "192.168.16.1");
    const { sentence, isReached } = await traceFrom("c1", "192.168.16.1");
    expect(isReached, sentence).to.equal(true);

    // It gets another network, so the name is dangling.
    await type("docker restart -t 0 c1");
    const [dangling] = await doctorOn("namespaces");
    expect(dangling?.text).to.include("c1");
    const failed = await errorOf(
      stack.up(
        () => void new Address("late", { namespace: "c1", interface: "lo", address: "192.168.17.1/32" }),
      ),
    );
    expect(failed.message).to.include("ln -sfn /proc/PID/ns/net /run/netns/c1");
    await applied(dangling);
    await nameContainer("c1");
    await stack.refresh();
    await stack.up(program);
    await reaches("c1", "192.168.16.1");
    await stack.destroy();
    await reaches("c1", "10.9.0.1");
    await type("rm /run/netns/c1");
  });

  it("a name of the host's own namespace is refused", async () => {
    await type("ln -s /proc/1/ns/net /run/netns/c9");
    const [leads] = await doctorOn("namespaces");
    expect(leads?.text).to.include("c9");
    const failed = await errorOf(
      stack.up(
        () => void new Address("late", { namespace: "c9", interface: "lo", address: "192.168.17.1/32" }),
      ),
    );
    expect(failed.message).to.include("leads to the network of this host");
    await applied(leads);
    await stack.destroy();
    await expectSame(before);
  });
});

async function nameContainer(name: string): Promise<void> {
  const pid = await type(`docker inspect --format {{.State.Pid}} ${name}`);
  await type(`ln -sfn /proc/${pid}/ns/net /run/netns/${name}`);
}
