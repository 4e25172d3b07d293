/** A machine other than the one that runs Pulumi. */
export interface Machine {
  /** Tells machines apart. */
  readonly key: string;
  /** The value of `host` that the provider receives. */
  readonly value: string | Readonly<Record<string, unknown>>;
}
