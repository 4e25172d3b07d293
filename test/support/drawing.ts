import { instance } from "@viz-js/viz";

/** The SVG picture of a graph in Graphviz's language. The same network gives the same picture. */
export async function svgOf(dot: string): Promise<string> {
  const viz = await instance();
  // Graphviz knows the widths of Arial, and browsers without Arial use a font with the same widths.
  const drawn = viz.renderString(inFixedOrder(dot).replaceAll("sans-serif", "Arial"), {
    format: "svg",
    // On a dark page the black text needs a background of its own.
    graphAttributes: { bgcolor: "white" },
    nodeAttributes: { margin: "0.2,0.08" },
  });
  return drawn.replaceAll('font-family="Arial"', 'font-family="Arial,Helvetica,sans-serif"');
}

/**
 * Renames nodes after their text and sorts nodes and edges: the kernel lists links in the order of creation, and Pulumi creates several
 * at once.
 */
function inFixedOrder(dot: string): string {
  const names = new Map(
    [...dot.matchAll(/^ +(n\d+)(l\d+) \[label="([^"\\]+)/gm)].map(([, place, link, text]) => [
      `${place}${link}`,
      JSON.stringify(`${place} ${text}`),
    ]),
  );
  const lines = dot.split("\n").map((line) => line.replace(/\bn\d+l\d+\b/g, (id) => names.get(id) ?? id));
  return blocksOf(lines)
    .flatMap((block) => block.sort())
    .join("\n");
}

/** Runs of sortable lines: neighbours that are all nodes, or all edges. */
function blocksOf(lines: readonly string[]): string[][] {
  const blocks: string[][] = [];
  let last = "";
  for (const line of lines) {
    const kind = /^ +".*" -- /.test(line) ? "edge" : /^ +".*" \[/.test(line) ? "node" : "";
    if (kind !== "" && kind === last) blocks.at(-1)?.push(line);
    else blocks.push([line]);
    last = kind;
  }
  return blocks;
}
