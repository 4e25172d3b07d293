#!/bin/sh
# Stands on PATH under the name of each tool that the provider runs. Passes every call on unchanged, counts those that change something,
# and injects the fault at the chosen one. A line given to an open `ip -batch` counts as a call.
#
#   FAULT_LOG     file that gets a line for each call that changes something: an id, tool, arguments
#   FAULT_NUMBER  which of these calls it is about; absent: none, they are only counted
#   FAULT_MOMENT  before | after the tool has run | amid: it gets half of its batch; then only batches are numbered
#   FAULT         what happens then
#   FAULT_DISK    folder of the state, on a disk of its own: `disk-full` fills it, `torn` empties files in it

tool=${0##*/}
# From here on the real tools: a tool that this one starts (`flock`, `ip netns exec`) belongs to the same call.
PATH=${PATH#"${0%/*}:"}
calls=0
is_session=
is_refused=

# Whether a call with these words only reads.
reads() {
  case " $1 " in
    " stat "* | " ps "* | " sleep "* | " ss "* | " ping "* | *"tables-save "* | *"tables-legacy-save "* | " sysctl -n "*) ;;
    *" cat "* | *" show "* | *" list "* | *" get "* | *" list-id "* | *" pids "* | *" -S "* | *" -L "*) ;;
    *" sysctl -n "* | *" --ignore "* | *" -V "* | *" --version "*) ;;
    *) return 1 ;;
  esac
}

# The nearest ancestor whose command line matches.
above() {
  pid=$$
  while [ "$pid" -gt 1 ]; do
    pid=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status")
    if tr '\0' ' ' <"/proc/$pid/cmdline" | grep -Eq "$1"; then
      echo "$pid"
      return
    fi
  done
}
provider() { above '/cmd/dynamic-provider'; }
cli() { above '^([^ ]*/)?pulumi '; }

refuse() {
  echo "RTNETLINK answers: $1" >&2
  [ -n "$is_session" ] || exit 2
  echo "Command failed -:1" >&2
  is_refused=yes
}

hang() {
  [ -n "$is_session" ] || exec sleep 1000
  while kill -0 $$; do sleep 0.1; done 2>/dev/null
  exit
}

# Does not return if the tool, or its parent, has ended.
strike() {
  case $FAULT in
    provider) kill -9 "$(provider)" && exit 137 ;;
    cli) kill -9 "$(cli)" ;;
    torn)
      # The moment between creating and writing a file beside the state is too short for a kill to hit.
      kill -9 "$(cli)" && sleep 0.1
      for file in "$FAULT_DISK"/.pulumi/stacks/*/*.attrs; do : >"$file"; done
      ;;
    both | reboot) kill -9 "$(cli)" "$(provider)" && exit 137 ;;
    interrupt) kill -INT "$(cli)" ;;
    interrupt-twice)
      kill -INT "$(cli)"
      sleep 1
      kill -INT "$(cli)"
      ;;
    hang) hang ;;
    disk-full) cat /dev/zero >"$FAULT_DISK/filler" 2>/dev/null ;;
    ENOBUFS) refuse "No buffer space available" ;;
    EBUSY) refuse "Device or resource busy" ;;
    EEXIST) refuse "File exists" ;;
    tool)
      kill -9 $$
      exit 137
      ;;
    sessions)
      kill -9 "$(above '/host/local/worker')"
      exit 137
      ;;
    *) echo "no such fault: $FAULT" >&2 && exit 64 ;;
  esac
}

# Counts a call, and succeeds if it is the chosen one.
is_chosen() {
  calls=$((calls + 1))
  printf '%s\n' "$$-$calls $1" >>"$FAULT_LOG"
  [ -n "$FAULT_NUMBER" ] || return 1
  case $FAULT_MOMENT in amid) kind=' -batch ' ;; *) kind= ;; esac
  number=$(grep -e "$kind" "$FAULT_LOG" | sed -n "/^$$-$calls /=")
  [ "$number" = "$FAULT_NUMBER" ]
}

# Passes lines on. The fault happens before or after one of them.
relay() {
  about=$tool
  for word; do
    case $word in -N | -j | -d | -force | -batch | -) ;; *) about="$about $word" ;; esac
  done
  while IFS= read -r line; do
    if [ "$line" = done ] || reads "$line" || ! is_chosen "$about $line"; then
      printf '%s\n' "$line"
    elif [ "$FAULT_MOMENT" = before ]; then
      # The tool may still process earlier lines, so text from here would pass for its reply to one of them.
      sleep 1
      strike
      [ -n "$is_refused" ] || printf '%s\n' "$line"
      is_refused=
    else
      printf '%s\n' "$line"
      # The tool prints nothing after a successful change, which takes milliseconds.
      sleep 1
      strike
    fi
  done
}

# The tool keeps the process that was started, so that it can be killed and waited for.
session() {
  is_session=yes
  pipe=$FAULT_LOG.$$
  mkfifo "$pipe"
  exec 3<&0
  {
    rm "$pipe"
    relay "$@"
  } <&3 >"$pipe" 3<&- &
  exec "$tool" "$@" <"$pipe" 3<&-
}

case " $* " in
  *" -batch - "*)
    # A file opened again has its own position, so that it can be read.
    if [ ! -f /proc/self/fd/0 ]; then [ "$tool" != ip ] || session "$@"
    elif ! grep -Eqv '(^|[^-])\b(show|list|list-id|pids)\b' /proc/self/fd/0; then exec "$tool" "$@"
    fi
    ;;
esac
if reads "$tool $*" || ! is_chosen "$tool $*"; then exec "$tool" "$@"; fi

case $FAULT_MOMENT in
  before)
    strike
    exec "$tool" "$@"
    ;;
  amid)
    lines=$(wc -l </proc/self/fd/0)
    head -n $(((lines + 1) / 2)) /proc/self/fd/0 | "$tool" "$@"
    strike
    kill -9 $$
    ;;
  after)
    "$tool" "$@"
    code=$?
    strike
    exit "$code"
    ;;
esac
