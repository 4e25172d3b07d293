import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { checkInputs } from "../../../sdk/inputs";
import { goodArgs } from "../../support/goodArgs";

const HUSH = "do-not-tell";

/** Every text, number and switch in arguments, by path, with a change of it. */
function places(
  args: unknown,
  change: (value: unknown) => unknown,
  path = "",
): readonly (readonly [path: string, args: unknown])[] {
  if (typeof args !== "object" || args === null) return [[path, change(args)]];
  const isList = Array.isArray(args);
  return Object.entries(args).flatMap(([key, value]) => {
    const at = isList ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const put = (inner: unknown) =>
      isList ? Object.assign([...args], { [key]: inner }) : { ...args, [key]: inner };
    return places(value, change, at).map(([where, inner]) => [where, put(inner)] as const);
  });
}

const messageOf = async (work: Promise<void> | undefined): Promise<string> => {
  try {
    await work;
    return "";
  } catch (error) {
    expect(pulumi.RunError.isInstance(error)).to.equal(true);
    // Pulumi only prints the stack trace.
    expect(error).to.have.property("stack", error instanceof Error ? error.message : "");
    return error instanceof Error ? error.message : String(error);
  }
};

describe("sdk inputs", () => {
  before(() => pulumi.runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "id", state: {} }) }));

  for (const [kind, args] of Object.entries(goodArgs)) {
    it(`${kind}: a secret is refused at each place by its path, and not shown`, async () => {
      for (const [path, spoilt] of places(args, () => pulumi.secret(HUSH))) {
        if (kind === "Reachability" && path.startsWith("triggers")) continue;
        const message = await messageOf(checkInputs(`${kind} "it"`, spoilt as object));
        expect(message)
          .to.include(`${kind} "it": \`${path}\` is a secret, but `)
          .and.include("pulumi.unsecret(");
        expect(message).to.not.include(HUSH);
      }
    });

    it(`${kind}: unknown values pass unless they are secret`, async () => {
      for (const [, given] of places(args, (value) => pulumi.output(value)))
        expect(await messageOf(checkInputs(`${kind} "it"`, given as object))).to.equal("");
    });
  }

  it("a secret is found in lists, in promises, and inside an output", async () => {
    const secret = pulumi.secret(HUSH);
    for (const [inputs, path] of [
      [{ a: [1, secret] }, "a[1]"],
      [{ a: { b: Promise.resolve(secret) } }, "a.b"],
      [{ a: Promise.resolve({ b: [secret] }) }, "a.b[0]"],
      [{ a: pulumi.output({ b: secret }) }, "a"],
      [{ a: pulumi.interpolate`x${secret}` }, "a"],
    ] as const) {
      expect(await messageOf(checkInputs('Bridge "it"', inputs))).to.include(`\`${path}\` is a secret`);
    }
  });

  it("triggers of a Reachability may be secret, and no other argument of that name", async () => {
    const inputs = { triggers: pulumi.secret(["x"]) };
    expect(await messageOf(checkInputs('Reachability "it"', inputs))).to.equal("");
    expect(await messageOf(checkInputs('Bridge "it"', inputs))).to.include("`triggers` is a secret");
  });

  it("a value that is no longer secret passes, and plain values take no time", async () => {
    expect(
      await messageOf(checkInputs('Bridge "it"', { name: pulumi.unsecret(pulumi.secret("br0")) })),
    ).to.equal("");
    expect(checkInputs('Bridge "it"', { name: "br0", a: [{ b: null }] })).to.equal(undefined);
  });
});
