import { execFile, spawn } from "node:child_process";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { Answer, Ask, Reply, Serve, Shout, Task } from "./tasks";

/** Runs in a namespace: servers that report their name and their peer, and a client. Gets its tasks over IPC. */

const whoami = process.argv[2] ?? "nobody";

const plain = (address: string | undefined): string =>
  (address ?? "").replace(/^::ffff:/, "").replace(/%.*/, "");

const card = (port: number, peer: string | undefined): string =>
  JSON.stringify({ name: whoami, port, peer: plain(peer) } satisfies Answer);

const heard = new Map<string, string>();

const SCTP = join(__dirname, "sctp.pl");

function serve({ protocol, port, address = "::", group }: Serve): Promise<void> {
  return new Promise((resolve, reject) => {
    if (protocol === "sctp") {
      const server = spawn("perl", [SCTP, "serve", whoami, String(port)], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      server.once("error", reject).once("exit", (code) => reject(new Error(`it ended with ${code}`)));
      server.stdout.once("data", () => resolve());
      return;
    }
    if (protocol === "tcp") {
      const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.end(card(port, socket.remoteAddress));
      });
      server.once("error", reject).listen({ host: address, port }, resolve);
      return;
    }
    const isV4 = address.includes(".");
    const socket = createSocket(isV4 ? "udp4" : "udp6");
    socket.once("error", reject);
    socket.on("message", (message, peer) => hear(socket, port, String(message), peer));
    socket.bind(port, address, () => {
      if (group !== undefined) socket.addMembership(group.address, group.link);
      resolve();
    });
  });
}

function hear(socket: Socket, port: number, message: string, peer: RemoteInfo): void {
  heard.set(message, plain(peer.address));
  socket.send(card(port, peer.address), peer.port, peer.address, () => {});
}

/** The answer, or `undefined` if none comes within the given time. */
function ask(task: Ask): Promise<Answer | undefined> {
  const { protocol } = task;
  if (protocol === "icmp") return ping(task);
  if (protocol === "sctp") return askBySctp(task);
  return protocol === "tcp" ? askByTcp(task) : askByUdp(task);
}

function askByTcp({ to, port, patience }: Ask): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect({ host: to, port });
    const end = (answer: Answer | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(undefined), patience);
    socket.on("data", (chunk) => {
      text += String(chunk);
    });
    socket.once("error", () => end(undefined));
    socket.once("end", () => end(text === "" ? undefined : JSON.parse(text)));
  });
}

const AGAIN = 300;

/** Connected, so that answers from other addresses do not count. */
function askByUdp({ to, port, patience }: Ask): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(to.includes(":") ? "udp6" : "udp4");
    const end = (answer: Answer | undefined) => {
      clearTimeout(timer);
      clearInterval(repeat);
      socket.close();
      resolve(answer);
    };
    const send = () => socket.send("hello", () => {});
    let repeat: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => end(undefined), patience);
    socket.once("message", (message) => end(JSON.parse(String(message))));
    socket.once("error", () => end(undefined));
    // Reports an error that prevents it, such as a missing route.
    const connected = (error?: Error) => {
      if (error) return end(undefined);
      send();
      repeat = setInterval(send, AGAIN);
    };
    socket.connect(port, to, connected);
  });
}

function ping({ to, patience }: Ask): Promise<Answer | undefined> {
  const seconds = String(Math.ceil(patience / 1000));
  return new Promise((resolve) => {
    execFile("ping", ["-n", "-c", "1", "-w", seconds, to], (error, stdout) => {
      const isAnswer = !error && !stdout.includes("DIFFERENT ADDRESS");
      resolve(isAnswer ? { name: "", port: 0, peer: "" } : undefined);
    });
  });
}

function askBySctp({ to, port, patience }: Ask): Promise<Answer | undefined> {
  const words = [SCTP, "ask", to, String(port), String(Math.ceil(patience / 1000))];
  return new Promise((resolve) => {
    execFile("perl", words, (error, stdout) =>
      resolve(error || stdout === "" ? undefined : JSON.parse(stdout)),
    );
  });
}

function shout({ from, link, to, port, word }: Shout): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(from.includes(":") ? "udp6" : "udp4");
    socket.once("error", reject);
    socket.bind(0, from, () => {
      socket.setMulticastInterface(link);
      socket.send(word, port, to, () => socket.close(() => resolve()));
    });
  });
}

async function perform(task: Task): Promise<Reply["result"]> {
  if ("servers" in task) await Promise.all(task.servers.map(serve));
  else if ("ask" in task) return ask(task.ask);
  else if ("shout" in task) await shout(task.shout);
  else return heard.get(task.heard);
  return undefined;
}

process.on("message", ({ id, task }: { id: number; task: Task }) => {
  perform(task).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
