#!/usr/bin/env bash
# Visitors' reports under load: a real status page, reports at a fixed rate, each from an address range of its own, and readers of the
# page meanwhile. At the end the page is killed with kill -9 and started again: what was acknowledged must be there.
# Usage: bench/reports.sh [--rate N] [--seconds N] [--short]
# --short is a check, not a measurement: few reports, and no limit on how long the page takes.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/lib.sh
. bench/lib.sh

rate=2000 seconds=60 short=''
while [ $# -gt 0 ]; do
  case $1 in
    --rate) rate=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --short) rate=200 seconds=3 short=1; shift ;;
    *) fail "what is $1?" ;;
  esac
done
need curl curl
find_holdfast
bench=bench/Holdfast.Bench.Reports/bin/Release/net10.0/Holdfast.Bench.Reports
[ -x "$bench" ] || dotnet build bench/Holdfast.Bench.Reports -c Release --nologo -v quiet
make_work
port=$(free_port)
url=http://127.0.0.1:$port
export HOLDFAST_STATUS_TOKEN=a-token-of-the-benchmark

start_page() {
  "$holdfast" run status --data "$work/data" --listen "127.0.0.1:$port" --report-work 1 >"$work/status.log" 2>&1 &
  page=$!
  pids+=("$page")
  wait_for "$url/healthz"
}

start_page
id=$(curl -s "$url/api/v2/status.json" | sed 's/.*"id":"\([a-z0-9]*\)".*/\1/')
curl -sf -o /dev/null "$url/v1/pages/$id/services" -H "Authorization: OAuth $HOLDFAST_STATUS_TOKEN" -H 'Content-Type: application/json' \
  -d '{"service":{"name":"Example Cloud"}}' || fail "no service"
before=$(ticks "$page")
"$bench" "$url" example-cloud "$rate" "$seconds" | tee "$work/result" || fail "not every report was acknowledged"
spent=$(($(ticks "$page") - before))
echo "page process: $((spent * 100 / hz / seconds))% of a core, $(($(resident "$page") / 1024)) MiB"

kill -9 "$page"
wait "$page" 2>/dev/null || true
start_page
acknowledged=$(sed -n 's/^acknowledged //p' "$work/result")
there=$(curl -s "$url/api/v2/reports/example-cloud.json" | sed 's/.*"reports_in_day":\([0-9]*\),"discounted_in_day":\([0-9]*\).*/\1 + \2/')
echo "after kill -9: $((there)) of $acknowledged"
[ "$((there))" -eq "$acknowledged" ] || fail "$((acknowledged - (there))) acknowledged reports are lost"
if [ -z "$short" ]; then
  awk '/^page-p99/ { exit !($2 < 100) }' "$work/result" || fail "the page took more than 100 ms at p99"
fi
