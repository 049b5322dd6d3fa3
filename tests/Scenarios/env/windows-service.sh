#!/usr/bin/env bash
# windows-service.sh WINDOWS-AGENT-FOLDER COORDINATOR JOB-FOLDER LINUX-AGENT: the service's life under Wine's service manager, with a
# coordinator of this system. Plain HTTP/2 on loopback: Wine's SChannel does not do client certificates as Windows does, and
# the TLS side is covered by every other scenario. Nor can Wine make ECDSA keys (CNG): this system's agent enrolls into the same
# state directory, whose files are the same everywhere.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
. "$here/wine.sh"
work=$(mktemp -d /var/tmp/rigshift-wine.XXXXXX)
trap 'coordinator_down; wine_down; rm -rf "$work"' EXIT
port=$((20000 + $$ % 20000))

wine_up "$work/prefix"
[ -d "$work/prefix/drive_c" ] || die "Wine did not make its prefix" "$work/prefix.server.log"
programs="$work/prefix/drive_c/Program Files/Rigshift"
cp -r "$1" "$programs"
data="$work/prefix/drive_c/ProgramData/Rigshift"
mkdir -p "$data"
cat >"$data/agent.json" <<'JSON'
{ "Runtimes": { "Process": { "Enabled": true } }, "Sessions": { "AllowInsecure": true }, "Storage": { "BallastBytes": 0 } }
JSON
agent='C:\Program Files\Rigshift\rigshift.exe'
service() { W "$agent" service "$1"; }
state() { W sc query Rigshift | awk '/STATE/ { print $4 }'; }
is() { [ "$(state)" = "$1" ]; }
connected() { c rigs --json | grep -q '"connected": *true'; }

coordinator_up "$2" "$work/coordinator" 127.0.0.1:$port --allow-insecure --url "http://127.0.0.1:$port"

check "it runs" W "$agent" version
check "service install" service install
check "service install again changes nothing" service install
check "status before the start says 3" sh -c "'$WINE' 'C:\\Program Files\\Rigshift\\rigshift.exe' service status 2>/dev/null; [ \$? -eq 3 ]"
token=$(c token create 2>/dev/null)
check "enroll" "$4" enroll --token "$token" --state-dir "$data/state" --config "$data/agent.json"
check "service start" service start
within 20 "the service manager says it runs" is RUNNING
within 30 "the rig is connected" connected
check "status answers over the pipe" W "$agent" status
cat >"$work/cmd.yaml" <<'JOB'
apiVersion: rigshift/v1
kind: Job
metadata:
  name: cmd
spec:
  runtime: process
  resources: { cpu: 1, memory: 64Mi, disk: 64Mi }
  timeout: 2m
  process:
    command: ['C:\windows\system32\cmd.exe', '/c', 'echo hello from the rig']
JOB
check "a job succeeds" timeout 90 "$coordinator" submit "$work/cmd.yaml" --watch --state-dir "$coordinator_state"
check "service stop" service stop
within 30 "the service manager says it stopped" sh -c "! '$WINE' sc query Rigshift 2>/dev/null | grep -q RUNNING"
check "service start again" service start
within 20 "it runs again" is RUNNING
check "service uninstall" service uninstall
within 20 "no service is left" sh -c "! '$WINE' sc query Rigshift 2>/dev/null | grep -q STATE"
check "the state stays" test -e "$data/state/journal.db"
echo "$steps steps"
