import { z } from "zod";
import { parseJson } from "../json";

const NamespaceId = z.object({ nsid: z.number(), name: z.string().optional() });

const NamespaceName = z.object({ name: z.string() });

/** Parses the output of `ip -j netns list`. Some of the names may be stale files. */
export const parseNamespaceNames = (text: string | undefined): string[] =>
  parseJson(z.array(NamespaceName), text ?? "").map(({ name }) => name);

/** Parses the output of `ip -j netns list-id`: the names of the namespaces that this one has ids for. */
export const parseNamespaceIds = (text: string | undefined): ReadonlyMap<number, string | undefined> =>
  new Map(parseJson(z.array(NamespaceId), text ?? "").map(({ nsid, name }) => [nsid, name]));
