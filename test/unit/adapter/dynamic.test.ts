import { expect } from "chai";
import { provider } from "../../../provider/adapter/dynamic";
import { PartialError } from "../../../provider/linux/errors";
import { localHost } from "../../../provider/linux/host/local/localHost";
import { markFor } from "../../support/args";
import { absent, FakeHost, inTurn, type Scripted } from "../../support/fakeHost";

const KEY = "net.ipv4.ip_default_ttl";
const mark = markFor("Sysctl", "ttl");
const inputs = { key: KEY, value: "65", mark, __provider: "text" };
const args = { key: KEY, value: "65", mark };
/** The former value: 64. */
const former = { args: { value: "64" } };
const printed = (value: number) => `${KEY} = ${value}`;

/** The methods that this adapter promises the engine. */
const { check, diff, create, read, update, delete: remove } = provider;

describe("dynamic", () => {
  const real = { ...localHost };
  let host: FakeHost;

  function script(answers: Readonly<Record<string, Scripted>>): void {
    host = new FakeHost(answers);
    Object.assign(localHost, { run: host.run.bind(host), records: host.records, era: undefined });
  }

  beforeEach(() => script({}));
  afterEach(() => {
    Object.assign(localHost, real);
  });

  it("check returns inputs without the provider's text, and failures, and runs nothing", async () => {
    expect(await check?.({}, { ...inputs, value: true, size: 1 })).to.deep.equal({
      inputs: { ...args, value: "1" },
      failures: [{ property: "size", reason: "is not a property; there are `key`, `value`, `namespace`" }],
    });
    expect(host.ran).to.deep.equal([]);
  });

  it("diff compares, whatever the provider's text, and runs nothing", async () => {
    expect(await diff?.("id", { ...inputs, former }, { ...args, __provider: "newer" })).to.deep.equal({
      changes: false,
      replaces: [],
      deleteBeforeReplace: true,
    });
    expect(await diff?.("id", inputs, { ...inputs, key: "net.ipv4.ip_forward" })).to.deep.equal({
      changes: true,
      replaces: ["key"],
      deleteBeforeReplace: true,
    });
    expect(host.ran).to.deep.equal([]);
  });

  it("create returns id and state", async () => {
    script({ "sysctl --ignore": inTurn(printed(64), printed(65)) });
    expect(await create(inputs)).to.deep.equal({ id: KEY, outs: { ...args, former } });
    expect(host.ran).to.deep.equal([
      `sysctl --ignore ${KEY}`,
      `sysctl -q -w ${KEY}=65`,
      `sysctl --ignore ${KEY}`,
    ]);
  });

  it("read returns the requested id, state and inputs", async () => {
    script({ "sysctl --ignore": printed(66) });
    const key = { kind: "Sysctl", id: KEY, namespace: undefined };
    await host.records.save(key, { mark: String(args["mark"]), args, former });
    expect(await read?.("an id", { ...inputs, former })).to.deep.equal({
      id: "an id",
      props: { ...args, value: "66", former },
      inputs: { ...args, value: "66" },
    });
  });

  it("read returns an empty id for a missing object", async () => {
    script({ "sysctl --ignore": absent });
    expect(await read?.("an id", inputs)).to.deep.equal({ id: "" });
  });

  it("update returns the state", async () => {
    script({ "sysctl --ignore": inTurn(printed(63), printed(65)) });
    expect(await update?.("id", { ...inputs, value: "63", former }, inputs)).to.deep.equal({
      outs: { ...args, former },
    });
  });

  it("delete removes", async () => {
    script({ "sysctl --ignore": printed(65) });
    await remove?.("id", { ...inputs, former });
    expect(host.ran).to.deep.equal([`sysctl --ignore ${KEY}`, `sysctl -q -w ${KEY}=64`]);
  });

  for (const [verb, act] of [
    ["create", () => create(inputs)],
    ["update", () => update?.("id", { ...inputs, former }, inputs)],
  ] as const) {
    it(`${verb} keeps the provider's text in the returned state, without which nothing could be deleted`, async () => {
      script({ "sysctl --ignore": printed(64) });
      const error: unknown = await Promise.resolve(act()).catch((error: unknown) => error);
      if (!(error instanceof PartialError)) throw error;
      expect({ id: error.id, properties: error.properties, reasons: error.reasons }).to.deep.equal({
        id: KEY,
        properties: { ...inputs, value: "64", former },
        reasons: ['value: asked for "65", but the kernel has "64"'],
      });
    });

    it(`${verb} passes any other error on unchanged`, async () => {
      script({ "sysctl --ignore": { fails: "ToolMissing" } });
      const error: unknown = await Promise.resolve(act()).catch((error: unknown) => error);
      expect(error).to.have.property(
        "message",
        `program not installed: \`sysctl --ignore ${KEY}\`\nit ToolMissing`,
      );
    });
  }

  for (const [verb, act] of [
    ["read", () => read?.("id", inputs)],
    ["delete", () => remove?.("id", inputs)],
  ] as const) {
    it(`${verb} fails without a stack, which Pulumi would print below the message`, async () => {
      script({ "sysctl --ignore": { fails: "NotPermitted" } });
      const error: unknown = await Promise.resolve(act()).catch((error: unknown) => error);
      expect(error).to.include({
        stack: "",
        message: `not permitted: run as root, or inside \`pulumi-netns sandbox\`: \`sysctl --ignore ${KEY}\`\nit NotPermitted`,
      });
    });

    it(`${verb} keeps the stack of an unexpected error`, async () => {
      localHost.run = () => Promise.reject(new TypeError("unforeseen"));
      const error: unknown = await Promise.resolve(act()).catch((error: unknown) => error);
      expect(error).to.have.property("stack").that.includes("TypeError: unforeseen\n    at ");
    });
  }

  for (const [bad, kind] of [
    [undefined, "undefined"],
    ["", "undefined"],
    ["pulumi-netns:Lamp:0123456789ab:p/s/n", "Lamp"],
  ] as const) {
    it(`refuses the mark ${JSON.stringify(bad)}, which names no kind`, async () => {
      const error: unknown = await create({ mark: bad }).catch((error: unknown) => error);
      expect(error).to.have.property(
        "message",
        `this version of pulumi-netns knows no resource of kind ${kind} (mark ${bad})`,
      );
    });
  }

  it("cannot read by id alone", async () => {
    const error: unknown = await read?.("id").catch((error: unknown) => error);
    expect(error).to.have.property(
      "message",
      "reading by id alone is not supported: give the resource its arguments",
    );
  });
});
