import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";
import { TemplateProject } from "../support/project";
import { snapshot } from "../support/snapshot";
import { root } from "../support/stack";

const Step = z.union([
  z.strictObject({ run: z.string() }),
  z.strictObject({ uses: z.string(), with: z.looseObject({}).optional() }),
]);
const Job = z.strictObject({
  if: z.string(),
  "runs-on": z.array(z.string()),
  concurrency: z.string().optional(),
  steps: z.array(Step),
});
const Workflow = z.strictObject({
  name: z.string(),
  on: z.strictObject({
    pull_request: z.null(),
    push: z.strictObject({ branches: z.array(z.string()) }),
    schedule: z.array(z.strictObject({ cron: z.string().regex(/^[\d*]+( [\d*]+){4}$/) })),
  }),
  permissions: z.strictObject({ contents: z.literal("read") }),
  env: z.record(z.string(), z.string()),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.literal("bash") }) }),
  jobs: z.record(z.string(), Job),
});
type Workflow = z.infer<typeof Workflow>;
type Job = z.infer<typeof Job>;

const REPOSITORY = "me/lab";

const pullRequestFrom = (repository: string) => ({
  event_name: "pull_request",
  event: { pull_request: { head: { repo: { full_name: repository } } } },
});

const EVENTS: Readonly<Record<string, { readonly github: object; readonly jobs: readonly string[] }>> = {
  "a pull request": { github: pullRequestFrom(REPOSITORY), jobs: ["preview"] },
  "a pull request of a fork": { github: pullRequestFrom("they/lab"), jobs: [] },
  "a merge": { github: { event_name: "push" }, jobs: ["up"] },
  "the schedule": { github: { event_name: "schedule" }, jobs: ["drift"] },
};

/** The value of an operand such as `github.event_name` or `'push'`. */
function operandValue(operand: string, context: object): unknown {
  const text = /^'(.*)'$/.exec(operand)?.[1];
  if (text !== undefined) return text;
  return operand.split(".").reduce<unknown>((value, key) => Object(value)[key], context);
}

/** Whether a condition of comparisons joined by `&&` holds. */
const holds = (condition: string, context: object): boolean =>
  condition.split(" && ").every((comparison) => {
    const [left = "", right = "", ...others] = comparison.split(" == ");
    if (right === "" || others.length > 0) throw new Error(`not a comparison: ${comparison}`);
    return operandValue(left, context) === operandValue(right, context);
  });

/** The steps of the users' workflow as GitHub runs them: in their own clone, with bash. */
describe("the workflow for GitHub Actions", function () {
  this.timeout(600_000);
  let workflow: Workflow;
  let made: TemplateProject;
  let clean: Record<string, string>;
  let jobs = 0;

  before(async () => {
    workflow = Workflow.parse(parse(await readFile(join(root, "docs", "ci", "github-actions.yml"), "utf8")));
    clean = await snapshot();
    made = await TemplateProject.of();
    await mkdir(backend());
    await made.run("git", "init", "--quiet", "--bare", "--initial-branch=main", bare());
    await made.run("git", "init", "--quiet", "--initial-branch=main");
    await made.run("git", "remote", "add", "origin", bare());
    await push("main");
  });
  after(async () => {
    await destroy().finally(() => made.remove());
  });

  for (const [name, { github, jobs: wanted }] of Object.entries(EVENTS)) {
    it(`runs on ${name}: ${wanted.join(", ") || "nothing"}`, () => {
      const context = { github: { repository: REPOSITORY, ...github } };
      const run = Object.entries(workflow.jobs).filter(([, job]) => holds(job.if, context));
      expect(run.map(([job]) => job)).to.deep.equal(wanted);
    });
  }

  it("uses only the actions that this test replaces", () => {
    const steps = Object.values(workflow.jobs).flatMap(({ steps }) => steps);
    const actions = new Set(steps.flatMap((step) => ("uses" in step ? step.uses : [])));
    expect([...actions]).to.deep.equal(["actions/checkout@v5", "actions/setup-node@v5", "pulumi/actions@v6"]);
  });

  it("creates the network at the first push", async () => {
    expect(await passing("up", "main")).to.contain("+ 11 created");
    expect(await mtu()).to.equal(1500);
  });

  it("shows the changes of a pull request, and makes none", async () => {
    await made.run("git", "switch", "--quiet", "--create", "smaller");
    const program = join(made.project, "index.ts");
    const text = await readFile(program, "utf8");
    await writeFile(program, text.replace("end: { namespace: blue }", "end: { namespace: blue, mtu: 1400 }"));
    await push("smaller");
    expect(await passing("preview", "smaller")).to.match(/mtu.*1500.*1400/);
    expect(await mtu()).to.equal(1500);
  });

  it("makes them at the merge", async () => {
    await made.run("git", "push", "--quiet", "origin", "smaller:main");
    expect(await passing("up", "main")).to.match(/~ \d updated/);
    expect(await mtu()).to.equal(1400);
  });

  it("finds no drift in an unchanged network", async () => {
    await passing("drift", "main");
  });

  it("fails if somebody has changed the network by hand, and names the change", async () => {
    await execa("ip", ["-n", "blue", "link", "set", "veth-blue", "mtu", "1300"]);
    const { exitCode, summary } = await run("drift", "main");
    expect(exitCode).not.to.equal(0);
    expect(summary).to.match(/mtu.*1300.*1400/);
    expect(await mtu()).to.equal(1300);
  });

  it("restores it at the next push", async () => {
    await passing("up", "main");
    expect(await mtu()).to.equal(1400);
  });

  it("leaves nothing behind once it is destroyed", async () => {
    await destroy();
    expect(await snapshot()).to.deep.equal(clean);
  });

  const bare = () => join(made.folder, "lab.git");
  const backend = () => join(made.folder, "ci-backend");

  async function destroy(): Promise<void> {
    const env = { ...made.env, ...settings(workflow.env) };
    await execa("pulumi", ["destroy", "--yes", "--stack", "dev"], { cwd: made.project, env });
  }

  async function push(branch: string): Promise<void> {
    await made.run("git", "add", "--all");
    const author = ["-c", "user.name=me", "-c", "user.email=me@example.org"] as const;
    await made.run("git", ...author, "commit", "--quiet", "--message", branch);
    await made.run("git", "push", "--quiet", "origin", branch);
  }

  async function passing(name: string, branch: string): Promise<string> {
    const { exitCode, summary, all } = await run(name, branch);
    expect(exitCode, all).to.equal(0);
    return summary;
  }

  /** Runs a job on the head of a branch, up to its first failing step. */
  async function run(name: string, branch: string) {
    const folder = join(made.folder, `job-${++jobs}`);
    await mkdir(folder);
    const [checkout, summary] = [join(folder, "lab"), join(folder, "summary.md")];
    await writeFile(summary, "");
    const env = { ...made.env, ...settings(workflow.env), GITHUB_STEP_SUMMARY: summary };
    let all = "";
    let exitCode = 0;
    for (const [at, step] of jobOf(name).steps.entries()) {
      if ("uses" in step) {
        if (!step.uses.startsWith("actions/checkout@")) continue;
        await execa("git", ["clone", "--quiet", "--branch", branch, bare(), checkout]);
      } else if (step.run === "npm ci" && jobs > 1) {
        // The first job has shown that it works, with the same lock file.
        await execa("cp", [
          "--recursive",
          "--link",
          join(made.folder, "job-1", "lab", "node_modules"),
          checkout,
        ]);
      } else {
        const script = join(folder, `${at}.sh`);
        await writeFile(script, step.run);
        const words = ["--noprofile", "--norc", "-eo", "pipefail", script];
        const ended = await execa("bash", words, { cwd: checkout, env, all: true, reject: false });
        all += `$ ${step.run}\n${ended.all}\n`;
        exitCode = ended.exitCode ?? 1;
        if (exitCode !== 0) break;
      }
    }
    return { exitCode, all, summary: await readFile(summary, "utf8") };
  }

  function jobOf(name: string): Job {
    const job = workflow.jobs[name];
    if (job === undefined) throw new Error(`there is no job ${name}`);
    return job;
  }

  /** The environment with the settings of the repository's owner. */
  function settings(env: Readonly<Record<string, string>>): Record<string, string> {
    const set: Readonly<Record<string, string | undefined>> = {
      "vars.PULUMI_BACKEND_URL": `file://${backend()}`,
      "secrets.PULUMI_CONFIG_PASSPHRASE": made.env["PULUMI_CONFIG_PASSPHRASE"],
    };
    return Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ (\S+) \}\}/g, (_, key: string) => {
          const found = set[key];
          if (found === undefined) throw new Error(`${key} is not set`);
          return found;
        }),
      ]),
    );
  }
});

async function mtu(): Promise<number | undefined> {
  const { stdout } = await execa("ip", ["-j", "-n", "blue", "link", "show", "dev", "veth-blue"]);
  return z.array(z.looseObject({ mtu: z.number() })).parse(JSON.parse(stdout))[0]?.mtu;
}
