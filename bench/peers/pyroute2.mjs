import { inRoot } from "../../scripts/lib/paths.mjs";
import { inPeers, peerFolder } from "../lib/folders.mjs";

const python = inPeers("python", "bin", "python");

export const pyroute2 = {
  name: "pyroute2",
  needs: [inPeers("python", "bin", "pyroute2-decoder"), "nft"],
  install: `python3 -m venv ${peerFolder}/python && ${peerFolder}/python/bin/pip install pyroute2==0.9.7`,
  call: (step, _network, { file }) => ({
    command: python,
    args: [inRoot("bench", "peers", "pyroute2.py"), step, file],
  }),
};
