#!/usr/bin/env bash
# nspawn.sh [-b HOST:GUEST]... [-t SECONDS] SCRIPT [ARG...]
#
# Boots a throw-away Debian with a real systemd, runs SCRIPT in it as root, streams its output, powers off and exits with
# SCRIPT's exit code (124: time-out, 125: it did not boot). The root tree is made once and never changed: each run writes to
# an overlay. Needs root, debootstrap and systemd-container. Guests share the host's network.
#   -b A:B   host path A, read-only, at B in the guest        -t N   limit in seconds (180)
# SCRIPT's folder is /test in the guest.
set -euo pipefail
limit=180 binds=()
while getopts b:t: option; do case $option in
  b) binds+=(--bind-ro="$OPTARG") ;;
  t) limit=$OPTARG ;;
  *) exit 2 ;;
esac; done
shift $((OPTIND - 1))
script=$(realpath "$1"); shift

# What the agent and the coordinator need of a system: OpenSSL, the C++ runtime, zlib.
packages=systemd,systemd-sysv,dbus,procps,libssl3,libstdc++6,zlib1g
suite=bookworm
cache=${RIGSHIFT_TEST_CACHE:-/var/tmp/rigshift-test}
root=$cache/root-$suite-1
if [ ! -e "$root/.complete" ]; then
  mkdir -p "$cache"
  exec 8>"$root.lock"; flock 8       # two runs at once make it once
  if [ ! -e "$root/.complete" ]; then
    mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
    echo "# making $root (once, about a minute)" >&2
    rm -rf "$root"
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; exit 125; }
    rm -f "$root"/var/cache/apt/archives/*.deb
    touch "$root/.complete"
  fi
  exec 8>&-
fi

work=$(mktemp -d /var/tmp/rigshift-nspawn.XXXXXX); : >"$work/log"
nspawn= tail= groups=()
cleanup() {                          # ends only what this run started, by process id; the guest dies with its nspawn
  set +e
  [ -n "$nspawn" ] && { kill -KILL $(pgrep -P "$nspawn") "$nspawn"; wait "$nspawn"; } 2>/dev/null
  [ -n "$tail" ] && kill "$tail" 2>/dev/null
  for group in "${groups[@]}"; do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; done
  rm -rf "$work"
}
trap cleanup EXIT

{ echo '#!/bin/sh'
  echo 'export HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C'
  printf 'cd /test && exec'; printf ' %q' "/test/$(basename "$script")" "$@"; echo
} >"$work/run"
# Type=exec with an exit action: a oneshot would deadlock a script that waits for the boot to finish.
cat >"$work/rigshift-test.service" <<'UNIT'
[Unit]
Description=Scenario
After=multi-user.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=exec
ExecStart=/bin/sh -c '/bin/sh /run/rigshift-test/run; echo $$? >/run/rigshift-test/code'
StandardOutput=append:/run/rigshift-test/log
StandardError=append:/run/rigshift-test/log
UNIT

tail -n +1 -s 0.2 -f "$work/log" & tail=$!
# A cgroup of its own: guests that start from one cgroup would share their payload's.
for tree in /sys/fs/cgroup/unified /sys/fs/cgroup/systemd /sys/fs/cgroup; do
  if [ "$tree" = /sys/fs/cgroup ] && [ ! -e /sys/fs/cgroup/cgroup.controllers ]; then continue; fi
  if [ -d "$tree" ] && mkdir "$tree/rigshift-test-$$" 2>/dev/null; then groups+=("$tree/rigshift-test-$$"); fi
done
(
  for group in "${groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs" || :; done
  # The unified hierarchy and bpf make device and address rules of units real in the guest.
  export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
  exec systemd-nspawn -q -D "$root" -M "rigshift-$$" --volatile=overlay --system-call-filter=bpf --capability=CAP_BPF,CAP_NET_ADMIN \
    --keep-unit --register=no --console=pipe \
    --bind="$work:/run/rigshift-test" --bind-ro="$(dirname "$script"):/test" \
    --bind-ro="$work/rigshift-test.service:/run/systemd/system/rigshift-test.service" \
    "${binds[@]}" --boot systemd.unit=multi-user.target systemd.wants=rigshift-test.service systemd.show_status=no >"$work/console" 2>&1 </dev/null
) & nspawn=$!

end=$((SECONDS + limit))
while kill -0 "$nspawn" 2>/dev/null; do
  [ "$SECONDS" -lt "$end" ] || { echo "# no end after ${limit} s" >&2; exit 124; }
  sleep 0.1
done
wait "$nspawn" || :
nspawn=
sleep 0.3                            # the last lines reach the pipe
[ -s "$work/code" ] || { echo "# it did not boot; its console:" >&2; tail -20 "$work/console" >&2; exit 125; }
exit "$(cat "$work/code")"
