import { expect } from "chai";
import { load } from "./load";

const everything = [
  ["ip"],
  ["nft"],
  ["iptables"],
  ["ping"],
  ["sysctl", "ps"],
  ["conntrack"],
  ["unshare", "nsenter", "flock"],
];

describe("scripts: system tools", () => {
  it("asks for nothing if every command exists", async () => {
    const { missingPackages } = await load("tools");
    expect(missingPackages(() => true)).to.deep.equal([]);
  });

  it("asks for each package once, with the commands that are missing", async () => {
    const { missingPackages } = await load("tools");
    const commandsOf = (has: (command: string) => boolean) =>
      missingPackages(has).map(({ commands }: { commands: string[] }) => commands);
    expect(commandsOf(() => false)).to.deep.equal(everything);
    expect(commandsOf((command) => command !== "ps")).to.deep.equal([["ps"]]);
  });

  it("asks separately for tools of the tests", async () => {
    const { missingTestPackages, packageNames } = await load("tools");
    expect(
      packageNames(
        missingTestPackages(() => false),
        "apt",
      ),
    ).to.deep.equal(["firewalld", "openvswitch-switch"]);
    expect(missingTestPackages(() => true)).to.deep.equal([]);
  });

  it("prints the exact command of each package manager", async () => {
    const { installCommands, missingPackages } = await load("tools");
    expect(
      installCommands(
        missingPackages(() => false),
        false,
      ),
    ).to.deep.equal([
      "Debian, Ubuntu  sudo apt-get install -y iproute2 nftables iptables iputils-ping procps conntrack util-linux",
      "Fedora, RHEL    sudo dnf install -y iproute nftables iptables-nft iputils procps-ng conntrack-tools util-linux",
      "Arch            sudo pacman -S --needed --noconfirm iproute2 nftables iptables iputils procps-ng conntrack-tools util-linux",
      "Alpine          sudo apk add iproute2 nftables iptables iputils procps-ng conntrack-tools util-linux",
    ]);
  });

  it("names only missing tools, and omits sudo for root", async () => {
    const { installCommands, missingLine, missingPackages } = await load("tools");
    const missing = missingPackages((command: string) => !["ip", "sysctl", "ps"].includes(command));
    expect(installCommands(missing, true)).to.deep.equal([
      "Debian, Ubuntu  apt-get install -y iproute2 procps",
      "Fedora, RHEL    dnf install -y iproute procps-ng",
      "Arch            pacman -S --needed --noconfirm iproute2 procps-ng",
      "Alpine          apk add iproute2 procps-ng",
    ]);
    expect(missing.map(missingLine)).to.deep.equal([
      "ip is missing: makes namespaces, links, addresses and routes; comes with iproute2",
      "sysctl, ps are missing: reads kernel settings and names processes; comes with procps",
    ]);
  });
});
