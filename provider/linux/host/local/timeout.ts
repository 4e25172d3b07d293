/** No command here works long, so one that takes this many seconds hangs. */
const DEFAULT = 30;

/** Returns the timeout of a command in milliseconds, from `PULUMI_NETNS_TIMEOUT` in seconds. Default: 30 seconds. */
export function timeoutOf(setting: string | undefined): number {
  const seconds = setting === undefined || setting === "" ? DEFAULT : Number(setting);
  if (seconds > 0 && seconds <= 86_400) return seconds * 1000;
  throw new Error(
    `PULUMI_NETNS_TIMEOUT is ${JSON.stringify(setting)}, not a number of seconds above 0, such as 30: set it otherwise or leave it out`,
  );
}
