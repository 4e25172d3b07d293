import { longestFirst, playSideBySide } from "./schedule.mjs";
import { closingOfPortion, hasFailed, total } from "./summary.mjs";
import { duration, green, red, say } from "./terminal.mjs";

/** Milliseconds of silence after which a line tells what is running. */
const SILENCE = 25_000;

/**
 * Plays portions side by side. Prints a line for each as it ends, the output of those that fail, and then the times of the suites,
 * all skipped and failed tests, and the sum. Resolves to whether everything passed, and to the seconds of each portion.
 */
export async function playAndReport(portions, { jobs, estimates, env }) {
  const started = Date.now();
  const screen = reporter(portions.length);
  const play = async (portion) => {
    const since = Date.now();
    screen.started(portion);
    const answer = await portion.play(env);
    const closing = closingOfPortion(portion, answer);
    const ended = { portion, closing, milliseconds: Date.now() - since };
    screen.ended(ended, answer.output);
    return ended;
  };
  try {
    const results = await playSideBySide(longestFirst(portions, estimates), jobs, play);
    say(`\n${timesOf(results)}\n  all, ${jobs} at once: ${duration(Date.now() - started)}\n`);
    say(total(results.map(({ closing }) => closing)));
    return {
      isGood: !results.some(({ closing }) => hasFailed(closing)),
      seconds: Object.fromEntries(
        results.map(({ portion, milliseconds }) => [portion.name, Math.ceil(milliseconds / 1000)]),
      ),
    };
  } finally {
    screen.close();
  }
}

function reporter(count) {
  const running = new Set();
  let done = 0;
  let spoken = Date.now();
  const tell = (text) => {
    spoken = Date.now();
    say(text);
  };
  const heartbeat = setInterval(() => {
    if (Date.now() - spoken >= SILENCE) tell(`  … ${[...running].join(", ")}`);
  }, 1000);
  return {
    started: ({ name }) => running.add(name),
    ended({ portion: { name }, closing, milliseconds }, output) {
      running.delete(name);
      done++;
      const isBad = hasFailed(closing);
      if (isBad) tell(`\n${output.trimEnd()}\n`);
      const number = `${done}/${count}`.padStart(2 * String(count).length + 1);
      const time = duration(milliseconds).padStart(12);
      tell(`  ${number} ${isBad ? red("✗") : green("✓")} ${name.padEnd(42)}${time}  ${closing.summary}`);
    },
    close: () => clearInterval(heartbeat),
  };
}

/** A line per suite: how many portions it had, and how long they took one after the other. */
function timesOf(results) {
  const suites = [...new Set(results.map(({ portion }) => portion.suite))];
  return suites
    .map((suite) => {
      const times = results.flatMap(({ portion, milliseconds }) =>
        portion.suite === suite ? milliseconds : [],
      );
      const sum = times.reduce((whole, one) => whole + one, 0);
      return `  ${suite}, ${times.length} portion${times.length === 1 ? "" : "s"}: ${duration(sum)}`;
    })
    .join("\n");
}
