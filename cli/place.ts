import { namespaceName } from "../provider/fields/common";
import { CliError, USAGE } from "./errors";

/** Names of the host. No namespace can be called `-`. */
const HOST = ["host", "-"];

/** Returns the namespace that a user names. `undefined` is the host. */
export function placeIn(text: string): string | undefined {
  if (HOST.includes(text)) return undefined;
  const checked = namespaceName.safeParse(text);
  if (checked.success) return text;
  throw new CliError(
    `${JSON.stringify(text)} is neither a namespace nor host: ${reasonIn(checked.error)}`,
    USAGE,
  );
}

const reasonIn = ({ issues }: { readonly issues: readonly { readonly message: string }[] }): string =>
  issues.map(({ message }) => `it ${message}`).join("; ");
