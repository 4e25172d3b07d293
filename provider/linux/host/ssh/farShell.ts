import { quote, quoteAll } from "./quote";

// The far end of a connection is a plain POSIX shell (dash, bash, BusyBox ash) that reads its script from standard input.
// Each request is one compound command, which a shell runs only once it has read all of it: a connection that is cut in the
// middle of a request runs nothing of it.

/** A process to start at the far end. */
export interface FarCommand {
  readonly words: readonly string[];
  /** Standard input. Default: empty. */
  readonly input?: string;
  /** The network namespace that the command enters. Its name must not lead to the network of the host itself. */
  readonly namespace?: string;
}

/** The exit code in place of a command whose namespace is the network of the host itself. */
export const HOST_ITSELF = 254;

/** The result of a command at the far end. */
export interface FarReply {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Turns a shell into the far end. Requests run at once, in the background, so a slow one delays no other.
 *
 * - `r NUMBER WORDS...` runs a command with `$i` as its input, and replies. The inner substitution takes standard error, the
 *   outer one standard output, so no temporary file is needed.
 * - `g NUMBER NAME` refuses the name of a namespace that leads to the network of the host itself.
 * - `t` writes a reply. A FIFO with one byte in it is the lock that keeps replies apart: reading that byte takes the lock.
 * - `danglingname PATH` prints where a name leads that has no namespace any more.
 * - `k PID` kills the descendants of a request that takes too long, the deepest first.
 */
export const preamble = (token: string, functions = ""): string => `
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin:/usr/local/sbin"
T=${token}
d=$(mktemp -d) && mkfifo "$d/l" && exec 8<>"$d/l" && rm -r "$d" && echo >&8 || exit 1
t() { read -r _ <&8; printf '\\n%s %s\\n%s\\n%s\\n' "$T" "$1" "$2" "$T"; echo >&8; }
p() { if [ -n "$i" ]; then printf %s "$i" | "$@"; else "$@" </dev/null; fi; }
r() {
  n=$1; shift
  o=$({ e=$(p "$@" 2>&1 >&4 4>&-; printf ' %s' "$?"); } 4>&1; printf '\\n%s\\n%s' "$T" "$e")
  t "$n" "$o"
  return "\${o##* }"
}
g() {
  [ "/run/netns/$2" -ef /proc/self/ns/net ] || return 0
  t "$1" "$(printf '\\n%s\\n ${HOST_ITSELF}' "$T")"
  return 1
}
danglingname() { [ -L "$1" ] && ! [ -e "$1" ] && readlink "$1"; }
k() {
  a=$(cat /proc/[0-9]*/stat)
  IFS='
'
  d "$1"
}
d() {
  for q in $a; do
    c=\${q%% *} q=\${q##*) ? }
    [ "\${q%% *}" = "$1" ] || continue
    (d "$c")
    kill -KILL "$c"
  done
}
${functions}
printf '\\n%s ready\\n' "$T"
`;

/**
 * Returns the request for commands that run one after the other up to the first failure, then others that all run. Numbers
 * count from `first`, as do the replies.
 */
export function request(first: number, chain: readonly FarCommand[], rest: readonly FarCommand[]): string {
  const one = ({ words, input = "", namespace }: FarCommand, at: number) => {
    const guard = namespace === undefined ? "" : `g ${first + at} ${quote(namespace)} && `;
    return `i=${quote(input)}; ${guard}r ${first + at} ${quoteAll(words)}`;
  };
  const links = chain.map((command, at) => `${one(command, at)} || exit`);
  const looks = rest.map((command, at) => one(command, chain.length + at));
  return `( ${[...links, ...looks].join("\n")}\n) & p${first}=$!\n`;
}

/**
 * Returns the request that kills an earlier request with all that it has started. It holds the lock, so that the earlier one
 * cannot die with the lock in its hands.
 */
export const kill = (first: number): string =>
  `( read -r _ <&8; kill -STOP "$p${first}"; k "$p${first}"; kill -KILL "$p${first}"; echo >&8 ) 2>/dev/null &\n`;

/** Reads replies from the output of the far end. */
export class Replies {
  private text = "";

  constructor(
    private readonly token: string,
    private readonly take: (number: number, reply: FarReply) => void,
  ) {}

  add(chunk: string): void {
    this.text += chunk;
    for (;;) {
      const found = this.next();
      if (!found) return;
      this.take(...found);
    }
  }

  private next(): [number, FarReply] | undefined {
    const head = `\n${this.token} `;
    const start = this.text.indexOf(head);
    const line = start < 0 ? -1 : this.text.indexOf("\n", start + 1);
    if (line < 0) return undefined;
    const border = `\n${this.token}\n`;
    const middle = this.text.indexOf(border, line);
    const close = middle < 0 ? -1 : this.text.indexOf(border, middle + 1);
    if (close < 0) return undefined;
    const number = Number(this.text.slice(start + head.length, line));
    const stdout = this.text.slice(line + 1, Math.max(middle, line + 1));
    const said = this.text.slice(middle + border.length, close);
    const space = said.lastIndexOf(" ");
    this.text = this.text.slice(close + border.length);
    return [number, { code: Number(said.slice(space + 1)), stdout, stderr: said.slice(0, space) }];
  }
}
