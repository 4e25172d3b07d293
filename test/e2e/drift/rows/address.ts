import { Address, Bridge, Namespace } from "../../../../sdk";
import { type Brief, ELSEWHERE, rowsOf } from "../row";

const ROOM = "addresses";

export const addresses = () => {
  new Namespace(ROOM);
  for (const name of ["lan", "wan"]) new Bridge(`${ROOM}-${name}`, { name, namespace: ROOM });
};

/** A network per row, so that no address is secondary to another one. */
const declare = (name: string, args: object, at: number) =>
  new Address(name, { interface: "lan", namespace: ROOM, address: `10.1.${at}.1/24`, ...args });

/** Deletes it and adds it with other words. */
const moved = (
  path: string,
  args: object,
  was: string,
  now: string,
  effect: "replace" | "create",
  room = ROOM,
): Brief => {
  const tidy = `ip -n ${room} address del ${now}`;
  const byHand = `ip -n ${ROOM} address del ${was}; ip -n ${room} address add ${now}`;
  return effect === "create" ? [path, args, byHand, effect, { tidy }] : [path, args, byHand, effect];
};

export const addressRows = rowsOf("Address", "address", declare, [
  moved("interface", {}, "10.1.#.1/24 dev lan", "10.1.#.1/24 dev wan", "create"),
  moved("namespace", {}, "10.1.#.1/24 dev lan", "10.1.#.1/24 dev lan", "create", ELSEWHERE),
  moved("address", {}, "10.1.#.1/24 dev lan", "10.8.#.1/24 dev lan", "create"),
  moved(
    "peer",
    { address: "10.2.0.1/32", peer: "10.2.0.2/32" },
    "10.2.0.1 peer 10.2.0.2/32 dev lan",
    "10.2.0.1 peer 10.2.0.3/32 dev lan",
    "create",
  ),
  moved("scope", {}, "10.1.#.1/24 dev lan", "10.1.#.1/24 dev lan scope link", "replace"),
  ["nodad", { address: "fd01::1/64" }, `ip -n ${ROOM} address change fd01::1/64 dev lan`, "replace"],
  [
    "nodad",
    { address: "fd02::1/64", nodad: false },
    `ip -n ${ROOM} address change fd02::1/64 dev lan nodad`,
    "replace",
  ],
]);
