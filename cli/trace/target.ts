import { parseIp } from "../../provider/linux/ip";
import type { Protocol } from "../../provider/trace/packet";
import { CliError, USAGE } from "../errors";
import { placeIn } from "../place";

/** The receiver and its port. */
export interface Destination {
  readonly to: { readonly ip: string } | { readonly namespace: string | undefined };
  readonly protocol: Protocol;
  readonly port?: number;
}

/** Parses `blue`, `192.168.1.3:80`, `[fd00::2]:53/udp`. */
export function destinationIn(text: string): Destination {
  const whole = parseIp(text);
  if (whole && !text.includes("/")) return { to: { ip: whole.address }, protocol: "icmp" };
  const [, six, other = "", ending] = /^(?:\[([^\]]*)\]|([^:/]*))(?::(.*))?$/.exec(text) ?? [];
  if (six === undefined && other === "") {
    throw new CliError(
      `${JSON.stringify(text)} is not a destination: write an address, a namespace or host, then :PORT or :PORT/udp; put an IPv6 address with a port into [ ].`,
      USAGE,
    );
  }
  return { to: receiverIn(six, other), ...portIn(ending) };
}

function receiverIn(six: string | undefined, other: string): Destination["to"] {
  const ip = parseIp(six ?? other);
  if (ip) return { ip: ip.address };
  if (six !== undefined) throw new CliError(`${JSON.stringify(six)} is not an IPv6 address.`, USAGE);
  return { namespace: placeIn(other) };
}

function portIn(ending: string | undefined): Pick<Destination, "protocol" | "port"> {
  if (ending === undefined) return { protocol: "icmp" };
  const [, digits = "", protocol = "tcp"] = /^(\d+)(?:\/(tcp|udp))?$/.exec(ending) ?? [];
  const port = Number(digits);
  if (digits === "" || port < 1 || port > 65535) {
    throw new CliError(
      `${JSON.stringify(ending)} is not a port: write a number from 1 to 65535, followed by /udp for UDP.`,
      USAGE,
    );
  }
  return { protocol: protocol === "udp" ? "udp" : "tcp", port };
}
