import { expect } from "chai";
import fc from "fast-check";
import { parseRecord, registryFolder } from "../../../../cli/sandbox/registry";

const record = fc.record({
  pid: fc.integer({ min: 1 }),
  startTime: fc.string(),
  bootId: fc.string(),
  created: fc.string(),
  userNamespace: fc.boolean(),
});

describe("sandbox registry", () => {
  it("lies in the state folder of the user", () => {
    expect(registryFolder(undefined, "/home/me")).to.equal("/home/me/.local/state/pulumi-netns/sandboxes");
    expect(registryFolder("/state", "/home/me")).to.equal("/state/pulumi-netns/sandboxes");
    expect(registryFolder("relative", "/h")).to.equal(registryFolder("", "/h"));
    expect(registryFolder("", "/h")).to.equal("/h/.local/state/pulumi-netns/sandboxes");
  });

  it("reads what it wrote", () => {
    fc.assert(
      fc.property(record, (value) => void expect(parseRecord(JSON.stringify(value))).to.deep.equal(value)),
    );
  });

  it("takes anything else for no record", () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(parseRecord(text)).to.equal(undefined)));
    fc.assert(fc.property(fc.json(), (text) => void expect(parseRecord(text)).to.equal(undefined)));
  });

  it("takes a record with one field missing or wrong for none", () => {
    const fields = ["pid", "startTime", "bootId", "created", "userNamespace"];
    fc.assert(
      fc.property(
        record,
        fc.constantFrom(...fields),
        fc.constantFrom(undefined, null, -1),
        (value, field, wrong) => {
          expect(parseRecord(JSON.stringify({ ...value, [field]: wrong }))).to.equal(undefined);
        },
      ),
    );
  });
});
