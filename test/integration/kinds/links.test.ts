import { expect } from "chai";
import { birthGroup } from "../../../provider/kinds/links/identity";
import type { Host } from "../../../provider/linux/host/host";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markFor } from "../../support/args";
import {
  crashing,
  failure,
  foreign,
  Living,
  link,
  linkNames,
  onKernel,
  refusedAsIncompatible,
  skip,
  typed,
} from "../../support/kernel";
import { allOf, lackingOf, testedLinks } from "../../support/kindsOfLink";

/** Tests of every kind of link with a real kernel, and of the rows of its own options. */

const NAMESPACE = "it-links";
const MAC = "02:00:00:00:00:30";

for (const tested of testedLinks) {
  const { kind, definition, links, fields, options } = tested;
  const name = `it-${links.type}`;
  const mark = markFor(kind, "it");
  const has = (field: string): boolean => fields.includes(field);
  const plain = { name, namespace: NAMESPACE, ...(has("mac") && { mac: MAC }) };
  const add = ["link add name", name, "type", links.type, ...(links.kernel.words ?? [])].join(" ");
  const rows = Object.entries(options);

  const create = (given: object = {}, host: Host = localHost) =>
    Living.create(definition, { ...plain, ...given }, "it", host);

  /** Each change of a shared field, and the words after `ip link set dev NAME` that make it by hand. */
  const changes: readonly (readonly [field: string, value: unknown, words: string])[] = [
    ["mac", "02:00:00:00:00:31", "address 02:00:00:00:00:31"],
    ["mtu", 1400, "mtu 1400"],
    ["up", false, "down"],
    ["bridge", "it-br", "master it-br"],
  ];
  const edits = [
    ...changes.filter(([field]) => has(field)),
    ...rows
      .filter(([, { effect }]) => effect === "update")
      .map(([argument, { value, words }]) => [argument, value, `type ${links.type} ${words}`] as const),
  ];

  describe(`${kind}, with the kernel`, () => {
    onKernel({ namespaces: [NAMESPACE], bridges: [["it-br", NAMESPACE]] });
    const lacking = lackingOf(tested);

    if (lacking !== undefined) {
      it("is refused in clear words if the kernel lacks it, and leaves nothing", async () => {
        const before = await linkNames(NAMESPACE);
        expect(await failure(create())).to.match(
          /^Unsupported: ip -n it-links link add .* Unknown device type/s,
        );
        expect(await linkNames(NAMESPACE)).to.deep.equal(before);
      });
    }

    /** A test that needs a kernel with this kind. */
    const onIt = (title: string, work: () => Promise<void>) =>
      it(title, async function () {
        if (lacking !== undefined) skip(this, lacking);
        await work();
      });

    onIt("is made with its mark, read back without a difference, and removed", async () => {
      const made = await create();
      const found = await link(name, NAMESPACE);
      expect(found?.ifalias).to.equal(mark);
      expect(found?.flags).to.include("UP");
      expect(made.state["ifindex"]).to.equal(found?.ifindex);
      expect(await made.refresh()).to.deep.equal([]);
      expect(await made.become(plain)).to.equal("nothing");
      await made.remove();
      expect(await linkNames(NAMESPACE)).to.not.include(name);
    });

    onIt("takes every argument at once", async () => {
      const all = { ...allOf(tested), ...plain, adopt: false, ...(has("bridge") && { bridge: "it-br" }) };
      const made = await create(all);
      expect(await made.refresh()).to.deep.equal([]);
      const data: unknown =
        Reflect.get(Object((await link(name, NAMESPACE))?.["linkinfo"]), "info_data") ?? {};
      expect(data).to.deep.include(Object.assign({}, ...rows.map(([, { shown }]) => shown)));
      await made.remove();
    });

    for (const [field, value, words] of edits) {
      onIt(`${field} → ${JSON.stringify(value)} in place, and back`, async () => {
        const made = await create();
        const { ifindex } = made.state;
        expect(await made.become({ ...plain, [field]: value })).to.equal("update");
        expect(await made.refresh()).to.deep.equal([]);
        expect(await made.become(plain)).to.equal("update");
        expect(await made.refresh()).to.deep.equal([]);
        expect(made.state["ifindex"]).to.equal(ifindex);
        await made.remove();
      });

      onIt(`${field} changed by hand is drift of only that field, and up restores it`, async () => {
        const made = await create();
        await typed(`link set dev ${name} ${words}`, NAMESPACE);
        expect(await made.refresh()).to.deep.equal([field]);
        expect(await made.become(plain)).to.equal("update");
        expect(await made.refresh()).to.deep.equal([]);
        await made.remove();
      });
    }

    onIt("is gone when it was deleted by hand", async () => {
      const made = await create();
      await typed(`link del dev ${name}`, NAMESPACE);
      expect(await made.refresh()).to.deep.equal(["gone"]);
    });

    onIt("does not take what something else made, nor another kind of link", async () => {
      await typed(add, NAMESPACE);
      expect(await failure(create())).to.equal(foreign(`${NAMESPACE}/${name}`));
      await typed(`link del dev ${name}`, NAMESPACE);
      await typed(`link add name ${name} type bridge`, NAMESPACE);
      expect(await failure(create({ adopt: true }))).to.equal(
        refusedAsIncompatible(`${NAMESPACE}/${name}`, `is a bridge link, not a ${links.type}`),
      );
    });

    onIt("adopts what it is told to, and gives it back as it was", async () => {
      await typed(add, NAMESPACE);
      const settings = async () => {
        const { flags, address, mtu, ifalias, master } = (await link(name, NAMESPACE)) ?? {};
        return { isUp: flags?.includes("UP"), address, mtu, ifalias, master };
      };
      const before = await settings();
      const made = await create({ adopt: true, ...(has("mtu") && { mtu: 1400 }) });
      expect(await settings()).to.include({ isUp: true, ifalias: mark });
      await made.remove();
      expect(await settings()).to.deep.equal(before);
    });

    for (const survived of [0, 1, 2]) {
      onIt(`a run that is killed after ${survived} of its commands is finished by the next`, async () => {
        await create({}, crashing(survived)).catch(() => {});
        const found = await link(name, NAMESPACE);
        if (survived === 1) expect(Reflect.get(Object(found), "group")).to.equal(birthGroup(mark));
        const made = await create();
        expect(await made.refresh()).to.deep.equal([]);
        expect((await link(name, NAMESPACE))?.ifalias).to.equal(mark);
        if (found) expect(made.state["ifindex"]).to.equal(found.ifindex);
        await made.remove();
      });
    }
  });
}
