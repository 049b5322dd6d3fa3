#!/usr/bin/env bash
# In a guest with a real systemd: install the service, finish a job, kill the agent under a job, uninstall.
# /agent and /coordinator are the published programs, /job the sample job.
. ./lib.sh
trap coordinator_down EXIT
agent=/opt/rigshift/rigshift
cp -r /agent /opt/rigshift

running() { [ "$(systemctl is-active rigshift)" = active ]; }
pid_of() { systemctl show -p MainPID --value rigshift; }
connected() { c rigs --json | grep -q '"connected": *true'; }
submitted() { c submit "$1" --json | sed -n 's/.*"jobId": *"\([0-9a-f-]*\)".*/\1/p' | head -1; }
succeeded() { c jobs --all --json | tr -d ' \n' | grep -q "\"jobId\":\"$1\"[^{}]*\"state\":\"succeeded\""; }

coordinator_up /coordinator/rigshift-coordinator /var/tmp/coordinator 127.0.0.1:7443 --url https://127.0.0.1:7443

check "a user is told to use sudo, with exit code 4" sh -c "setpriv --reuid 65534 --regid 65534 --clear-groups $agent service install; [ \$? -eq 4 ]"
check "service install" $agent service install
check "service install again changes nothing" $agent service install
check "the unit is what systemd accepts" sh -c '! systemd-analyze verify /etc/systemd/system/rigshift.service 2>&1 | grep rigshift.service'
check "it starts with the system" systemctl is-enabled rigshift
check "status before the start says 3" sh -c "$agent service status; [ \$? -eq 3 ]"
echo '{ "Runtimes": { "Process": { "Enabled": true } } }' >/etc/rigshift/agent.json
token=$(c token create 2>/dev/null)
check "enroll" sh -c "echo '$token' | $agent enroll --token -"
check "service start" $agent service start
within 20 "it says it is ready and runs" running
within 20 "the rig is connected" connected
check "status answers over the socket" $agent status
check "the identity belongs to the service's user" sh -c '[ "$(stat -c %U /var/lib/rigshift/identity/* | sort -u)" = rigshift ]'
check "it runs as its own user" sh -c '[ "$(ps -o user= -p "$(systemctl show -p MainPID --value rigshift)")" = rigshift ]'

check "the sample AI job succeeds" timeout 60 "$coordinator" submit /job/job.yaml --watch --state-dir "$coordinator_state"

# A job that outlives its agent.
cat >/var/tmp/long.yaml <<'JOB'
apiVersion: rigshift/v1
kind: Job
metadata:
  name: long
spec:
  runtime: process
  resources: { cpu: 1, memory: 64Mi, disk: 64Mi }
  timeout: 5m
  outputs: ["*"]
  process:
    command: ["/bin/sh", "-c", "echo begun $$; i=0; while [ $i -lt 15 ]; do sleep 1; i=$((i+1)); echo line $i; done; echo $$ >$RIGSHIFT_OUTPUT/shell; echo done"]
JOB
job=$(submitted /var/tmp/long.yaml)
[ -n "$job" ] || die "submit gave no id"
# Through logs, which has the program's own words: what runs now is the job, not its preparation.
has_line() { $agent logs "$job" | grep -q "$1"; }
within 30 "the long job prints its first line" has_line "line 1"
before=$(pid_of)
check "kill -9 of the agent" kill -9 "$before"
restarted() { running && [ "$(pid_of)" != "$before" ]; }
within 30 "systemd starts it again" restarted
within 60 "the job that ran meanwhile succeeds" succeeded "$job"
check "it was one attempt, begun once" sh -c "[ \"\$($coordinator logs $job --state-dir $coordinator_state | grep -c begun)\" = 1 ]"
check "no line is missing" sh -c "[ \"\$($coordinator logs $job --state-dir $coordinator_state | grep -c '^.*line ')\" = 15 ]"

job=$(submitted /var/tmp/long.yaml)
within 30 "another long job runs" has_line "line 1"
check "service stop" $agent service stop
check "it ended in order, with exit code 0" sh -c '[ "$(systemctl show -p Result --value rigshift)/$(systemctl show -p ExecMainStatus --value rigshift)" = success/0 ]'
check "stopping the service leaves the job running" sh -c 'pgrep -u rigshift sleep'
check "service uninstall" $agent service uninstall
check "nothing of it runs any more" sh -c '! pgrep -u rigshift'
check "no unit is left" sh -c '! systemctl cat rigshift 2>/dev/null; [ -z "$(find /etc/systemd /etc/sysusers.d /run/systemd/system -name "*rigshift.*" 2>/dev/null)" ]'
check "the state stays" test -e /var/lib/rigshift/journal.db
echo "$steps steps"
