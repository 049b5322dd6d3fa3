#!/usr/bin/env bash
# systemd-service.sh AGENT-FOLDER COORDINATOR-FOLDER JOB-FOLDER: the service's life under a real systemd.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/nspawn.sh" -t 300 -b "$1:/agent" -b "$2:/coordinator" -b "$3:/job" "$here/systemd-guest.sh"
