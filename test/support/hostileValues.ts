/** Values that a careless or malicious program may give for any argument. */

const bytes = (text: string, length: number): string => text.repeat(length).slice(0, length);

export const hostileTexts: readonly string[] = [
  // White space, control characters and invisible characters.
  ...[
    "",
    " ",
    "a b",
    " a",
    "a ",
    "a\tb",
    "a\nb",
    "a\rb",
    "a\n",
    "\n",
    "a\vb",
    "a\0b",
    "\0",
    "a\u007f",
    "a\u001b[2J",
  ],
  ...["\u00a0", "a\u00a0b", "a\u0085b", "a\u2028b", "\u202eab", "a\u200bb", "\ufeffa", "a\u3000b"],
  // Syntax of shells, batch files and printf.
  ...[
    'a"b',
    "a'b",
    '"',
    "'a'",
    "`id`",
    "$(id)",
    "$HOME",
    "a;b",
    "a|b",
    "a&b",
    "a>b",
    "a<b",
    "a\\b",
    "a\\",
    "\\\n",
  ],
  ...["#a", "a#b", "%s%n", "a%d", "~", "?", "a?", "[ab]", "{a}", "{a,b}", "^", "a,b", "a=b", "a:b", "(a)"],
  ...["1\nnetns del red", "a\nb c", 'a" , "b": "c', "1.2.3.4 dev lo", "10.0.0.1/24 dev lo", "80 -j DROP"],
  // Syntax of options, negations, wildcards and sets.
  ...[
    "-",
    "--",
    "-a",
    "-1",
    "-j",
    "--help",
    "-batch",
    "--all",
    "\u2212a",
    "!",
    "!a",
    "!!",
    "! a",
    "!-a",
    "@",
    "@a",
  ],
  ...["a@b", "+", "a+", "+a", "*", "a*", "!a*", "**", "a*b"],
  // Paths.
  ...["/", "a/b", "/a", "../a", ".", "..", "...", ".a", "a.", "net/../kernel", "net.ipv4..ip_forward"],
  // Beyond ASCII, and invalid text: halves of a surrogate pair.
  ...["ä", "à", "a\u0300", "日本", "😀", "١٢", "\ud800", "a\udc00", "ß".repeat(7), "ß".repeat(8)],
  // Lengths: 15, 16, 255 and 256 bytes, and one beyond any command line.
  ...[15, 16, 127, 255, 256, 200_000].map((length) => bytes("n", length)),
  ...["ä".repeat(127), "ä".repeat(128)],
  // Numbers in forms that tools distinguish.
  ...["0", "1", "123", "+1", "0x10", "0X1F", "010", "1e3", "1.5", " 1", "1 ", "1_000", "4294967296"],
  ...["99999999999999999999", "NaN", "Infinity", "80-", "90-80", "0-0", "80,443", "80:90"],
  // Words that iproute2, nft, iptables or JavaScript know.
  ...[
    "dev",
    "type",
    "up",
    "down",
    "default",
    "all",
    "any",
    "none",
    "help",
    "netns",
    "name",
    "group",
    "master",
  ],
  ...[
    "if3",
    "if3x",
    "if+3",
    "if-3",
    "lo",
    "null",
    "undefined",
    "true",
    "__proto__",
    "constructor",
    "toString",
  ],
  // Almost correct addresses.
  ...[
    "10.0.0.1",
    "10.0.0.1/24",
    "10.0.0.0/33",
    "10.0.0.1/",
    "010.0.0.1",
    "10.0.0",
    "0x0a000001",
    "::1",
    "::1/129",
  ],
  ...["::1%lo", "fe80::1%eth0/64", "[::1]", "[::1]:80", "10.0.0.1:80", "10.0.0.9-10.0.0.1", "1:2:3:4:5:6"],
];

export const hostileNumbers: readonly number[] = [
  ...[Number.NaN, Infinity, -Infinity, -1, 0, -0, 1, 1.5, 0.1 + 0.2, 5e-324, 67, 65536],
  ...[2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 1e21, Number.MAX_VALUE],
];

/** Values of other types. */
export const hostileOthers: readonly unknown[] = [
  ...[true, false, null, [], {}, ["a"], [null], [["a"]], { a: 1 }, { "": "" }, { toString: 1 }],
];

/** Valid for every field that holds a name, with the same surrounding signs. */
export const standInFor = (name: string): string => name.replace(/^(!?).*?(\*?)$/s, `$1${STAND_IN}$2`);

export const STAND_IN = "zq7";
