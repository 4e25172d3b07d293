export const FORMATS = ["text", "mermaid", "dot"] as const;
export type Format = (typeof FORMATS)[number];

export interface GraphOptions {
  readonly format: Format;
}
