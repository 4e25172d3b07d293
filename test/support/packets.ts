import { execa } from "execa";

/** Checks with real packets between namespaces. Each returns a test body. */

const inside = (namespace: string | undefined, ...words: string[]): string[] =>
  namespace === undefined ? words : ["ip", "netns", "exec", namespace, ...words];

async function run([file = "", ...args]: string[]) {
  return execa(file, args, { reject: false, timeout: 30_000 });
}

/** A ping from `namespace` (`undefined`: the host) is answered. The first one may wait for a port of a bridge. */
export const pings = (namespace: string | undefined, to: string) => async () => {
  const { exitCode, stdout } = await run(inside(namespace, "ping", "-c", "1", "-w", "3", to));
  if (exitCode !== 0) throw new Error(`no answer from ${to} in ${namespace ?? "the host"}:\n${stdout}`);
};

/** A ping from `namespace` is not answered. */
export const fails = (namespace: string | undefined, to: string) => async () => {
  const { exitCode, stdout } = await run(inside(namespace, "ping", "-c", "1", "-W", "1", to));
  if (exitCode === 0)
    throw new Error(`${to} answered ${namespace ?? "the host"}, and should not:\n${stdout}`);
};

const SERVER =
  'require("node:http").createServer((_, r) => r.end("blue")).listen(80, () => console.log("ready"))';
const CLIENT = "fetch(process.argv[1]).then((r) => r.text()).then((text) => process.stdout.write(text))";

/** A server in the namespace blue answers a web request from `namespace` to `url`. */
export const answers = (namespace: string | undefined, url: string) => async () => {
  const server = execa("ip", ["netns", "exec", "blue", process.execPath, "-e", SERVER], { reject: false });
  try {
    await new Promise((ready) => server.stdout.once("data", ready));
    const { stdout, stderr } = await run(inside(namespace, process.execPath, "-e", CLIENT, url));
    if (stdout !== "blue") throw new Error(`${url} answered ${JSON.stringify(stdout)}:\n${stderr}`);
  } finally {
    server.kill();
    await server;
  }
};
