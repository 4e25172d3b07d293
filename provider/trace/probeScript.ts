/**
 * What runs inside a namespace to try TCP or UDP: the text of this function, in a node of its own, as no tool that every
 * host has tells refused from lost. So it may use nothing from outside itself. Prints one word.
 */
function probe(
  require: NodeJS.Require,
  [protocol = "", ip = "", port = "", wait = "", payload = ""]: readonly string[],
): void {
  const done = (word: string): never => {
    process.stdout.write(word);
    process.exit(0);
  };
  const failed = (error: NodeJS.ErrnoException) => done(error.code ?? error.message);
  setTimeout(() => done("silence"), Number(wait));
  if (protocol === "tcp") {
    const { connect } = require("node:net") as typeof import("node:net");
    connect({ host: ip, port: Number(port) }, () => done("open")).on("error", failed);
  } else {
    const { createSocket } = require("node:dgram") as typeof import("node:dgram");
    const socket = createSocket(ip.includes(":") ? "udp6" : "udp4").on("error", failed);
    socket.on("message", () => done("answer"));
    // Connected, as only then the kernel tells of a port that nobody listens on.
    socket.connect(Number(port), ip, () => socket.send(payload));
  }
}

export const PROBE_SCRIPT = `(${String(probe)})(require, process.argv.slice(1))`;
