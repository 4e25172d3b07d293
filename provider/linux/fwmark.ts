/** A packet mark and the bits of it that count. */
export interface Fwmark {
  readonly value: number;
  readonly mask: number;
}

const BITS = 0xffff_ffff;

export const hex = (n: number): string => `0x${n.toString(16)}`;

/** Formats a mark in canonical form: `0x10`, or with a mask `0x10/0xff`. */
export const printFwmark = ({ value, mask }: Fwmark): string =>
  mask === BITS ? hex(value) : `${hex(value)}/${hex(mask)}`;

const NUMBER = /^(0x[\da-f]{1,8}|\d{1,10})$/i;

export function parseFwmark(text: string): Fwmark | undefined {
  const [value, mask, ...more] = text
    .split("/")
    .map((part) => (NUMBER.test(part) ? Number(part) : Number.NaN));
  const [first, second] = [value ?? Number.NaN, mask ?? BITS];
  return first <= BITS && second <= BITS && more.length === 0 ? { value: first, mask: second } : undefined;
}
