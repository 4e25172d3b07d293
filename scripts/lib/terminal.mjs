import { Problem, problemText } from "./problem.mjs";
import { exitOnSignals } from "./run.mjs";

const out = process.stdout;
const heartbeat = 15_000;

export const isColourful = (stream, env = process.env) => stream.isTTY === true && !env.NO_COLOR;

const paint =
  (code) =>
  (text, stream = out) =>
    isColourful(stream) ? `\x1b[${code}m${text}\x1b[0m` : text;

export const bold = paint(1);
const dim = paint(2);
export const red = paint(31);
export const green = paint(32);

export const say = (text = "") => out.write(`${text}\n`);

export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Does a step of work under one line that says what, why and how long. */
export async function step(what, why, work) {
  const started = Date.now();
  const elapsed = () => duration(Date.now() - started);
  const line = `  ${what.padEnd(16)} ${why}`;
  const progress = out.isTTY ? liveLine(line, elapsed) : plainLine(line, elapsed);
  try {
    const result = await work();
    progress.end(elapsed());
    return result;
  } catch (error) {
    progress.end("failed");
    throw error;
  }
}

function liveLine(line, elapsed) {
  const shown = line.slice(0, Math.max(20, (out.columns ?? 80) - 16));
  const draw = (text) => out.write(`\r\x1b[K${shown}  ${dim(text)}`);
  draw("");
  const timer = setInterval(() => draw(elapsed()), 1000);
  return {
    end(text) {
      clearInterval(timer);
      draw(text);
      out.write("\n");
    },
  };
}

function plainLine(line, elapsed) {
  let interrupted = false;
  out.write(line);
  const timer = setInterval(() => {
    out.write(`${interrupted ? "" : "\n"}    ${elapsed()} so far\n`);
    interrupted = true;
  }, heartbeat);
  return {
    end(text) {
      clearInterval(timer);
      out.write(interrupted ? `    ${text}\n` : `  ${text}\n`);
    },
  };
}

/** The frame of every script: signals, problems and the exit code. */
export async function main(work) {
  exitOnSignals();
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${problemText(error, (text) => red(text, process.stderr))}\n`);
    process.exitCode = 1;
  }
}
