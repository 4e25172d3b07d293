import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type Registry, startRegistry } from "./registry";
import { root } from "./stack";
import { pack } from "./tarball";

/** A project that `pulumi new` created from our template, outside of the checkout, with its own packages. */
export class TemplateProject {
  private constructor(
    /** The folder for everything that belongs to the test. */
    readonly folder: string,
    readonly env: Readonly<Record<string, string | undefined>>,
    private readonly registry: Registry,
  ) {}

  get project(): string {
    return join(this.folder, "lab");
  }

  static async of(): Promise<TemplateProject> {
    const folder = await mkdtemp(join(tmpdir(), "pulumi-netns-template-"));
    const registry = await startRegistry((await pack(folder)).path, join(folder, "npm-cache"));
    const env = {
      ...registry.env,
      PULUMI_BACKEND_URL: undefined,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // A person may already have a sandbox of this name.
      XDG_STATE_HOME: join(folder, "sandboxes"),
    };
    const made = new TemplateProject(folder, env, registry);
    // `pulumi new` creates the stack in the current backend of the user. After that, the backend in Pulumi.yaml applies.
    const elsewhere = { ...env, PULUMI_BACKEND_URL: `file://${folder}` };
    const template = join(root, "templates", "netns-typescript");
    const words = ["new", template, "--dir", "lab", "--yes", "--stack", "dev"];
    const { exitCode, all } = await execa("pulumi", words, {
      cwd: folder,
      env: elsewhere,
      all: true,
      reject: false,
    });
    // On a busy machine Pulumi (3.259) may lose its language host and ask for this.
    if (all.includes("Run `pulumi install` to complete the installation.")) await made.run("npm", "install");
    else if (exitCode !== 0) throw new Error(all);
    return made;
  }

  /** The output of a command in the project's folder. */
  async run(...[file, ...words]: readonly [string, ...string[]]): Promise<string> {
    return (await execa(file, words, { cwd: this.project, env: this.env })).stdout;
  }

  async remove(): Promise<void> {
    this.registry.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
