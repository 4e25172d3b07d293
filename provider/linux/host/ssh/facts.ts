import { parseRouteTables, TABLE_FOLDERS } from "../../read/routeTables";

const TABLES = TABLE_FOLDERS.flatMap((folder) => [
  `${folder}/rt_tables`,
  `${folder}/rt_tables.d/*.conf`,
]).join(" ");

/** The facts of a lab host that a run needs. They are read once per connection. */
export interface FarFacts {
  /** Identifies the machine, whatever name it is reached by. */
  readonly machine: string;
  readonly hostname: string;
  /** Identifies the boot and the network. */
  readonly era: string;
  /** Whether /run/netns is mounted. The first `ip netns add` mounts it, which concurrent calls race on. */
  readonly hasNamespaces: boolean;
  readonly routeTables: ReadonlyMap<string, number>;
}

/** A function of the far shell that prints the facts of its host. */
export const FACTS_FUNCTION = `
facts() {
  m=$(cat /etc/machine-id 2>/dev/null)
  [ -n "$m" ] || m=$(cat /var/lib/dbus/machine-id 2>/dev/null)
  u=$(uname -n) && b=$(cat /proc/sys/kernel/random/boot_id) && n=$(stat -L -c %i /proc/self/ns/net) || return
  printf '%s\\n' "$m" "$u" "$b $n" "$(grep -c ' /run/netns ' /proc/self/mountinfo)"
  cat ${TABLES} 2>/dev/null
  return 0
}
`;

export function parseFacts(text: string): FarFacts {
  const [machine = "", hostname = "", era = "", mounts = "0", ...tables] = text.split("\n");
  return {
    // A machine without an id of its own is known by its name.
    ...{ machine: machine || `host ${hostname}`, hostname, era },
    hasNamespaces: mounts !== "0",
    routeTables: firstWins(tables.join("\n")),
  };
}

/** The first file that names a table wins, as with `ip`. */
const firstWins = (text: string): ReadonlyMap<string, number> =>
  parseRouteTables(text.split("\n").reverse().join("\n"));
