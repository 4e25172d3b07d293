import { expect } from "chai";
import type { z } from "zod";
import {
  fwmark,
  ruledNetwork,
  ruledPort,
  typeOfService,
  uidRange,
} from "../../../provider/fields/policyRule";
import { routeTable } from "../../../provider/fields/routeTable";

/** The parsed value of a field, or the reasons against it. */
function outcome(field: z.ZodType, value: unknown): unknown {
  const result = field.safeParse(value);
  return result.success ? result.data : result.error.issues.map(({ message }) => message).join("; ");
}

const noMark = "not a mark such as 16, 0x10 or 0x10/0xff";
const noUsers = 'not the id of a user or a range such as "1000-1999"';
const noPort = 'not a port from 1 to 65534 or a range such as "8000-8010"';
const noTable =
  "neither main, local or default nor a name in /etc/iproute2/rt_tables of this host: write its number, from 1 to 4294967295, or add the name there";

const tables: readonly (readonly [string, z.ZodType, readonly (readonly [unknown, unknown])[]])[] = [
  [
    "fwmark",
    fwmark,
    [
      [16, "0x10"],
      ["16", "0x10"],
      ["0X10", "0x10"],
      [0, "0x0"],
      ["0x10/0xff", "0x10/0xff"],
      ["16/255", "0x10/0xff"],
      ["0x10/0xffffffff", "0x10"],
      ["0/1", "0x0/0x1"],
      ["0xffffffff", "0xffffffff"],
      [4294967296, `is 4294967296, ${noMark}`],
      [-1, `is -1, ${noMark}`],
      [1.5, `is 1.5, ${noMark}`],
      ["", `is "", ${noMark}`],
      ["1/2/3", `is "1/2/3", ${noMark}`],
      ["0x1/", `is "0x1/", ${noMark}`],
      ["0x1/0", 'is "0x1/0", whose mask looks at nothing: leave it out'],
      ["0x110/0xff", 'is "0x110/0xff", which no packet has: 0x110 has bits outside of its mask 0xff'],
      [
        "0x80000000/0x7fffffff",
        'is "0x80000000/0x7fffffff", which no packet has: 0x80000000 has bits outside of its mask 0x7fffffff',
      ],
    ],
  ],
  [
    "uidrange",
    uidRange,
    [
      [0, 0],
      ["1000-1999", "1000-1999"],
      ["7-7", 7],
      ["7", 7],
      [4294967294, 4294967294],
      ["9-1", 'is "9-1", which runs backwards: did you mean "1-9"?'],
      [4294967295, `is 4294967295, ${noUsers}`],
      ["root", `is "root", ${noUsers}`],
      [-1, `is -1, ${noUsers}`],
      ["1-", `is "1-", ${noUsers}`],
    ],
  ],
  [
    "tos",
    typeOfService,
    [
      [0x10, 16],
      [252, 252],
      [0, "is 0, not a whole number from 4 to 252"],
      [17, "is 17, which has bits of ECN (RFC 3168): write a multiple of 4, as 0x10 for low delay"],
    ],
  ],
  [
    "port",
    ruledPort,
    [
      [80, 80],
      ["80-90", "80-90"],
      [[80, 443], "is neither a port nor a range: make a rule for each of several"],
      [0, `is 0, ${noPort}`],
      [70000, `is 70000, ${noPort}`],
      ["80,90", `is "80,90", ${noPort}`],
      ["443", 443],
      ["90-80", 'is "90-80", which runs backwards: did you mean "80-90"?'],
      [65534, 65534],
      [65535, "is 65535, but the kernel has no rules for ports above 65534: leave it out"],
      ["1-65535", 'is "1-65535", but the kernel has no rules for ports above 65534: write "1-65534"'],
    ],
  ],
  [
    "network",
    ruledNetwork,
    [
      ["10.0.0.0/8", "10.0.0.0/8"],
      ["fd00::1", "fd00::1/128"],
      ["0.0.0.0/0", 'is "0.0.0.0/0", which is every address: leave it out'],
      [
        "10.0.0.1/8",
        'is "10.0.0.1/8", which has bits beyond its prefix: did you mean 10.0.0.0/8, or 10.0.0.1/32?',
      ],
    ],
  ],
  [
    "table",
    routeTable,
    [
      [100, 100],
      [254, "main"],
      ["main", "main"],
      ["local", "local"],
      ["default", "default"],
      [4294967295, 4294967295],
      [0, "is 0, not a whole number from 1 to 4294967295"],
      [4294967296, "is 4294967296, not a whole number from 1 to 4294967295"],
      // A name that every host has, but not for a table.
      ["unspec", `is "unspec", ${noTable}`],
      ["no such table", `is "no such table", ${noTable}`],
      ["100", 'is "100", a number as text: write it without quotes, as 100'],
      ["0255", 'is "0255", a number as text: write it without quotes, as 255'],
      ["0", 'is "0", not a whole number from 1 to 4294967295'],
      ["4294967296", 'is "4294967296", not a whole number from 1 to 4294967295'],
      ["", `is "", ${noTable}`],
      ["-1", `is "-1", ${noTable}`],
    ],
  ],
];

for (const [name, field, rows] of tables) {
  describe(`fields: ${name}`, () => {
    for (const [given, expected] of rows) {
      it(JSON.stringify(given), () => expect(outcome(field, given)).to.equal(expected));
    }
  });
}
