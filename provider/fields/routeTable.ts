import { z } from "zod";
import { currentFacts } from "../linux/host/currentFacts";
import { STANDING, tableOf } from "../linux/read/routeTables";

/** The file with the names of tables, for messages only. */
const FILE = "/etc/iproute2/rt_tables";

/** A routing table by its number, or by a name on this host, which is replaced by its number. */
export const routeTable = z
  .union([z.number(), z.string()], "is neither a number nor text")
  .transform((given, ctx) => {
    const number = numberOf(given);
    if (number !== undefined) return tableOf(number);
    ctx.addIssue({ code: "custom", message: problem(given) });
    return z.NEVER;
  });

function numberOf(given: number | string): number | undefined {
  const standing = STANDING.indexOf(String(given));
  const number =
    typeof given === "number"
      ? given
      : standing >= 0
        ? 253 + standing
        : currentFacts()?.routeTableNamed(given);
  const isTable = number !== undefined && Number.isInteger(number) && number >= 1 && number <= 0xffff_ffff;
  return isTable ? number : undefined;
}

function problem(given: number | string): string {
  const number = Number(given);
  const is = `is ${typeof given === "number" ? given : JSON.stringify(given)}`;
  if (typeof given === "string" && !/^\d+$/.test(given))
    return `${is}, neither main, local or default nor a name in ${FILE} of this host: write its number, from 1 to 4294967295, or add the name there`;
  return given !== number && numberOf(number) !== undefined
    ? `${is}, a number as text: write it without quotes, as ${number}`
    : `${is}, not a whole number from 1 to 4294967295`;
}
