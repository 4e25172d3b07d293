import { delimiter } from "node:path";
import { pulumiHome } from "./pulumi.mjs";
import { foldersOf, withSystemFolders } from "./search-path.mjs";

/** The environment with the Pulumi CLI and the system's tools on PATH. */
export const environment = (pulumiFolder, env = process.env) => ({
  ...env,
  PATH: withSystemFolders([pulumiFolder, ...foldersOf(env.PATH)]).join(delimiter),
  PULUMI_HOME: pulumiHome(env),
  PULUMI_SKIP_UPDATE_CHECK: "true",
});
