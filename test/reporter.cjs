const Mocha = require("mocha");

/**
 * mocha's Spec reporter, then every skipped test with its reason, then one line that sums up.
 * A test, hook or suite gives the reason as its `skipReason`; a skip without one is a failure.
 */
class Reporter extends Mocha.reporters.Spec {
  #skipped = [];

  constructor(runner, options) {
    super(runner, options);
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test) => this.#skipped.push(test));
  }

  done(failures, exit) {
    const skips = this.#skipped.map((test) => ({ title: test.fullTitle(), reason: reasonOf(test) }));
    const unexplained = skips.filter(({ reason }) => reason === undefined).length;
    const failed = failures + unexplained;
    console.log(closing(skips, { passed: this.stats.passes, failed }));
    exit(failed);
  }
}

function reasonOf(runnable) {
  if (runnable === undefined) return undefined;
  // A hook that skips knows the reason; the tests that it skips do not.
  const hooks = [...(runnable._beforeAll ?? []), ...(runnable._beforeEach ?? [])];
  return [runnable, ...hooks].find(({ skipReason }) => skipReason)?.skipReason ?? reasonOf(runnable.parent);
}

function closing(skips, counts) {
  const lines = skips.map(({ title, reason }) => `  ${title}: ${reason ?? "no reason given"}`);
  const list = lines.length > 0 ? ["Skipped:", ...lines, ""] : [];
  return [...list, summaryLine({ ...counts, skipped: skips.length })].join("\n");
}

function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

module.exports = Reporter;
module.exports.closing = closing;
module.exports.reasonOf = reasonOf;
