/**
 * The properties that `pulumi preview --diff` names as different, by the resource's name, dotted: `end.mtu`.
 *
 *     ~ pulumi-nodejs:dynamic/netns:VethPair: (update)
 *         [urn=urn:pulumi:test::drift::pulumi-nodejs:dynamic/netns:VethPair::veth-0]
 *       ~ end : {
 *           ~ mtu: 1400 => 1500
 */
export function namedIn(text: string): ReadonlyMap<string, readonly string[]> {
  const named = new Map<string, string[]>();
  let paths: string[] = [];
  let open: { readonly column: number; readonly key: string }[] = [];
  for (const line of text.split("\n")) {
    const name = /^\s+\[urn=.*::(.*)\]$/.exec(line)?.[1];
    if (name !== undefined) {
      paths = [];
      open = [];
      named.set(name, paths);
      continue;
    }
    const property = /^(?<before>\s+(?<sign>[-+~])? *)(?<key>\[\d+\]|[^\s:"]+|"[^"]+") *: (?<value>.*)$/.exec(
      line,
    );
    const { before = "", sign, key = "", value = "" } = property?.groups ?? {};
    if (!property) continue;
    const column = before.length;
    open = [...open.filter((outer) => outer.column < column), { column, key }];
    if (sign && !/^[[{]$/.test(value)) paths.push(open.map((outer) => outer.key).join("."));
  }
  return named;
}
