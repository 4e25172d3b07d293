import { expect } from "chai";
import type { z } from "zod";
import { isNamespaced, sysctlKey, sysctlValue } from "../../../provider/fields/sysctl";
import { readSysctls, valuesOf, writeSysctls } from "../../../provider/linux/sysctl";
import { printed } from "../../support/args";

const outcome = (field: z.ZodType, value: unknown): unknown => {
  const result = field.safeParse(value);
  return result.success ? result.data : result.error.issues.map(({ message }) => message).join("; ");
};

const noKey = (key: string) =>
  `is ${JSON.stringify(key)}, not a key such as net.ipv4.ip_forward or net/ipv4/conf/eth0.100/forwarding`;

describe("fields of parameters", () => {
  describe("sysctlKey", () => {
    for (const key of [
      "net.ipv4.ip_forward",
      "net/ipv4/conf/eth0.100/forwarding",
      "net.ipv4.conf.eth0/100.forwarding",
      "net.ipv6.conf.veth-red.disable_ipv6",
      "kernel.hostname",
      "net.core.somaxconn",
    ]) {
      it(key, () => {
        expect(outcome(sysctlKey, key)).to.equal(key);
      });
    }
    for (const key of [
      "",
      "net",
      ".net.ipv4",
      "net..ipv4",
      "net.ipv4.",
      "net/../kernel/panic",
      "net.ipv4.//.//.kernel",
      "/proc/sys/net/ipv4/ip_forward",
      "net.ipv4.ip_forward=1",
      "net ipv4",
      "-a",
      "net.ipv4.*",
      "net.ipv4.ip_forward\n",
      `net${".a".repeat(5000)}*`,
    ]) {
      it(`refuses ${JSON.stringify(key)}`, () => {
        expect(outcome(sysctlKey, key)).to.equal(noKey(key));
      });
    }
  });

  describe("sysctlValue", () => {
    const rows: readonly (readonly [given: unknown, outcome: string])[] = [
      ["1", "1"],
      [1, "1"],
      [-1, "-1"],
      [true, "1"],
      [false, "0"],
      ["4096\t131072  33554432 ", "4096 131072 33554432"],
      ["", "is empty"],
      [" \t", "is empty"],
      ["1\n2", "may not hold line breaks"],
      ["1\u00002", "may not hold line breaks"],
      [[1], "is neither text nor a number"],
      [null, "is neither text nor a number"],
    ];
    for (const [given, expected] of rows) {
      it(JSON.stringify(given), () => {
        expect(outcome(sysctlValue, given)).to.equal(expected);
      });
    }
  });

  it("isNamespaced recognizes the parameters of a namespace", () => {
    expect(
      ["net.ipv4.ip_forward", "net/core/somaxconn", "kernel.hostname", "netx.a", "vm.swappiness"].map(
        isNamespaced,
      ),
    ).to.deep.equal([true, true, false, false, false]);
  });

  it("readSysctls reads all at once", () => {
    expect(printed([readSysctls("red", ["net.ipv4.ip_forward", "net/core/somaxconn"])])).to.deep.equal([
      "ip netns exec red sysctl --ignore net.ipv4.ip_forward net/core/somaxconn",
    ]);
  });

  it("valuesOf finds values in any spelling of the keys", () => {
    const answer =
      "net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0/100.forwarding = 0\nnet.core.somaxconn = 4096";
    const keys = ["net/ipv4/ip_forward", "net/ipv4/conf/eth0.100/forwarding", "net.ipv4.absent"];
    expect(valuesOf(answer, keys)).to.deep.equal({
      "net/ipv4/ip_forward": "1",
      "net/ipv4/conf/eth0.100/forwarding": "0",
    });
    expect(valuesOf(undefined, keys)).to.deep.equal({});
  });

  describe("writeSysctls", () => {
    it("sets forwarding first, as it resets others", () => {
      const values = {
        "net.ipv4.conf.all.rp_filter": "2",
        "net.ipv4.ip_forward": "1",
        "net.ipv4.conf.all.send_redirects": "0",
        "net/ipv6/conf/all/forwarding": "1",
      };
      expect(printed(writeSysctls("red", values))).to.deep.equal([
        "ip netns exec red sysctl -q -w net.ipv4.ip_forward=1 net/ipv6/conf/all/forwarding=1 " +
          "net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.all.send_redirects=0",
      ]);
    });

    it("runs nothing for nothing", () => {
      expect(writeSysctls(undefined, {})).to.deep.equal([]);
    });
  });
});
