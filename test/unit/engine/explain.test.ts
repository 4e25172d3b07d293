import { expect } from "chai";
import { checkArgs } from "../../../provider/engine/check";
import { claim } from "../../../provider/engine/claims";
import type { Definition } from "../../../provider/engine/definition";
import { explained } from "../../../provider/engine/explain";
import { definitions } from "../../../provider/kinds";
import { ip } from "../../../provider/linux/command";
import { CommandError, messageOf, type Reason } from "../../../provider/linux/errors";
import { withFacts } from "../../../provider/linux/host/currentFacts";
import { markFor } from "../../support/args";
import { FakeHost, HERE } from "../../support/fakeHost";
import { lamp } from "../../support/fakeKind";
import { goodArgs } from "../../support/goodArgs";

const said = 'Error: argument "lan" is wrong: Invalid "netns" value';

const messageAt = async (definition: Definition, args: object, reason: Reason): Promise<string> => {
  const error = new CommandError(reason, ip(undefined, "link"), said);
  return messageOf(
    await explained(definition, new FakeHost(), { ...args }, Promise.reject(error)).catch(
      (it: unknown) => it,
    ),
  );
};

describe("an object that the kernel has lost", () => {
  // The program's own objects: claims last as long as the process.
  for (const definition of definitions) {
    for (const given of goodArgs[definition.kind] ?? []) {
      const { args } = withFacts(HERE.facts, () =>
        checkArgs(definition, { ...given, mark: markFor(definition.kind) }),
      );
      const needs = definition.needs?.(args) ?? [];

      it(`is named, with the fix: ${definition.kind} ${needs.join(", ")}`, async () => {
        const before = await messageAt(definition, args, "NotFound");
        expect(before).to.include(said);
        claim({ ...lamp, objectNames: () => needs }, HERE, { mark: markFor("Lamp", "all of it") });
        const message = await messageAt(definition, args, "NotFound");
        expect(message).to.include(said);
        for (const object of needs) expect(message).to.include(object);
        expect(message.includes("run `pulumi up --refresh`")).to.equal(needs.length > 0);
        // Other errors get no guess.
        expect(await messageAt(definition, args, "NotPermitted")).to.not.include("--refresh");
      });
    }
  }

  it("may be a name without a target", async () => {
    const host = Object.assign(new FakeHost(), {
      tellOfName: (name: string) => (name === "c1" ? "link it anew" : undefined),
    });
    for (const said of ['Error: argument "c1" is wrong: Invalid "netns" value', "Cannot open it"]) {
      const error = new CommandError("NotFound", ip("c1", "address"), said);
      const told = await explained(lamp, host, {}, Promise.reject(error)).catch(messageOf);
      expect(told).to.match(/\nlink it anew$/);
    }
  });

  it("may be the address that covers a gateway, or that a route has as its source", async () => {
    expect(await messageAt(lamp, {}, "Unreachable")).to.include("run `pulumi up --refresh`");
    expect(await messageAt(lamp, {}, "NoSource")).to.include("run `pulumi up --refresh`");
  });

  it("is not the object in the way; another resource may give that one up", async () => {
    const message = await messageAt(lamp, {}, "AlreadyExists");
    expect(message).to.include("make two runs: first without it, then with it").and.not.include("IPv6");
    const error = new CommandError(
      "AlreadyExists",
      ip(undefined, "address"),
      "Error: ipv6: address already assigned.",
    );
    const told = await explained(lamp, new FakeHost(), {}, Promise.reject(error)).catch(messageOf);
    expect(told).to.include(
      "assigned.\nIPv6 has an address once on a link, whatever its prefix length and peer. If another",
    );
  });

  it("is left out if the program does not create it: the tool's message stands alone", async () => {
    const needy = { ...lamp, needs: () => ["link of-nobody"] };
    expect(await messageAt(needy, {}, "NotFound")).to.not.include("--refresh");
  });
});
