import { inPeers, peerFolder } from "../lib/folders.mjs";

const program = inPeers("netlink");

export const netlink = {
  name: "Go netlink",
  needs: [program],
  install: `go build -C bench/peers/netlink -o "$PWD/${peerFolder}/netlink" .`,
  call: (step, _network, { file }) => ({ command: program, args: [step, file] }),
};
