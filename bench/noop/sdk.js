// The real SDK, loaded by path because this package has its name.
module.exports = require("../../dist/sdk");
