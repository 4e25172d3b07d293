import type { HostFacts } from "../facts";
import { FEATURES, NEEDED } from "../features";
import type { Check, Finding } from "../finding";

/** Checks rights and kernel features. */
export const kernel: Check = {
  title: "Kernel",
  run: ({ kernel: version, features, mayChange, maySandbox, sandbox }) => [
    { level: "ok", subject: "Linux", text: version },
    rights({ mayChange, maySandbox, sandbox }),
    ...present(features),
    ...absent(features),
  ],
};

function rights({
  mayChange,
  maySandbox,
  sandbox,
}: Pick<HostFacts, "mayChange" | "maySandbox" | "sandbox">): Finding {
  const where = sandbox === undefined ? "this host's network" : `the network of the sandbox "${sandbox}"`;
  if (mayChange) return { level: "ok", subject: "rights", text: `may change ${where}` };
  const asRoot = 'sudo -E env "PATH=$PATH" pulumi up';
  const inSandbox =
    maySandbox === true
      ? ", or npx pulumi-netns sandbox -- pulumi up"
      : "; sandboxes are forbidden here, and npx pulumi-netns sandbox -- true says why";
  return {
    ...{ level: "problem", subject: "rights", text: `may not change ${where}` },
    fix: `${asRoot}${inSandbox}`,
  };
}

type Features = Readonly<Record<string, boolean | undefined>>;

const namesOf = (features: Features, is: boolean): string[] =>
  Object.entries(features).flatMap(([name, has]) => (has === is ? name : []));

function present(features: Features): Finding[] {
  const names = namesOf(features, true);
  return names.length === 0 ? [] : [{ level: "ok", subject: "has", text: names.join(", ") }];
}

function lack(name: string, level: "warning" | "problem"): Finding {
  const { config = "it", module } = FEATURES[name] ?? {};
  const finding = { level, subject: "lacks", text: name };
  return module === undefined
    ? { ...finding, fix: `take a kernel with ${config}` }
    : { ...finding, fix: `load its module, or take a kernel with ${config}`, code: [`modprobe ${module}`] };
}

function absent(features: Features): Finding[] {
  const names = namesOf(features, false);
  const missed = names.filter((name) => NEEDED.includes(name));
  const others = names.filter((name) => !NEEDED.includes(name));
  return [...others.map((name) => lack(name, "warning")), ...missed.map((name) => lack(name, "problem"))];
}
