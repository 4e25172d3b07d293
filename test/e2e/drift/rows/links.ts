import * as sdk from "../../../../sdk";
import { lackingOf, testedLinks } from "../../../support/kindsOfLink";
import { type Brief, ELSEWHERE, type Row, rowsOf } from "../row";

/** Rows of every kind of link: its shared fields and its own options. */

const ROOM = "links";

export const links = () => {
  new sdk.Namespace(ROOM);
  for (const name of ["links-one", "links-other"]) new sdk.Bridge(name, { namespace: ROOM });
};

const set = `ip -n ${ROOM} link set dev NAME`;
const port = { bridge: "links-one" };

/** Kinds that this kernel lacks, with the reason. */
export const lackingLinks = new Map(
  testedLinks.flatMap((link) => {
    const reason = lackingOf(link);
    return reason === undefined ? [] : [[link.kind, reason] as const];
  }),
);

export const linkRows: readonly Row[] = testedLinks.flatMap(({ kind, links: { type }, fields, options }) => {
  const again = (where: string) => `ip -n ${where} link add name NAME type ${type}`;
  const shared: readonly Brief[] = [
    [
      "name",
      {},
      `${set} down; ${set} name renamed-#`,
      "create",
      { tidy: `ip -n ${ROOM} link del dev renamed-#` },
    ],
    [
      "namespace",
      {},
      `ip -n ${ROOM} link del dev NAME; ${again(ELSEWHERE)}`,
      "create",
      { tidy: `ip -n ${ELSEWHERE} link del dev NAME` },
    ],
    ["bridge", port, `${set} nomaster`, "update"],
    ["bridge", port, `${set} master links-other`, "update"],
    ["bridge", {}, `${set} master links-other`, "update"],
    ["mac", {}, `${set} address 02:00:00:00:00:01`, "update"],
    ["mtu", {}, `${set} mtu 1300`, "update"],
    ["up", {}, `${set} down`, "update"],
    ["up", { up: false }, `${set} up`, "update"],
  ];
  const own = Object.entries(options).map(
    ([argument, { words }]): Brief => [argument, {}, `${set} type ${type} ${words}`, "update"],
  );
  const declare = (name: string, args: object) =>
    Reflect.construct(Reflect.get(sdk, kind), [name, { namespace: ROOM, ...args }]);
  return rowsOf(kind, type, declare, [...shared.filter(([field]) => fields.includes(field)), ...own]);
});

/** Arguments that nobody can change by hand, and the reason. */
export const NOT_IN_LINKS: Readonly<Record<string, string>> = Object.fromEntries(
  testedLinks.flatMap(({ kind, fields }) =>
    [
      ["deleteForeign", "says what deletion does"],
      ["adopt", "says what creation does"],
    ].flatMap(([field = "", reason = ""]) => (fields.includes(field) ? [[`${kind} ${field}`, reason]] : [])),
  ),
);
