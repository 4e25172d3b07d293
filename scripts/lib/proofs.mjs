import { relative } from "node:path";
import { inRoot, root } from "./paths.mjs";
import { Problem } from "./problem.mjs";

const webServer = relative(root, inRoot("scripts", "web-server.mjs"));

const inNamespace = (namespace, ...command) => ["ip", "netns", "exec", namespace, ...command];

const ping = (from, address) => inNamespace(from, "ping", "-c", "3", "-i", "0.2", address);

// curl is the most readable, node is always there.
const getter = (url, hasCurl) =>
  hasCurl
    ? ["curl", "-sS", "-m", "5", url]
    : ["node", "-e", `fetch("${url}").then((answer) => answer.text()).then(console.log)`];

/**
 * The proofs in order: a title, the command to type, the texts that its output must contain, and the server, if any, that must run
 * meanwhile.
 */
export const proofs = ({ namespaces, addresses, forward }, hasCurl) => [
  {
    title: "The namespaces",
    command: ["ip", "netns"],
    expect: Object.values(namespaces),
    failure: "a namespace is missing",
  },
  {
    title: "red reaches blue, over the bridge",
    command: ping(namespaces.red, addresses.blue),
    expect: [" 0% packet loss"],
    failure: "packets from red to blue were lost",
  },
  {
    title: "blue reaches the outside host, through the gateway and its masquerade",
    command: ping(namespaces.blue, addresses.outside),
    expect: [" 0% packet loss"],
    failure: "packets from blue to the outside host were lost",
  },
  {
    title: "The outside host reaches a web server in blue, through the port forward",
    server: inNamespace(namespaces.blue, "node", webServer, String(forward.port), namespaces.blue),
    command: inNamespace(namespaces.outside, ...getter(forward.url, hasCurl)),
    expect: [`the namespace ${namespaces.blue}`, addresses.outside],
    failure: "the web server in blue did not answer the outside host",
  },
];

/** The reason why an answer proves nothing, or undefined. */
export function disproof({ expect, failure }, { code, output }) {
  if (code !== 0) return `${failure} (exit code ${code})`;
  const absent = expect.filter((text) => !output.includes(text));
  return absent.length > 0 ? `${failure} (no "${absent.join('", "')}" in the answer)` : undefined;
}

/** A command as a person would type it. */
export const typed = (command) =>
  command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");

export const disproved = (proof, reason) =>
  new Problem(`The network is up, but ${reason}.`, {
    why: `\`${typed(proof.command)}\` shows it`,
    how: "look at `ip netns`, `ip -n red route` and `nft list ruleset` in a shell inside:\nnpx pulumi-netns sandbox --name quickstart",
  });
