import { Namespace, PolicyRule } from "../../../../sdk";
import { type Brief, type Effect, ELSEWHERE, rowsOf } from "../row";

const ROOM = "policies";

export const policies = () => new Namespace(ROOM);

/** Each has its own priority: `1` followed by the row's number. */
const declare = (name: string, args: object, at: number) =>
  new PolicyRule(name, {
    priority: Number(`1${at}`),
    namespace: ROOM,
    from: "10.1.0.0/16",
    table: 7,
    ...args,
  });

const ip = `ip -n ${ROOM}`;
const deletion = `${ip} rule del pref 1# proto 110`;
const from = "from 10.1.0.0/16";

/** Deletes it and adds it in other words with its protocol. */
const changed = (path: string, args: object, words: string): Brief => [
  path,
  args,
  `${deletion}; ${ip} rule add pref 1# proto 110 ${words}`,
  "update",
];

/** Deletes it and adds it elsewhere. */
function moved(path: string, words: string, where = ip): Brief {
  const effect: Effect = "create";
  return [
    path,
    {},
    `${deletion}; ${where} rule add ${words}`,
    effect,
    { tidy: `${where} rule del ${words}` },
  ];
}

export const policyRuleRows = rowsOf("PolicyRule", "policy", declare, [
  moved("priority", `pref 500 ${from} lookup 7`),
  moved("namespace", `pref 1# ${from} lookup 7`, `ip -n ${ELSEWHERE}`),
  moved("family", "pref 1# lookup 7", `${ip} -6`),
  changed("from", {}, "from 10.2.0.0/16 lookup 7"),
  changed("to", { to: "10.3.0.0/16" }, `${from} to 10.4.0.0/16 lookup 7`),
  changed("iif", { iif: "lo" }, `${from} iif eth7 lookup 7`),
  changed("oif", { oif: "eth0" }, `${from} oif eth7 lookup 7`),
  changed("fwmark", { fwmark: 16 }, `${from} fwmark 0x10/0xff lookup 7`),
  changed("ipproto", { ipproto: "tcp" }, `${from} ipproto udp lookup 7`),
  changed("sport", { sport: 80 }, `${from} sport 81 lookup 7`),
  changed("dport", { dport: "80-90" }, `${from} dport 80 lookup 7`),
  changed("uidrange", { uidrange: 0 }, `${from} lookup 7`),
  changed("tos", { tos: 16 }, `${from} tos 0x8 lookup 7`),
  changed("invert", {}, `not ${from} lookup 7`),
  changed("action", { action: "prohibit", table: undefined }, `${from} blackhole`),
  changed("table", {}, `${from} lookup 8`),
  changed("suppressPrefixlength", { suppressPrefixlength: 0 }, `${from} lookup 7`),
]);
