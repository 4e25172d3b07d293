// The transpiler of ts-node (tsconfig.json). A test run starts about a hundred processes from TypeScript, and TypeScript takes half of each
// start to translate the same files: so the result is kept below node_modules, under a hash of the text.
const { createHash, randomUUID } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const ts = require("typescript");

const folder = join(__dirname, "..", "..", "node_modules", ".cache", "ts-node");

/** Called by ts-node once for each set of compiler options. */
exports.create = ({ service }) => {
  const compilerOptions = service.config.options;
  const seed = JSON.stringify([ts.version, compilerOptions]);
  return {
    transpile(text, { fileName }) {
      const file = join(folder, createHash("sha256").update(`${seed}\n${fileName}\n${text}`).digest("hex"));
      const known = read(file);
      if (known !== undefined) return known;
      const { outputText, sourceMapText } = ts.transpileModule(text, { fileName, compilerOptions });
      write(file, { outputText, sourceMapText });
      return { outputText, sourceMapText };
    },
  };
};

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Through another name, as other processes read meanwhile. Without write permission each process translates for itself. */
function write(file, output) {
  try {
    mkdirSync(folder, { recursive: true });
    const draft = `${file}.${randomUUID()}`;
    writeFileSync(draft, JSON.stringify(output));
    renameSync(draft, file);
  } catch {
    // The cache only saves time.
  }
}
