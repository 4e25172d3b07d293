import { CliError } from "../errors";

export const defaultName = "default";

const valid = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

export function isSandboxName(name: string): boolean {
  return valid.test(name);
}

export function sandboxName(name: string = defaultName): string {
  if (isSandboxName(name)) return name;
  throw new CliError(
    `${JSON.stringify(name)} is not a sandbox name: use 1 to 64 letters, digits, ".", "_" and "-", ` +
      `and begin with neither "." nor "-".`,
    2,
  );
}
