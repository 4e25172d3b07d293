import { compileFunction } from "node:vm";
import { execa } from "execa";
import { definitions } from "../../../provider/kinds";
import * as sdk from "../../../sdk";
import { Living } from "../../support/kernel";
import { registered } from "../../unit/sdk/registered";

/** Applies the printed fix: runs shell lines, and creates resources through the SDK and the provider. */
export async function applied(code: string): Promise<readonly Living[]> {
  const resources: Living[] = [];
  for (const line of code.split("\n")) {
    if (line.startsWith("new ")) resources.push(...(await created(line)));
    else await typedAsIs(line);
  }
  return resources;
}

/** Splits at blanks, as no shell runs the line. */
async function typedAsIs(line: string): Promise<void> {
  const [file = "", ...words] = line.split(" ");
  await execa(file, words);
}

let made = 0;

/** Declares the resource with the classes of the SDK, and creates what they pass to the provider. */
async function created(line: string): Promise<Living[]> {
  const declare = compileFunction(`return ${line}`, Object.keys(sdk));
  const { resources } = await registered(() => [declare(...Object.values(sdk))]);
  const living: Living[] = [];
  for (const { type, inputs } of Object.values(resources)) {
    const definition = definitions.find(({ kind }) => kind === type.split(":").at(-1));
    if (!definition) throw new Error(`no kind is called ${type}`);
    living.push(await Living.create(definition, inputs, `printed-${++made}`));
  }
  return living;
}
