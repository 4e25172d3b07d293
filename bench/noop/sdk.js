// The real SDK, found by its place, as this package has taken its name.
module.exports = require("../../dist/sdk");
