/** The arguments of the script. */
export interface Trial {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
  /** Milliseconds. */
  readonly wait: number;
  /** The content of a UDP datagram. */
  readonly payload: string;
  /** The path of an HTTP request. */
  readonly path: string;
}

/**
 * Tries TCP, UDP or HTTP inside a namespace. Node runs the text of this function, so it must not use outer names. No
 * tool on every host distinguishes refused from lost. Prints one word: `open`, `answer`, `silence`, an HTTP status, or
 * an error code.
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
    // Only a connected socket is told about a closed port.
    socket.connect(port, ip, () => socket.send(payload));
  }
}

/** The script for `node -e`. Its argument is a `Trial` as JSON. */
export const PROBE_SCRIPT = `(${String(probe)})(require, process.argv[1])`;
