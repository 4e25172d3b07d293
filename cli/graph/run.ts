// Registers the kinds with their marks and types of link.
import "../../provider/kinds";
import { localHost } from "../../provider/linux/host/local/localHost";
import { gatherNetwork } from "../../provider/trace/network/gather";
import { findPlace, type Network, type Place } from "../../provider/trace/network/network";
import { CliError } from "../errors";
import { placeIn } from "../place";
import { refusal } from "../refusal";
import { asDot } from "./dot";
import { drawingOf } from "./drawing";
import { asMermaid } from "./mermaid";
import type { Format, GraphOptions } from "./options";
import { asText } from "./text";

const WRITERS: Readonly<Record<Format, (network: Network, shown: Network) => string>> = {
  text: asText,
  mermaid: (network, shown) => asMermaid(drawingOf(network, shown)),
  dot: (network, shown) => asDot(drawingOf(network, shown)),
};

export async function runGraph(names: readonly string[], { format }: GraphOptions): Promise<void> {
  const wanted = new Set(names.map(placeIn));
  const network = await gatherNetwork(localHost).catch(refusal);
  const shown =
    wanted.size === 0 ? network : await Promise.all([...wanted].map((name) => found(network, name)));
  process.stdout.write(WRITERS[format](network, shown));
}

async function found(network: Network, name: string | undefined): Promise<Place> {
  const place = findPlace(network, name);
  if (place) return place;
  const told = name === undefined ? undefined : await localHost.tellOfName?.(name);
  if (told !== undefined) throw new CliError(`there is no network namespace ${name}: ${told}`);
  const others = network.flatMap((one) => one.name ?? []);
  throw new CliError(
    `there is no network namespace ${name}${others.length > 0 ? `; there are: ${others.join(", ")}` : ", nor any other"}.`,
  );
}
