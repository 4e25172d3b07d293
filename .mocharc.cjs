// The examples find this file as well, and have no business with what guards this machine from our own tests.
const guards =
  process.cwd() === __dirname
    ? ["everyKind", "recordsGuard", "freshClaims"].map((name) => `./test/support/${name}.ts`)
    : [];

module.exports = {
  require: ["ts-node/register/transpile-only", ...guards],
  extension: ["ts"],
  // For hangs only: a busy machine takes several times as long as a quiet one.
  timeout: 60_000,
};
