/** A zone or policy as listed by `firewall-cmd`. */
export interface Listed {
  readonly name: string;
  /** The words after each keyword, such as `ports`, or the rich rules after `rich rules`. */
  readonly says: ReadonlyMap<string, readonly string[]>;
}

/**
 * Parses the zones or policies in the output of `--info-policy`, `--list-all-policies` and similar. Each starts with its
 * name at the beginning of a line. Items with more than one line continue below, after a tab.
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
