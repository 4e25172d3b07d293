import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type } from "../e2e/drift/row";
import { refuseOutsideSandbox } from "../support/kernel";
import { ProgramStack } from "../support/programStack";
import { folderOf, PROJECT, programOf, readRecords, STACK } from "./fixtures";

/** Nothing depends on the place and time of a resource's declaration. */
const withoutPlaces = (key: string, value: unknown): unknown =>
  /^(sourcePosition|stackTrace|created|modified|time)$/.test(key) ? undefined : value;

/** Brings up the network of a version's program in this sandbox, and saves the resulting state and records. */
async function write(version: string): Promise<void> {
  refuseOutsideSandbox();
  const folder = folderOf(version);
  const { before, after, network } = require(join(folder, "program"));
  const keep = (name: string, value: unknown) =>
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(value, withoutPlaces, 1)}\n`);
  await type(before.join(";"));
  const stack = await ProgramStack.of(PROJECT, { stackName: STACK });
  try {
    await stack.up(programOf({ network }));
    keep("state", await stack.exported());
    keep("records", readRecords());
  } finally {
    await stack.remove();
    await type(after.join(";"));
  }
}

void write(process.argv[2] ?? "");
