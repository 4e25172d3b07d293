import { Bridge, Namespace, Neighbor } from "../../../../sdk";
import { type Brief, ELSEWHERE, rowsOf } from "../row";

const ROOM = "neighbors";

export const neighborhood = () => {
  new Namespace(ROOM);
  for (const name of ["lan", "wan"]) new Bridge(`${ROOM}-${name}`, { name, namespace: ROOM });
};

const lladdr = "02:00:00:00:00:09";

const declare = (name: string, args: object, at: number) =>
  new Neighbor(name, { interface: "lan", namespace: ROOM, address: `10.1.${at}.1`, lladdr, ...args });

const ip = `ip -n ${ROOM}`;

/** Changes it in place and keeps its protocol. */
const changed = (path: string, args: object, words: string): Brief => [
  path,
  args,
  `${ip} neigh change ${words}`,
  "update",
];

/** Deletes it and adds it with other words. */
const moved = (path: string, words: string): Brief => [
  path,
  {},
  `${ip} neigh del 10.1.#.1 dev lan; ${ip} neigh add ${words}`,
  "create",
  { tidy: `${ip} neigh del ${words}` },
];

export const neighborRows = rowsOf("Neighbor", "neighbor", declare, [
  moved("interface", `10.1.#.1 dev wan lladdr ${lladdr}`),
  [
    "namespace",
    // Another row deletes the last IPv4 address elsewhere, and thereby the IPv4 neighbours there.
    { address: "fd01::7" },
    `${ip} neigh del fd01::7 dev lan; ip -n ${ELSEWHERE} neigh add fd01::7 dev lan lladdr ${lladdr}`,
    "create",
    { tidy: `ip -n ${ELSEWHERE} neigh del fd01::7 dev lan` },
  ],
  moved("address", `10.8.#.1 dev lan lladdr ${lladdr}`),
  moved("proxy", "proxy 10.1.#.1 dev lan"),
  changed("lladdr", {}, "10.1.#.1 dev lan lladdr 02:00:00:00:00:08 nud permanent"),
  changed("state", {}, `10.1.#.1 dev lan lladdr ${lladdr} nud stale`),
  changed("state", { state: "noarp" }, `10.1.#.1 dev lan lladdr ${lladdr} nud permanent`),
  changed("router", { address: "fd01::1" }, `fd01::1 dev lan lladdr ${lladdr} nud permanent router`),
  [
    "router",
    { address: "fd01::2", proxy: true, lladdr: undefined },
    `${ip} neigh add proxy fd01::2 dev lan router`,
    "update",
  ],
]);
