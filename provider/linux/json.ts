import { z } from "zod";

/** Parses what a tool printed as JSON; nothing printed counts as an empty list, as `ip -j` does it. */
export function parseJson<T extends z.ZodType>(schema: T, text: string): z.output<T> {
  const result = schema.safeParse(text.trim() === "" ? [] : JSON.parse(text));
  if (result.success) return result.data;
  throw new Error(`cannot read a tool's answer: ${z.prettifyError(result.error)}\n${text}`);
}
