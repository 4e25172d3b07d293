import { CliError } from "../errors";
import { readFacts } from "./facts";
import { forbiddenMessage } from "./forbidden";
import { type Attempt, startHolder } from "./holder";
import { withLock } from "./lock";
import { isAlive } from "./members";
import { isSandboxName } from "./name";
import { bootId, readStat } from "./proc";
import { lockFile, readRecord, type SandboxRecord, writeRecord } from "./registry";
import { hasTool, missingTools } from "./tools";

type Started = Extract<Attempt, { ready: true }> & { readonly userNamespace: boolean };

// Some systems allow the creation of namespaces, but no work in them.
const forbids = (attempt: Attempt): boolean =>
  !attempt.ready && (!attempt.entered || /denied|not permitted/i.test(attempt.stderr));

async function startNamespaces(name: string, path: string): Promise<Started> {
  const first = await startHolder(name, true, path);
  if (first.ready) return { ...first, userNamespace: true };
  if (!forbids(first)) throw new CliError(`sandbox "${name}" could not be set up: ${first.stderr}`);
  if (process.getuid?.() !== 0) throw new CliError(forbiddenMessage(readFacts(first.stderr)));
  const second = await startHolder(name, false, path);
  if (!second.ready) throw new CliError(forbiddenMessage(readFacts(second.stderr)));
  process.stderr.write(
    `pulumi-netns: user namespaces are forbidden here; because you are root, sandbox "${name}" runs without one.\n`,
  );
  return { ...second, userNamespace: false };
}

async function start(name: string, path: string): Promise<SandboxRecord> {
  const started = await startNamespaces(name, path);
  try {
    const startTime = readStat(started.pid)?.startTime;
    if (startTime === undefined) throw new CliError(`sandbox "${name}" ended while it was being set up.`);
    const { pid, userNamespace } = started;
    const outer = livingRecord(process.env["PULUMI_NETNS_SANDBOX"] ?? "");
    const record = {
      ...{ pid, startTime, bootId: bootId(), created: new Date().toISOString(), userNamespace },
      ...(outer && { within: { pid: outer.pid, startTime: outer.startTime } }),
    };
    writeRecord(name, record);
    started.keep();
    return record;
  } catch (error) {
    started.drop();
    throw error;
  }
}

function livingRecord(name: string): SandboxRecord | undefined {
  const record = isSandboxName(name) ? readRecord(name) : undefined;
  return record !== undefined && isAlive(record) ? record : undefined;
}

export interface Ensured {
  readonly record: SandboxRecord;
  readonly isNew: boolean;
}

/** Returns the running sandbox of this name, or starts one. */
export async function ensureSandbox(name: string, path: string): Promise<Ensured> {
  const missing = missingTools(hasTool(path));
  if (missing.length > 0) throw new CliError(missing.join("\npulumi-netns: "));
  const running = livingRecord(name);
  if (running !== undefined) return { record: running, isNew: false };
  return withLock(lockFile(), path, async () => {
    const startedMeanwhile = livingRecord(name);
    if (startedMeanwhile !== undefined) return { record: startedMeanwhile, isNew: false };
    return { record: await start(name, path), isNew: true };
  });
}
