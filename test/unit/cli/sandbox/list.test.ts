import { expect } from "chai";
import fc from "fast-check";
import { describe as listing, localTime } from "../../../../cli/sandbox/list";
import { table } from "../../../../cli/table";

const created = "2026-01-31T08:05:09.123Z";

describe("sandbox list", () => {
  it("is a table", () => {
    const sandboxes = [
      { name: "default", pid: 17, created, userNamespace: true, processes: 2 },
      { name: "lab", pid: 123456, created, userNamespace: false, processes: 0 },
    ];
    expect(listing(sandboxes).split("\n")).to.deep.equal([
      "NAME     PID     SINCE                PROCESSES",
      `default  17      ${localTime(created)}  2`,
      `lab      123456  ${localTime(created)}  0`,
    ]);
  });

  it("tells how to start one where there is none", () => {
    expect(listing([])).to.equal("No sandbox is running. Start one: pulumi-netns sandbox -- COMMAND");
  });

  it("shows local time to the second", () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date("2000-01-01"), max: new Date("2100-01-01") }),
        (date) => {
          const two = (part: number) => String(part).padStart(2, "0");
          const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
          const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
          expect(localTime(date.toISOString())).to.equal(`${day} ${time}`);
        },
      ),
      { examples: [[new Date(created)]] },
    );
    expect(localTime("nonsense")).to.equal("unknown");
  });
});

describe("table", () => {
  it("lines columns up and leaves no blanks at the end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.stringMatching(/^\w*$/), fc.stringMatching(/^\w+$/)), { minLength: 1 }),
        (rows) => {
          const lines = table(rows).split("\n");
          const width = Math.max(...rows.map(([first]) => first.length));
          expect(lines).to.deep.equal(rows.map(([first, second]) => `${first.padEnd(width)}  ${second}`));
        },
      ),
    );
  });
});
