/** A machine other than the one that runs Pulumi. */
export interface Machine {
  /** Tells machines apart. */
  readonly key: string;
  /** What the provider gets. */
  readonly value: string | Readonly<Record<string, unknown>>;
}
