# lib.sh: source it. Steps that are named and counted; a coordinator on loopback.
set -uo pipefail
steps=0

ok() { steps=$((steps + 1)); echo "ok $steps - $1"; }
die() { echo "FAILED: $1"; [ -n "${2:-}" ] && tail -n 60 "$2"; exit 1; }

check() {                            # check WORDS COMMAND...: the command's answer is the step's
  local words=$1; shift
  "$@" >/tmp/rigshift-step.$$ 2>&1 || die "$words: $*" /tmp/rigshift-step.$$
  rm -f /tmp/rigshift-step.$$
  ok "$words"
}

within() {                           # within SECONDS WORDS COMMAND...: waits for a condition, never longer
  local end=$((SECONDS + $1)) words=$2; shift 2
  until "$@" >/tmp/rigshift-step.$$ 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "$words (waited): $*" /tmp/rigshift-step.$$
    sleep 0.2
  done
  rm -f /tmp/rigshift-step.$$
  ok "$words"
}

coordinator_up() {                   # coordinator_up PROGRAM STATE ADDRESS:PORT [OPTION...]
  coordinator=$1 coordinator_state=$2; local listen=$3; shift 3
  "$coordinator" serve --state-dir "$coordinator_state" --listen "$listen" "$@" >"$coordinator_state.log" 2>&1 &
  coordinator_pid=$!
  within 30 "the coordinator listens" c rigs
}
coordinator_down() { [ -n "${coordinator_pid:-}" ] && kill "$coordinator_pid" 2>/dev/null && wait "$coordinator_pid" 2>/dev/null; return 0; }

c() { "$coordinator" "$@" --state-dir "$coordinator_state"; }
