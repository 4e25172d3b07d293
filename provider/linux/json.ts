import { z } from "zod";

/** Parses JSON output of a tool. Empty output is an empty list, as in `ip -j`. */
export function parseJson<T extends z.ZodType>(schema: T, text: string): z.output<T> {
  const result = schema.safeParse(text.trim() === "" ? [] : JSON.parse(text));
  if (result.success) return result.data;
  throw new Error(`cannot read a tool's answer: ${z.prettifyError(result.error)}\n${text}`);
}
