import { Problem } from "./problem.mjs";
import { isAtLeast } from "./versions.mjs";

const oldestNode = "20.19.0";

export function checkRequirements({ platform, nodeVersion }) {
  if (!isAtLeast(nodeVersion, oldestNode)) {
    throw new Problem(`Node.js ${nodeVersion} is too old.`, {
      why: `the libraries need Node.js ${oldestNode} or newer`,
      how: "install a newer one from https://nodejs.org/en/download",
    });
  }
  if (platform !== "linux") {
    throw new Problem(`This is ${platform}, not Linux.`, {
      why: "network namespaces are a part of the Linux kernel",
      how: "work in a Linux virtual machine, or on a Linux host over SSH",
    });
  }
}
