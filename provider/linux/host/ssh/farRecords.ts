import {
  type BrokenRecord,
  hash,
  isBroken,
  isRecordName,
  type OwnerRecord,
  parseRecord,
  WORDS,
} from "../recordFile";
import {
  current,
  draftName,
  fileName,
  filesToDrop,
  folderName,
  formerFiles,
  namespaceOf,
  type ObjectKey,
  objectNames,
  type Records,
} from "../records";

/** Runs one of the functions of `RECORD_FUNCTIONS` at the far end. Throws if it fails. */
export type Call = (name: string, ...args: string[]) => Promise<string>;

const ROOT = "/run/pulumi-netns";

/**
 * Functions of the far shell that work on records as `FileRecords` does.
 *
 * - `rshow FILE...` prints each record: a line with its name and sort (`f` file, `d` folder, `u` unreadable), then its content
 *   up to a line with the token and a dot.
 * - `rfind FOLDER NAMESPACE OBJECT...` prints the inode of the namespace, and the records whose names begin so.
 * - `rall FOLDER...` prints every record of some folders, or of all.
 * - `rsave FOLDER NAMESPACE FILE DRAFT TEXT OTHER...` writes the draft and renames it, so that a record is complete or absent.
 *   The inode of the namespace closes the text. Another run may remove the empty folder meanwhile.
 * - `rdrop FOLDER FILE...` deletes files, `rdropon FOLDER LINK` those of a link, and then empty folders.
 */
export const RECORD_FUNCTIONS = `
R=${ROOT}
rshow() {
  for x; do
    if [ -d "$x" ]; then printf '%s d\\n%s\\n' "$x" "$T."
    elif ! [ -e "$x" ]; then :
    elif c=$(cat "$x" 2>/dev/null); then printf '%s f\\n%s\\n%s\\n' "$x" "$c" "$T."
    elif [ -e "$x" ]; then printf '%s u\\n%s\\n' "$x" "$T."; fi
  done
}
inode() { if [ -n "$1" ]; then stat -L -c %i "/run/netns/$1"; else stat -L -c %i /proc/self/ns/net; fi; }
place() { [ -z "$1" ] || [ -e "/run/netns/$1" ]; }
rfind() {
  f=$R/$1 s=$2; shift 2
  [ -d "$R" ] || return 0
  if [ -e "$f" ] && ! [ -d "$f" ]; then printf '%s n\\n%s\\n' "$f" "$T."; return 0; fi
  if place "$s"; then q=$(inode "$s") || return; else q=; fi
  printf 'inode %s\\n%s\\n' "$q" "$T."
  for o; do rshow "$f/$o"*.json; done
}
rall() {
  if [ "$#" -eq 0 ]; then set -- "$R"/* "$R"/.[!.]*; else f=$1; set -- "$R/$f"; fi
  for f; do
    if [ -d "$f" ]; then rshow "$f"/*.json
    elif [ -e "$f" ]; then printf '%s n\\n%s\\n' "$f" "$T."; fi
  done
}
rsave() {
  place "$2" || return 0
  f=$R/$1; s=$(inode "$2") || return
  n=$3 w=$4 b=$5; shift 5
  umask 077
  for _ in 1 2 3 4 5; do
    mkdir -p "$f" || return
    [ ! -d "$f/$n" ] || rmdir "$f/$n" || return
    if printf '%s%s}' "$b" "$s" >"$f/$w" && mv -f "$f/$w" "$f/$n"; then
      for o; do rm -f "$f/$o" || return; done
      return 0
    fi
    [ -d "$f" ] && { rm -f "$f/$w"; return 1; }
  done
}
rdrop() {
  f=$R/$1; shift
  if [ -e "$f" ] && ! [ -d "$f" ]; then echo "$f: Not a directory" >&2; return 1; fi
  [ -d "$f" ] || return 0
  for o; do
    if [ -d "$f/$o" ]; then rmdir "$f/$o"; else rm -f "$f/$o"; fi || return
  done
  rmdir "$f" "$R" 2>/dev/null
  return 0
}
rdropon() { f=$1; [ -d "$R/$f" ] || return 0; for o in "$R/$f"/*."$2".json; do rm -f "$o"; done; rdrop "$f"; }
rdropall() { rm -rf "\${R:?}/$1"; rmdir "$R" 2>/dev/null; return 0; }
`;

/** The ownership records on a lab host. */
export class FarRecords implements Records {
  constructor(
    private readonly call: Call,
    private readonly token: () => string,
  ) {}

  async find(key: ObjectKey, own?: string): Promise<readonly OwnerRecord[]> {
    const folder = folderName(key.namespace);
    const { found, inode } = this.parse(
      await this.call("rfind", folder, key.namespace ?? "", ...objectNames(key).map((name) => `${name}.`)),
    );
    return current(found, inode, own);
  }

  async within(namespace: string | undefined): Promise<readonly OwnerRecord[]> {
    const folder = folderName(namespace);
    const everything = "";
    const { found, inode } = this.parse(await this.call("rfind", folder, namespace ?? "", everything));
    return found.flatMap((record) => (!isBroken(record) && record.inode === inode ? record : []));
  }

  async save(key: ObjectKey, record: Pick<OwnerRecord, "mark" | "args" | "former">): Promise<void> {
    const { kind, id, namespace } = key;
    const name = fileName(key, record.mark);
    const text = `${JSON.stringify({ kind, id, ...record }).slice(0, -1)},"inode":`;
    const words = [folderName(namespace), namespace ?? "", name, draftName(name), text];
    await this.call("rsave", ...words, ...formerFiles(key, record.mark));
  }

  async drop(key: ObjectKey, mark: string): Promise<void> {
    await this.call("rdrop", folderName(key.namespace), ...filesToDrop(key, mark));
  }

  async dropAll(namespace: string): Promise<void> {
    await this.call("rdropall", namespace);
  }

  async dropOn(namespace: string | undefined, link: string): Promise<void> {
    await this.call("rdropon", folderName(namespace), hash(link));
  }

  async list() {
    const { found } = this.parse(await this.call("rall"));
    return found.flatMap((record) => (isBroken(record) ? [] : [record]));
  }

  async broken(): Promise<readonly BrokenRecord[]> {
    return this.parse(await this.call("rall")).found.filter(isBroken);
  }

  async discard({ file }: BrokenRecord): Promise<void> {
    const [name = "", folder = ""] = file.split("/").reverse();
    await this.call("rdrop", folder, name);
  }

  /** Reads what `rfind` and `rall` print. */
  private parse(text: string) {
    const sections = text.split(`\n${this.token()}.\n`).slice(0, -1);
    let inode: number | undefined;
    const found: (Listed | BrokenRecord)[] = [];
    for (const section of sections) {
      const [head = "", ...lines] = section.split("\n");
      const space = head.lastIndexOf(" ");
      const [file, sort] = [head.slice(0, space), head.slice(space + 1)];
      if (file === "inode") inode = sort === "" ? undefined : Number(sort);
      else found.push(...recordIn(file, sort, lines.join("\n")));
    }
    return { found, inode };
  }
}

/** A record with the namespace that its folder stands for. */
type Listed = OwnerRecord & { readonly namespace: string | undefined };

/** Why a file is not a record, by the sort that `rshow` prints. */
const SORTS: Readonly<Record<string, string | undefined>> = {
  d: WORDS["EISDIR"],
  n: WORDS["ENOTDIR"],
  u: WORDS["EACCES"],
};

function recordIn(file: string, sort: string, text: string): (Listed | BrokenRecord)[] {
  const [name = "", folder = ""] = file.split("/").reverse();
  if (sort === "n") return [{ file, why: SORTS["n"] ?? "" }];
  if (!isRecordName(name)) return [];
  const why = SORTS[sort];
  if (why !== undefined) return [{ file, why }];
  const record = parseRecord(file, text);
  return [isBroken(record) ? record : { ...record, namespace: namespaceOf(folder) }];
}
