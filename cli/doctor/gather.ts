import { readdirSync, readlinkSync, statfsSync } from "node:fs";
import { release } from "node:os";
import { execa } from "execa";
import { listEveryones } from "../../provider/kinds/packetRule/everyones";
import { localHost } from "../../provider/linux/host/local/localHost";
import { inodeOf, isHostItself } from "../../provider/linux/host/local/namespaces";
import { runPlan } from "../../provider/linux/host/runPlan";
import type { Family } from "../../provider/linux/ip";
import { gatherNetwork, gatherPlace } from "../../provider/trace/network/gather";
import { lookCloser } from "../../provider/trace/network/placeDetails";
import { CliError, errorCode } from "../errors";
import { unshareWords } from "../sandbox/holder";
import { allPids, readText } from "../sandbox/proc";
import { withSystemFolders } from "../sandbox/tools";
import type { HostFacts, OddName, ToolFact } from "./facts";
import { FEATURES } from "./features";

/** Gathers the facts for `doctor`. All its processes start here. */

/** The tools, and the words that make them print their version. */
const TOOLS: Readonly<Record<string, readonly string[]>> = {
  ip: ["-V"],
  nft: ["--version"],
  iptables: ["--version"],
  ip6tables: ["--version"],
  sysctl: ["--version"],
  ps: ["--version"],
  conntrack: ["--version"],
  ping: ["-V"],
  ss: ["-V"],
  unshare: ["--version"],
  nsenter: ["--version"],
  flock: ["--version"],
  "firewall-cmd": ["--version"],
  "ovs-vsctl": ["--version"],
  pulumi: ["version"],
};

/** Tools that matter only beside their service. */
const SERVICES: Readonly<Record<string, string>> = {
  "firewall-cmd": "firewalld",
  "ovs-vsctl": "ovs-vswitchd",
};

export async function gatherFacts(): Promise<HostFacts> {
  const processes = processesHere();
  const wanted = Object.entries(TOOLS).filter(([name]) => {
    const service = SERVICES[name];
    return service === undefined || processes.includes(service);
  });
  const tools = await Promise.all(wanted.map(([name, words]) => toolFact(name, words)));
  if (!tools.some(({ name, version }) => name === "ip" && version !== undefined))
    return withoutNetwork(tools);
  const mayChange = await mayChangeNetworks();
  // Without the right to change the host, namespaces are not readable either.
  const host = await gatherPlace(localHost, undefined);
  if (!host) throw new CliError("`ip` shows no links of this host.");
  const network = mayChange ? await gatherNetwork(localHost) : [host];
  const four = await runPlan(localHost, lookCloser(host, "ipv4", mayChange));
  const six = await runPlan(localHost, lookCloser(host, "ipv6", mayChange));
  return {
    ...withoutNetwork(tools),
    mayChange,
    maySandbox: mayChange ? undefined : await maySandbox(),
    features: mayChange ? await tryFeatures() : {},
    network,
    sysctls: new Map([...four.sysctls, ...six.sysctls]),
    // nft lists the same chains for both families. Only the chains of iptables differ.
    chains: [
      ...four.chains.filter(({ family }) => family !== "ip6"),
      ...six.chains.filter(({ family }) => family === "ip6"),
    ],
    redirecting: mayChange ? await redirectingRules() : NONE_REDIRECT,
    processes,
    oddNames: oddNames(),
  };
}

const withoutNetwork = (tools: readonly ToolFact[]): HostFacts => ({
  ...{ tools, kernel: release(), sandbox: process.env["PULUMI_NETNS_SANDBOX"] },
  ...{ mayChange: process.getuid?.() === 0, features: {}, network: [], sysctls: new Map() },
  ...{ chains: [], redirecting: NONE_REDIRECT, processes: [], oddNames: [] },
});

const NONE_REDIRECT = { ipv4: { rules: [], lines: [] }, ipv6: { rules: [], lines: [] } };

async function redirectingRules(): Promise<HostFacts["redirecting"]> {
  const listed = (family: Family) => runPlan(localHost, listEveryones({ family, mark: "" }, []));
  return { ipv4: await listed("ipv4"), ipv6: await listed("ipv6") };
}

async function say(file: string, words: readonly string[], input = "") {
  const env = { LC_ALL: "C", PATH: withSystemFolders(process.env["PATH"]) };
  return execa(file, words, { env, reject: false, input, timeout: 10_000 });
}

async function toolFact(name: string, words: readonly string[]): Promise<ToolFact> {
  const { code, stdout, stderr } = await say(name, words);
  if (code === "ENOENT") return { name };
  // A tool without execute permission prints nothing.
  const [line = ""] = [stdout, stderr].flatMap((said) => (said ? said.split("\n") : []));
  return { name, version: line.replace(/^.*utility, /, "").trim() || "installed" };
}

/** Whether this process can create a network namespace. The namespace ends with the process. */
const mayChangeNetworks = async (): Promise<boolean> =>
  (await say("unshare", ["--net", "ip", "link", "set", "dev", "lo", "up"])).exitCode === 0;

/** Whether this process can create the namespaces of a sandbox and work in them. They end with the process. */
const maySandbox = async (): Promise<boolean> =>
  (await say("unshare", unshareWords(["ip", "link", "set", "dev", "lo", "up"]))).exitCode === 0;

/** Tries each feature in a network namespace of its own, which ends with the tool. */
async function tryFeatures(): Promise<Record<string, boolean | undefined>> {
  const features = Object.entries(FEATURES).map(async ([name, { words, input }]) => {
    const { code, exitCode, stderr } = await say("unshare", ["--net", ...words], input);
    const isUntried = code === "ENOENT" || exitCode === 127 || /failed to execute/.test(String(stderr));
    return [name, isUntried ? undefined : exitCode === 0] as const;
  });
  return Object.fromEntries(await Promise.all(features));
}

/** Returns the programs in this network namespace. Others do not see its links. */
function processesHere(): string[] {
  const own = readlinkSync("/proc/self/ns/net");
  const names = allPids().flatMap((pid) =>
    networkOf(pid) === own ? (readText(`/proc/${pid}/comm`) ?? []) : [],
  );
  return [...new Set(names)].sort();
}

function networkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** `NSFS_MAGIC` in linux/magic.h */
const NSFS = 0x6e736673;

function oddNames(): OddName[] {
  const first = new Map<number, string>();
  return namesOfNamespaces()
    .sort()
    .flatMap((name): OddName[] => {
      const inode = inodeOf(name);
      if (inode === undefined) return [{ name, is: "dangling" }];
      if (statfsSync(`/run/netns/${name}`).type !== NSFS) return [{ name, is: "file" }];
      if (isHostItself(name)) return [{ name, is: "host" }];
      const other = first.get(inode);
      if (other !== undefined) return [{ name, is: "twin", other }];
      first.set(inode, name);
      return [];
    });
}

function namesOfNamespaces(): string[] {
  try {
    return readdirSync("/run/netns");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
