#!/bin/sh
# Stands on PATH under the name of each tool that the provider runs. Passes every call on as it is; counts those that
# change something, and at the chosen one does what it was asked to.
#
#   FAULT_LOG     file that gets a line for each call that changes something: process id, tool, arguments
#   FAULT_NUMBER  which of these calls it is about; absent: none, they are only counted
#   FAULT_MOMENT  before | after the tool has run | amid: it gets half of its batch; then only batches are numbered
#   FAULT         what happens then
#   FAULT_DISK    folder on the disk that `disk-full` fills

tool=${0##*/}
# From here on the real tools: what this one starts (`flock`, `ip netns exec`) is part of the same call.
PATH=${PATH#"${0%/*}:"}

only_reads() {
  case $tool in stat | ps | sleep) return 0 ;; esac
  case " $* " in
    # A file opened once more has a position of its own; a pipe cannot be looked into, and counts.
    *" -batch "*) [ -f /proc/self/fd/0 ] && ! grep -Eqv '(^|[^-])\b(show|list|list-id|pids)\b' /proc/self/fd/0 ;;
    *" show "* | *" list "* | *" list-id "* | *" pids "* | *" -S "* | *" -L "*) return 0 ;;
    *" sysctl -n "* | *" --ignore "* | *" -V "* | *" --version "*) return 0 ;;
    *) [ "$tool $1" = "sysctl -n" ] ;;
  esac
}

# The nearest process above this one whose command line fits.
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
  exit 2
}

# Does not come back where the tool, or what would have started it, is not there any more.
strike() {
  case $FAULT in
    provider) kill -9 "$(provider)" && exit 137 ;;
    cli) kill -9 "$(cli)" ;;
    both | reboot) kill -9 "$(cli)" "$(provider)" && exit 137 ;;
    interrupt) kill -INT "$(cli)" ;;
    interrupt-twice)
      kill -INT "$(cli)"
      sleep 1
      kill -INT "$(cli)"
      ;;
    hang) exec sleep 1000 ;;
    disk-full) cat /dev/zero >"$FAULT_DISK/filler" 2>/dev/null ;;
    ENOBUFS) refuse "No buffer space available" ;;
    EBUSY) refuse "Device or resource busy" ;;
    EEXIST) refuse "File exists" ;;
    *) echo "no such fault: $FAULT" >&2 && exit 64 ;;
  esac
}

only_reads "$@" && exec "$tool" "$@"
printf '%s %s %s\n' "$$" "$tool" "$*" >>"$FAULT_LOG"
[ -n "$FAULT_NUMBER" ] || exec "$tool" "$@"
case $FAULT_MOMENT in amid) kind=' -batch ' ;; *) kind= ;; esac
number=$(grep -e "$kind" "$FAULT_LOG" | sed -n "/^$$ /=" | tail -n 1)
[ "$number" = "$FAULT_NUMBER" ] || exec "$tool" "$@"

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
