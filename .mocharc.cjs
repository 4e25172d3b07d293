// The examples find this file as well, and have no business with what guards this machine from our own tests.
const guards =
  process.cwd() === __dirname
    ? ["everyKind", "recordsGuard", "freshClaims", "testHost"].map((name) => `./test/support/${name}.ts`)
    : [];

module.exports = {
  require: ["ts-node/register/transpile-only", ...guards],
  extension: ["ts"],
  timeout: 10_000,
};
