const Mocha = require("mocha");

/**
 * mocha's Spec reporter, followed by every skipped test with its reason, every failed one with the first line of its error, and a line
 * with the totals. A test, hook or suite gives the reason as its `skipReason`; a skip without one is a failure.
 */
class Reporter extends Mocha.reporters.Spec {
  #skipped = [];
  #failed = [];

  constructor(runner, options) {
    super(runner, options);
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test) => this.#skipped.push(test));
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      this.#failed.push({ title: test.fullTitle(), reason: `${error.message}`.split("\n", 1)[0] });
    });
  }

  done(_failures, exit) {
    const skips = this.#skipped.map((test) => ({ title: test.fullTitle(), reason: reasonOf(test) }));
    const fails = [...this.#failed, ...skips.filter(({ reason }) => reason === undefined).map(unexplained)];
    console.log(closing(skips, fails, this.stats.passes));
    exit(fails.length);
  }
}

function reasonOf(runnable) {
  if (runnable === undefined) return undefined;
  // The reason of a hook that skips is on the hook, not on the skipped tests.
  const hooks = [...(runnable._beforeAll ?? []), ...(runnable._beforeEach ?? [])];
  return [runnable, ...hooks].find(({ skipReason }) => skipReason)?.skipReason ?? reasonOf(runnable.parent);
}

const unexplained = ({ title }) => ({ title, reason: "skipped, and no reason given" });

const list = (heading, tests) =>
  tests.length > 0 ? [`${heading}:`, ...tests.map(({ title, reason }) => `  ${title}: ${reason}`), ""] : [];

function closing(skips, fails, passed) {
  const explained = skips.filter(({ reason }) => reason !== undefined);
  const skipped = skips.length > 0 ? `, ${skips.length} skipped` : "";
  const summary = `${passed} passed, ${fails.length} failed${skipped}`;
  return [...list("Skipped", explained), ...list("Failed", fails), summary].join("\n");
}

module.exports = Reporter;
module.exports.closing = closing;
module.exports.reasonOf = reasonOf;
