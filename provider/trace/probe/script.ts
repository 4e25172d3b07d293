/** What is to be tried. */
export interface Trial {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
  /** Milliseconds. */
  readonly wait: number;
  /** Text of a UDP datagram. */
  readonly payload: string;
  /** Of an HTTP request. */
  readonly path: string;
}

/**
 * What runs inside a namespace to try TCP, UDP or HTTP: the text of this function, in a node of its own, as no tool that
 * every host has tells refused from lost. So it may use nothing from outside itself. Prints one word: `open`, `answer`,
 * `silence`, the status of an HTTP answer, or the code of an error.
 */
function probe(require: NodeJS.Require, text: string): void {
  const { protocol, ip, port, wait, payload, path }: Trial = JSON.parse(text);
  const done = (word: string): never => {
    process.stdout.write(word);
    process.exit(0);
  };
  const failed = (error: NodeJS.ErrnoException) => done(error.code ?? error.message);
  setTimeout(() => done("silence"), wait);
  if (protocol === "tcp") {
    const { connect } = require("node:net") as typeof import("node:net");
    connect({ host: ip, port }, () => done("open")).on("error", failed);
  } else if (protocol === "http") {
    const { get } = require("node:http") as typeof import("node:http");
    get({ host: ip, port, path }, ({ statusCode }) => done(String(statusCode))).on("error", failed);
  } else {
    const { createSocket } = require("node:dgram") as typeof import("node:dgram");
    const socket = createSocket(ip.includes(":") ? "udp6" : "udp4").on("error", failed);
    socket.on("message", () => done("answer"));
    // Connected, as only then the kernel tells of a port that nobody listens on.
    socket.connect(port, ip, () => socket.send(payload));
  }
}

/** For `node -e`, with a `Trial` as JSON behind it. */
export const PROBE_SCRIPT = `(${String(probe)})(require, process.argv[1])`;
