import { expect } from "chai";
import { namespaceNames } from "../support/kernel";
import { TemplateProject } from "../support/project";

/** The project that `pulumi new` makes of the template, with packages from a local registry. */
describe("the template", function () {
  this.timeout(600_000);
  let made: TemplateProject;

  before(async () => {
    made = await TemplateProject.of();
  });
  after(() => made.remove());

  it("is a lab that one command brings up, in a sandbox of its own", async () => {
    expect(await made.run("npm", "run", "up")).to.contain("+ 11 created");
    expect(await made.run("npm", "run", "--silent", "lab", "ip", "netns")).to.match(/^blue\b/m);
    expect(await namespaceNames()).not.to.contain("blue");
  });

  it("has the network that its README describes", async () => {
    const ping = ["ip", "netns", "exec", "blue", "ping", "-c", "3", "192.168.15.5"];
    expect(await made.run("npm", "run", "lab", "--", ...ping)).to.contain("3 received");
    const preview = await made.run("npm", "run", "lab", "--", "pulumi", "preview", "--refresh", "--diff");
    expect(preview).to.contain("11 unchanged");
  });

  it("comes down by one command, with the sandbox", async () => {
    await made.run("npm", "run", "down");
    expect(await made.run("npx", "pulumi-netns", "sandbox", "list", "--json")).to.equal("[]");
  });
});
