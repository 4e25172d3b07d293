import { expect } from "chai";
import { type Command, command, ip } from "../../../../../provider/linux/command";
import { lineOf } from "../../../../../provider/linux/host/local/ipBatchPool";

describe("sessions", () => {
  const rows: readonly (readonly [
    asked: Command,
    session: readonly unknown[],
    line: string,
    isRead: boolean,
  ])[] = [
    [
      ip("red", "-N", "-j", "-d", "addr", "show", "dev", "lo"),
      ["red", "-N", "-j", "-d"],
      "addr show dev lo",
      true,
    ],
    [ip(undefined, "-N", "-j", "-d", "addr", "show"), [undefined, "-N", "-j", "-d"], "addr show", true],
    [ip("red", "link", "set", "dev", "lo", "up"), ["red", "-N", "-j", "-d"], "link set dev lo up", false],
    [ip(undefined, "netns", "add", "red"), [undefined, "-N", "-j", "-d"], "netns add red", false],
    [ip("red", "-N", "-j", "-d", "netns", "list-id"), ["red", "-N", "-j", "-d"], "netns list-id", true],
    [
      ip("red", "address", "add", "10.0.0.1/24", "dev", "a"),
      ["red", "-N", "-j", "-d"],
      "address add 10.0.0.1/24 dev a",
      false,
    ],
    [
      ip("red", "-6", "-N", "-j", "-d", "route", "show", "table", "main", "exact", "fd00::/64"),
      ["red", "-6", "-N", "-j", "-d"],
      "route show table main exact fd00::/64",
      true,
    ],
    [
      ip("red", "-6", "route", "del", "fd00::/64", "proto", "110"),
      ["red", "-6", "-N", "-j", "-d"],
      "route del fd00::/64 proto 110",
      false,
    ],
  ];

  for (const [asked, session, text, isRead] of rows) {
    it(`take ${text}, beside other commands for the same session`, () => {
      const [namespace, ...options] = session;
      expect(lineOf(asked)).to.deep.equal({ namespace, options, text, isRead });
    });
  }

  const alone: Readonly<Record<string, Command>> = {
    "another tool": command("sysctl", "red", ["-n", "net.ipv4.ip_forward"]),
    "a batch": command("ip", undefined, ["-batch", "-"], "link show"),
    "a word with a blank": ip("red", "link", "set", "dev", "lo", "alias", "two words"),
    "an empty word": ip("red", "link", "set", "dev", "lo", "alias", ""),
    "a quote": ip("red", "link", "set", "dev", "lo", "alias", 'a"b'),
    "a comment": ip("red", "link", "show", "dev", "a#b"),
    "a backslash": ip("red", "-j", "link", "show", "dev", "a\\b"),
    "a letter that is not ASCII": ip("red", "-j", "link", "show", "dev", "löwe"),
    "a read that prints several lines": ip(undefined, "-d", "link", "show"),
    "a read that leaves other reads blind": ip("red", "-N", "-j", "-d", "link", "show", "dev", "lo"),
    "a read in other words": ip("red", "-j", "addr", "show", "dev", "lo"),
    "a list that may be empty": ip(undefined, "-j", "netns", "list"),
    "a protocol by its name": ip("red", "route", "add", "10.0.0.0/8", "dev", "a", "proto", "static"),
    "a list of processes": ip(undefined, "netns", "pids", "red"),
    "another program": ip(undefined, "netns", "exec", "red", "true"),
  };

  for (const [what, asked] of Object.entries(alone)) {
    it(`leave ${what} to a separate process`, () => expect(lineOf(asked)).to.equal(undefined));
  }
});
