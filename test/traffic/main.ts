import { refuseOutsideSandbox } from "../support/kernel";
import { ProgramStack } from "../support/programStack";
import { differences, snapshot } from "../support/snapshot";
import { Agent } from "./agents";
import { ANSWER, type Cell, cellsOf, NOTHING } from "./cells";
import { AGENTS, addresses, BACKENDS, type Backend, FAMILIES, type Family, PORTS, program } from "./network";

/** `npm run traffic`, in a sandbox: creates the network by `pulumi up` and sends real packets between all of its hosts. */

/** Milliseconds to wait for an expected answer, and for one that must not come. */
const PATIENCE = { answer: 30_000, nothing: 1_500 };

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const tally = { cells: 0, wrong: 0 };

function count(name: string, expected: string, found: string): void {
  tally.cells++;
  if (found === expected) return;
  tally.wrong++;
  say(`  wrong: ${name}: expected ${expected}, found ${found}`);
}

type Agents = Readonly<Record<string, Agent>>;

async function main(): Promise<void> {
  refuseOutsideSandbox();
  const clean = await snapshot();
  const stack = await ProgramStack.of("traffic");
  let agents: Agents | undefined;
  try {
    for (const backend of BACKENDS) {
      const started = Date.now();
      await stack.up(() => program(backend));
      agents ??= await startAgents();
      const before = { ...tally };
      for (const family of FAMILIES) await matrix(agents, backend, family);
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      say(
        `${backend}: ${tally.cells - before.cells} cells, ${tally.wrong - before.wrong} wrong (${seconds} s)`,
      );
    }
  } finally {
    await Promise.all(Object.values(agents ?? {}).map((agent) => agent.stop()));
    await stack.remove();
  }
  const { missing, extra } = differences(clean, await snapshot());
  for (const line of [...missing.map((one) => `gone: ${one}`), ...extra.map((one) => `left behind: ${one}`)])
    count("the host after it", "as before", line);
}

async function startAgents(): Promise<Agents> {
  const started = Object.entries(AGENTS).map(async ([name, { namespace, servers }]) => {
    return [name, await Agent.start(name, namespace, servers)] as const;
  });
  return Object.fromEntries(await Promise.all(started));
}

/** All cells of a family at once, as they are independent. */
async function matrix(agents: Agents, backend: Backend, family: Family): Promise<void> {
  const at = addresses(family);
  const names = new Map(Object.entries(at).map(([name, ip]) => [ip, name]));
  const outcomeOf = async ([who, whom, protocol, port, expected]: Cell): Promise<string> => {
    const patience = expected === NOTHING ? PATIENCE.nothing : PATIENCE.answer;
    const answer = await agents[who]?.ask({ protocol, to: at[whom], port, patience });
    if (!answer) return NOTHING;
    return answer.name === ""
      ? ANSWER
      : `${answer.name}:${answer.port} sees ${names.get(answer.peer) ?? answer.peer}`;
  };
  await Promise.all(
    cellsOf(family).map(async (cell) => {
      const [who, whom, protocol, port, expected] = cell;
      const name = `${backend} ${family}: ${who} → ${whom} ${protocol} ${port || ""}`;
      count(name.trimEnd(), expected, await outcomeOf(cell));
    }),
  );
  const heard = await heardOfMulticast(agents, backend, family);
  count(`${backend} ${family}: host → group udp`, "host.lan", names.get(heard ?? "") ?? heard ?? NOTHING);
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The address under which `out` knows the host when it sends to a group by `wan` from its address in the lan. */
async function heardOfMulticast({ host, out }: Agents, backend: Backend, family: Family) {
  const { "host.lan": from, "host.wan": wan, group: to } = addresses(family);
  const word = `${backend} ${family}`;
  await host?.shout({ from, to, word, port: PORTS.group, link: family === "ipv4" ? wan : "::%wan" });
  for (let looks = 0; looks < 200; looks++) {
    const peer = await out?.heard(word);
    if (peer !== undefined) return peer;
    await sleep(100);
  }
  return undefined;
}

main()
  .catch((error: unknown) => {
    tally.wrong++;
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  })
  .finally(() => {
    say(`${tally.cells} cells, ${tally.wrong} wrong`);
    process.exit(tally.wrong === 0 && tally.cells > 0 ? 0 : 1);
  });
