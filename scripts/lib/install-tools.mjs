import { existsSync } from "node:fs";
import { Problem, tail } from "./problem.mjs";
import { run } from "./run.mjs";
import { foldersOf, isIn, withSystemFolders } from "./search-path.mjs";
import { say, step } from "./terminal.mjs";
import {
  installCommands,
  missingLine,
  missingPackages,
  missingTestPackages,
  packageNames,
} from "./tools.mjs";

const isInstalled = (command) => isIn(withSystemFolders(foldersOf(process.env.PATH)), command);

const findMissing = () => missingPackages(isInstalled);

/** Resolves to whether anything had to be done. */
export async function ensureTools() {
  const missing = findMissing();
  if (missing.length === 0) return false;
  const isRoot = process.getuid() === 0;
  if (!isRoot || !isIn(foldersOf(process.env.PATH), "apt-get")) throw problemOf(missing, isRoot);

  const names = packageNames(missing, "apt");
  const commands = missing.flatMap((entry) => entry.commands);
  await step("system packages", `apt-get install ${names.join(" ")}, for ${commands.join(", ")}`, () =>
    aptInstall(names),
  );
  const still = findMissing();
  if (still.length > 0) throw problemOf(still, isRoot);
  return true;
}

/** Forbids packages to start their services. Container images have it. */
const NO_STARTS = "/usr/sbin/policy-rc.d";

/**
 * Installs tools that only tests need, but only if packages cannot start services here: firewalld would filter the machine. Without a
 * tool its tests are skipped.
 */
export async function ensureTestTools() {
  const missing = missingTestPackages(isInstalled);
  const mayInstall = process.getuid() === 0 && existsSync(NO_STARTS) && isInstalled("apt-get");
  if (missing.length === 0 || !mayInstall) return;
  const names = packageNames(missing, "apt");
  try {
    await step("for tests", `apt-get install ${names.join(" ")}`, () => aptInstall(names));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(`${error.message} Tests that need it are skipped.`);
  }
}

function problemOf(missing, isRoot, failure) {
  return new Problem("System tools are missing.", {
    details: [...missing.map(missingLine), ...(failure ? [failure] : [])].join("\n"),
    why: isRoot ? "there is no apt-get here to install them with" : "only root can install them",
    how: `type the line for your system, then the same command again\n${installCommands(missing, isRoot).join("\n")}`,
  });
}

async function aptInstall(names) {
  const install = () => apt("install", "-y", "--no-install-recommends", ...names);
  // Fresh machines have no package lists, or stale ones. If the lists are good, the update is saved.
  if ((await install()).code === 0) return;
  const update = await apt("update");
  const { code, output } = await install();
  if (code === 0) return;
  throw new Problem(`apt-get could not install ${names.join(" ")}.`, {
    details: complaints(update.output + output),
    why: "the network tools come with these packages",
    how: `fix what apt-get reports above, then: apt-get install -y ${names.join(" ")}`,
  });
}

// Without a network apt-get update complains, but succeeds.
const complaints = (output) =>
  tail(
    output
      .split("\n")
      .filter((line) => /^(E|W|Err):/.test(line))
      .join("\n") || output,
  );

const apt = (...args) =>
  run("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
  });
