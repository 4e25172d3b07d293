/** What `firewall-cmd` lists of one zone or policy. */
export interface Listed {
  readonly name: string;
  /** What it says under each word, `ports` or `rich rules`: the words there, or the rich rules. Nothing is an empty list. */
  readonly says: ReadonlyMap<string, readonly string[]>;
}

/**
 * The zones or policies in the answer to `--info-policy`, `--list-all-policies` and the like. Each begins with its name at
 * the start of a line; what does not fit into one stands below, behind a tab.
 */
export function parseListing(text: string | undefined): Listed[] {
  const found: { name: string; says: Map<string, string[]> }[] = [];
  let under: string[] = [];
  for (const line of (text ?? "").split("\n")) {
    const [, name] = /^(\S+)(?: \([\w, ]+\))?$/.exec(line) ?? [];
    const [, key, value = ""] = /^ {2}(\w[\w -]*):(.*)$/.exec(line) ?? [];
    if (name !== undefined) found.push({ name, says: new Map() });
    else if (line.startsWith("\t")) under.push(line.trim());
    else if (key !== undefined) {
      under = value.split(" ").filter((word) => word !== "");
      found.at(-1)?.says.set(key, under);
    }
  }
  return found;
}
