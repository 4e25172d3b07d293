import { z } from "zod";
import { parseJson } from "../json";

const NamespaceId = z.object({ nsid: z.number(), name: z.string().optional() });

const NamespaceName = z.object({ name: z.string() });

/** The answer to `ip -j netns list`: the names, of which some may be stale files. */
export const parseNamespaceNames = (text: string | undefined): string[] =>
  parseJson(z.array(NamespaceName), text ?? "").map(({ name }) => name);

/** The answer to `ip -j netns list-id`: the names of the namespaces that this one has numbers for. */
export const parseNamespaceIds = (text: string | undefined): ReadonlyMap<number, string | undefined> =>
  new Map(parseJson(z.array(NamespaceId), text ?? "").map(({ nsid, name }) => [nsid, name]));
