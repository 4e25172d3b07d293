import { Address, Bridge, Namespace, Route } from "../../../../sdk";
import { type Brief, ELSEWHERE, rowsOf } from "../row";

const ROOM = "routes";

export const routes = () => {
  new Namespace(ROOM);
  for (const [name, address] of [
    ["lan", "10.3.0.1/24"],
    ["wan", "10.4.0.1/24"],
  ] as const) {
    new Bridge(`${ROOM}-${name}`, { name, namespace: ROOM });
    new Address(`${ROOM}-${name}-ip`, { interface: name, namespace: ROOM, address });
  }
  new Address(`${ROOM}-lan-ip6`, { interface: "lan", namespace: ROOM, address: "fd03::1/64" });
};

const declare = (name: string, args: object, at: number) =>
  new Route(name, { namespace: ROOM, destination: `10.5.${at}.0/24`, ...args });

const ip = `ip -n ${ROOM}`;

/** Changes it in place. A route that loses the protocol number is foreign. */
const changed = (
  path: string,
  args: object,
  words: string,
  effect: "update" | "replace" = "update",
): Brief => [path, args, `${ip} route change proto 110 ${words}`, effect];

/** Deletes it and adds another one. */
const moved = (path: string, words: string, room = ROOM): Brief => [
  path,
  lan,
  `${ip} route del 10.5.#.0/24; ip -n ${room} route add proto 110 ${words}`,
  "create",
  { tidy: `ip -n ${room} route del ${words}` },
];

const lan = { via: "10.3.0.2" };
const both = { nexthops: [lan, { via: "10.4.0.2" }] };

export const routeRows = rowsOf("Route", "route", declare, [
  moved("destination", "10.6.#.0/24 via 10.3.0.2"),
  moved("namespace", "blackhole 10.5.#.0/24", ELSEWHERE),
  moved("metric", "10.5.#.0/24 via 10.3.0.2 metric 50"),
  moved("table", "10.5.#.0/24 via 10.3.0.2 table 77"),
  changed("via", lan, "10.5.#.0/24 via 10.3.0.3"),
  changed("via", lan, "10.5.#.0/24 via inet6 fd03::2 dev lan", "replace"),
  changed("via", { destination: "fd05::/64", via: "fd03::2" }, "fd05::/64 via fd03::3"),
  changed("interface", { interface: "lan" }, "10.5.#.0/24 dev wan"),
  changed("source", { ...lan, source: "10.3.0.1" }, "10.5.#.0/24 via 10.3.0.2 src 10.4.0.1"),
  changed("mtu", { ...lan, mtu: 1400 }, "10.5.#.0/24 via 10.3.0.2 mtu 1300"),
  changed("mtu", lan, "10.5.#.0/24 via 10.3.0.2 mtu 1300"),
  changed("onlink", { ...lan, interface: "lan", onlink: true }, "10.5.#.0/24 via 10.3.0.2 dev lan"),
  changed("type", { type: "blackhole" }, "unreachable 10.5.#.0/24"),
  changed("nexthops", both, "10.5.#.0/24 nexthop via 10.3.0.2 weight 5 nexthop via 10.4.0.2 weight 1"),
]);
