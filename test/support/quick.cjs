// Loaded into each node process of a run of the engine, which then starts in half of the time. The program is already JavaScript, and the
// modules that Pulumi loads to serialize closures and to translate stack traces are not used here.
process.env.PULUMI_NODEJS_TYPESCRIPT = "false";

const { Module } = require("node:module");
const load = Module._load;

const unused = /^typescript$|typescript-shim$|^@npmcli\/arborist$|^source-map-support/;

Module._load = function (request, ...rest) {
  return unused.test(request) ? { install() {} } : load.call(this, request, ...rest);
};
