#!/usr/bin/env bash
# Runs `npm test` N times (default 10), every second time with both cores kept busy by two other processes, and prints a
# line for each run. The output of a run that fails is kept. Ends with 1 when one failed.
#   tools/repeat-tests.sh [N]
set -uo pipefail
cd "$(dirname "$0")/.."

busy=()
stop_busy() {
  for id in "${busy[@]}"; do kill "$id" 2>/dev/null && wait "$id" 2>/dev/null; done
  busy=()
}
trap stop_busy EXIT
trap 'exit 130' INT TERM

failed=0
for run in $(seq 1 "${1:-10}"); do
  load="idle cores"
  if [ $((run % 2)) = 0 ]; then
    load="busy cores"
    # They end by themselves after 15 minutes, whatever becomes of this script.
    for _ in 1 2; do
      timeout 900 sh -c 'while :; do :; done' &
      busy+=($!)
    done
  fi
  output=$(mktemp "${TMPDIR:-/tmp}/buyonce-tests-XXXXXX")
  begun=$(date +%s)
  npm test >"$output" 2>&1
  code=$?
  stop_busy
  tests=$(sed 's/\x1b\[[0-9;]*m//g' "$output" | grep -E '^ +Tests ' | tail -n 1)
  echo "run $run, $load: exit $code, $(($(date +%s) - begun)) s,$tests"
  if [ "$code" = 0 ]; then rm "$output"; else
    failed=1
    echo "  see $output"
  fi
done
exit "$failed"
