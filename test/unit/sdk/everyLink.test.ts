import { expect } from "chai";
import * as sdk from "../../../sdk";
import type { Link } from "../../../sdk/link";
import { allOf, testedLinks } from "../../support/kindsOfLink";
import { owned, registered, standing } from "./registered";

/** Tests of the class of every kind of link. */

type LinkClass = new (name: string, args?: object) => Link;

for (const link of testedLinks) {
  const { kind, fields } = link;
  const Class: LinkClass = Reflect.get(sdk, kind);

  describe(`sdk ${kind}`, () => {
    it("is by default named as its resource, in the host's own namespace", async () => {
      const { resources } = await registered(() => [new Class("link-0")]);
      expect(resources).to.deep.equal({ "link-0": standing(kind, { name: "link-0" }) });
    });

    it("passes every argument on", async () => {
      const { namespace, bridge, ...all } = allOf(link);
      const { resources } = await registered(() => [new Class("link", { ...all, namespace: "elsewhere" })]);
      expect(resources).to.deep.equal({ link: standing(kind, { ...all, namespace: "elsewhere" }) });
    });

    it("is deleted with its namespace, and addresses and ports refer to it", async () => {
      const { resources } = await registered(() => {
        const red = new sdk.Namespace("red");
        const link = new Class("link", { namespace: red });
        return [red, link, new sdk.Address("ip", { interface: link, address: "10.0.0.1/24" })];
      });
      expect(resources["link"]).to.deep.equal(owned(kind, { name: "link", namespace: "red" }, ["red"]));
      expect(resources["ip"]?.inputs).to.include({ interface: "link", namespace: "red" });
      expect(resources["ip"]?.deletedWith).to.equal("link");
    });

    if (fields.includes("bridge")) {
      it("is in its bridge's namespace, and is replaced with the bridge", async () => {
        const { resources } = await registered(() => {
          const red = new sdk.Namespace("red");
          const net = new sdk.Bridge("net", { namespace: red });
          return [red, net, new Class("link", { bridge: net })];
        });
        expect(resources["link"]?.inputs).to.deep.equal({ name: "link", namespace: "red", bridge: "net" });
        expect(resources["link"]?.replaceWith).to.have.members(["net", "red"]);
      });
    }
  });
}
