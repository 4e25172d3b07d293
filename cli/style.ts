/** The look of text on a terminal. Colours only appear on one (https://no-color.org). */
export interface Style {
  readonly bold: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warning: (text: string) => string;
}

const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const plain = (text: string): string => text;

export const styleFor = (isColourful: boolean): Style =>
  isColourful
    ? { bold: paint(1), faint: paint(2), good: paint(32), bad: paint(31), warning: paint(33) }
    : { bold: plain, faint: plain, good: plain, bad: plain, warning: plain };

/** Whether to use colours on standard output. */
export const isColourful = (): boolean =>
  process.stdout.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";
