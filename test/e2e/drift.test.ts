import { config, expect } from "chai";
import { definitions } from "../../provider/kinds";
import { skip } from "../support/kernel";
import { lackingOfOvs, startOvs, stopOvs } from "../support/ovs";
import { differences, picture } from "../support/picture";
import { namedIn } from "../support/previewDiff";
import { ProgramStack, type Run } from "../support/programStack";
import { snapshot } from "../support/snapshot";
import { ELSEWHERE, type Row, type } from "./drift/row";
import { addresses, addressRows } from "./drift/rows/address";
import { bridgeRows, switches } from "./drift/rows/bridge";
import { compositeRows } from "./drift/rows/composites";
import { filterRuleRows, filters } from "./drift/rows/filterRule";
import { forces, inForceRows } from "./drift/rows/inForce";
import { lackingLinks, linkRows, links, NOT_IN_LINKS } from "./drift/rows/links";
import { namespaceRows } from "./drift/rows/namespace";
import { natRuleRows, rules } from "./drift/rows/natRule";
import { neighborhood, neighborRows } from "./drift/rows/neighbor";
import { ovsRows, ovsSwitch } from "./drift/rows/ovs";
import { policies, policyRuleRows } from "./drift/rows/policyRule";
import { routeRows, routes } from "./drift/rows/route";
import { parameters, sysctlRows } from "./drift/rows/sysctl";
import { cables, vethPairRows } from "./drift/rows/vethPair";

/** Rows of kinds that another service makes run only if it is installed. */
const hasOvs = lackingOfOvs().length === 0;

const kernelRows: readonly Row[] = [
  ...namespaceRows,
  ...vethPairRows,
  ...bridgeRows,
  ...addressRows,
  ...routeRows,
  ...neighborRows,
  ...policyRuleRows,
  ...natRuleRows,
  ...filterRuleRows,
  ...inForceRows,
  ...sysctlRows,
  ...compositeRows,
];

const rows: readonly Row[] = [
  ...kernelRows,
  ...linkRows.filter(({ kind }) => !lackingLinks.has(kind)),
  ...(hasOvs ? ovsRows : []),
];

/** Arguments that nobody can change by hand, and the reason. */
const NOT_IN_THE_KERNEL: Readonly<Record<string, string>> = {
  ...NOT_IN_LINKS,
  "Namespace killProcesses": "says what deletion does",
  "Namespace deleteForeign": "says what deletion does",
  "VethPair deleteForeign": "says what deletion does",
  "Bridge deleteForeign": "says what deletion does",
  "OvsBridge deleteForeign": "says what deletion does",
  "Namespace adopt": "says what creation does",
  "VethPair adopt": "says what creation does",
  "Bridge adopt": "says what creation does",
  "Address adopt": "says what creation does",
  "Route adopt": "says what creation does",
  "Neighbor adopt": "says what creation does",
  "FilterRule by nftables dockerUser": "Docker's chain is one of iptables",
  "OvsBridge datapathType":
    "the other one needs a kernel module, without which the bridge has no link at all",
  "Sysctl key": "says which parameter: the kernel neither renames nor deletes one",
  "Sysctl namespace": "says which parameter: every namespace has its own, always",
};

/** The places of the rows' resources, and then the resources. */
function program(): void {
  for (const place of [
    cables,
    switches,
    links,
    addresses,
    routes,
    neighborhood,
    policies,
    rules,
    filters,
    forces,
    parameters,
  ])
    place();
  if (hasOvs) ovsSwitch();
  for (const { declare } of rows) declare();
}

// A failure shows all differences.
config.truncateThreshold = 0;

describe("drift, property by property", function () {
  this.timeout(120_000);
  let clean: object;
  let [start, end]: (readonly string[])[] = [];
  let stack: ProgramStack;
  let [refresh, preview, up, last]: Run[] = [];
  /** Rows whose property this kernel lacks, with its error. */
  const lacking = new Map<Row, string>();

  before(async () => {
    clean = await snapshot();
    if (hasOvs) await startOvs();
    await type(`ip netns add ${ELSEWHERE}; ip -n ${ELSEWHERE} link add lan type bridge`);
    stack = await ProgramStack.of("drift");
    await stack.up(program);
    start = await picture();
    for (const row of rows) await row.byHand().catch((error) => lack(row, error));
    refresh = await stack.refresh();
    preview = await stack.preview(program);
    up = await stack.up(program);
    last = await stack.preview(program);
    for (const { tidy } of rows) await tidy?.();
    end = await picture();
  });
  after(async () => {
    await stack.remove();
    await type(`ip netns del ${ELSEWHERE}`);
    if (hasOvs) await stopOvs();
    expect(await snapshot()).to.deep.equal(clean);
  });

  function lack(row: Row, { message }: Error): void {
    if (!message.includes("Operation not supported")) throw new Error(message);
    lacking.set(row, "this kernel has no such option: Operation not supported");
  }

  /** The expected operation of each resource: none except for the rows' resources. */
  const expected = (words: Readonly<Record<Row["effect"], string>>) =>
    Object.fromEntries(
      rows.filter((row) => !lacking.has(row)).map(({ name, effect }) => [name, words[effect]]),
    );

  for (const row of rows) {
    it(`${row.kind} ${row.path}: ${row.effect} (${row.name})`, function () {
      const reason = lacking.get(row);
      if (reason !== undefined) skip(this, reason);
      const named = namedIn(preview?.text ?? "").get(row.name) ?? [];
      const { path, effect, shownAs = path } = row;
      expect([...new Set(named.map((name) => argumentOf(name, path)))]).to.deep.equal(
        effect === "create" ? [] : [shownAs],
      );
    });
  }

  for (const row of linkRows.filter(({ kind }) => lackingLinks.has(kind))) {
    it(`${row.kind} ${row.path}: ${row.effect} (${row.name})`, function () {
      skip(this, lackingLinks.get(row.kind) ?? "");
    });
  }

  for (const row of hasOvs ? [] : ovsRows) {
    it(`${row.kind} ${row.path}: ${row.effect} (${row.name})`, function () {
      skip(this, `not installed here: ${lackingOfOvs().join(", ")}`);
    });
  }

  it("a refresh finds exactly these changes", () => {
    const words = { update: "update", replace: "update", create: "delete" };
    expect(refresh?.operations).to.deep.equal(expected(words));
  });

  it("a preview plans the operations of the table, and nothing else", () => {
    const words = { update: "update", replace: "replace", create: "create" };
    expect(preview?.operations).to.deep.equal(expected(words));
  });

  it("a run does what the preview planned", () => {
    expect(up?.operations).to.deep.equal(preview?.operations);
  });

  it("after it there is nothing to do", () => {
    expect(last?.operations).to.deep.equal({});
  });

  it("the kernel is as before", () => {
    expect(differences(start ?? [], end ?? [])).to.deep.equal({ missing: [], extra: [] });
  });

  it("every argument has a row, or a reason for having none", () => {
    const paths = definitions.flatMap(({ kind, onChange }) =>
      Object.keys(onChange).flatMap((path) =>
        kind === "NatRule" || kind === "FilterRule"
          ? ["nftables", "iptables"].map((backend) => `${kind} by ${backend} ${path}`)
          : `${kind} ${path}`,
      ),
    );
    const covered = [
      // Rows of composites contain places.
      ...new Set(
        [...kernelRows, ...linkRows, ...ovsRows]
          .filter((row) => !compositeRows.includes(row))
          .map(({ kind, path }) => `${kind} ${path}`),
      ),
      ...Object.keys(NOT_IN_THE_KERNEL),
    ];
    expect(covered.sort()).to.deep.equal(paths.sort());
  });
});

/** A list, or a map with free keys, is one argument whatever differs in it. */
const argumentOf = (named: string, path: string): string => (named.startsWith(`${path}.`) ? path : named);
