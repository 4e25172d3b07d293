import { delimiter } from "node:path";
import { pulumiHome } from "./pulumi.mjs";
import { foldersOf, withSystemFolders } from "./search-path.mjs";

/** The environment in which programs find the Pulumi CLI and the system's tools. */
export const environment = (pulumiFolder, env = process.env) => ({
  ...env,
  PATH: withSystemFolders([pulumiFolder, ...foldersOf(env.PATH)]).join(delimiter),
  PULUMI_HOME: pulumiHome(env),
  PULUMI_SKIP_UPDATE_CHECK: "true",
});
