#!/usr/bin/env bash
# Measures what many zones cost, with the real program: the import, an edge's start from its own disk, its memory, the CPU of a request,
# one zone's change, and control's lists and searches. One line for each number of zones.
# Usage: bench/zones.sh [--zones N[,N...]] [--certificates N] [--seconds N] [--data DIR]; without --zones 1,000 to 1,000,000, which takes
# about ten minutes and 6 GB. --certificates gives the first N zones a custom certificate each, and shows the first and the second
# handshake with one after the start. --data keeps the data directory, and goes on with one that an earlier run has filled.
set -euo pipefail
cd "$(dirname "$0")/.."
sizes="1000,10000,100000,1000000" seconds=5 kept='' certificates=0
while [ $# -gt 0 ]; do
  case "$1" in
    --zones) sizes=$2; shift 2 ;;
    --certificates) certificates=$2; shift 2 ;;
    --seconds) seconds=$2; shift 2 ;;
    --data) kept=$2; shift 2 ;;
    *) echo "bench: unknown option '$1'; there are --zones N[,N...], --certificates N, --seconds N, --data DIR" >&2; exit 2 ;;
  esac
done
# shellcheck source=bench/lib.sh
. bench/lib.sh
need "nginx wrk curl openssl" nginx wrk curl awk dd openssl
find_holdfast
make_work
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
until_ok() { # seconds command...
  local deadline=$((SECONDS + $1)); shift
  while ! "$@" > /dev/null 2>&1; do
    [ $SECONDS -lt "$deadline" ] || { echo "bench: not in time: $*" >&2; tail -n 20 "$work"/*.log >&2; exit 1; }
    sleep 0.02
  done
}
field() { grep -oE "\"$2\":\"?[^\",}]*" "$1" | head -1 | sed -E 's/^"[^"]*":"?//'; }
rss() { awk '/^RssAnon/ { print $2 }' "/proc/$1/status"; }
# Two origins that say who they are.
mkdir -p "$work/o"; chmod a+w "$work/o"
first=$(free_port) second=$(free_port)
if [ -n "$kept" ] && [ -f "$kept.origins" ]; then
  # Zones that an earlier run has left have its origins.
  read -r first second < "$kept.origins"
elif [ -n "$kept" ]; then
  echo "$first $second" > "$kept.origins"
fi
cat > "$work/origin.conf" <<C
daemon off; worker_processes 1; pid $work/o/pid; error_log $work/o/error.log warn;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000;
  $(nginx_paths "$work/o")
  server { listen 127.0.0.1:$first; location / { return 200 first; } }
  server { listen 127.0.0.1:$second; location / { return 200 second; } } }
C
nginx -c "$work/origin.conf" & pids+=($!)

start_up() { # data
  rm -f "$work/ready"
  "$holdfast" up --data "$1" --http 127.0.0.1:0 --https 127.0.0.1:0 --control 127.0.0.1:0 --status 127.0.0.1:0 --json \
    > "$work/ready" 2> "$work/up.log" & up=$!
  pids+=("$up")
  until_ok 60 test -s "$work/ready"
  control=$(field "$work/ready" control)
  management=$(grep -oE '"management":"[^"]*' "$work/ready" | cut -d'"' -f4)
  http=$(grep -oE '"http":"http://[^"]*' "$work/ready" | head -1 | cut -d'"' -f4)
}
stop() { kill "$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }
# An edge alone on the data of another, without control. Sets edge, http, started.
start_edge() { # data
  rm -f "$work/edge-ready"
  local at; at=$(now)
  "$holdfast" run edge --data "$1" --name edge-1 --http 127.0.0.1:0 --https 127.0.0.1:0 --json > "$work/edge-ready" 2> "$work/edge.log" & edge=$!
  pids+=("$edge")
  until_ok 120 test -s "$work/edge-ready"
  started=$(since "$at")
  http=$(grep -oE '"http://[^"]*' "$work/edge-ready" | head -1 | cut -c2-)
  https=$(grep -oE '"https://[^"]*' "$work/edge-ready" | head -1 | cut -c2-)
}
# Gives the first zones a custom certificate each: one certificate names twenty of them, each zone has it for itself.
upload_certificates() { # how many
  local token from; token=$(cat "$data/cli-token")
  for ((page = 1; (page - 1) * 1000 < $1; page++)); do
    curl -s -H "Authorization: Bearer $token" "$control/client/v4/zones?per_page=1000&page=$page" |
      grep -oE '"id":"[0-9a-f]{32}","name":"z[0-9]*\.example"' | cut -d'"' -f4,8 | tr '"' ' '
  done | awk -v n="$1" 'NR <= n' > "$work/ids"
  openssl ecparam -genkey -name prime256v1 -noout -out "$work/key.pem"
  for ((from = 0; from < $1; from += 20)); do
    openssl req -x509 -key "$work/key.pem" -subj /CN=bench -days 30 -out "$work/$from.pem" \
      -addext "subjectAltName=$(sed -n "$((from + 1)),$((from + 20))p" "$work/ids" | awk '{ printf "%sDNS:%s", sep, $2; sep = "," }')"
    awk 'BEGIN { ORS = "\\n" } 1' "$work/$from.pem" > "$work/$from.chain"
    printf '{"certificate":"%s","private_key":"%s"}' "$(cat "$work/$from.chain")" "$(awk 'BEGIN { ORS = "\\n" } 1' "$work/key.pem")" > "$work/$from.json"
  done
  awk -v url="$control/client/v4/zones" -v work="$work" -v token="$token" '{
    if (NR > 1) print "next"
    printf "url = \"%s/%s/custom_certificates\"\nheader = \"Authorization: Bearer %s\"\ndata = \"@%s/%d.json\"\n", url, $1, token, work, int((NR - 1) / 20) * 20
    print "header = \"Content-Type: application/json\"\noutput = \"/dev/null\"\nsilent\nfail"
  }' "$work/ids" > "$work/uploads"
  local before; before=$(ticks "$up")
  curl --config "$work/uploads" || { echo "bench: a certificate was refused" >&2; exit 1; }
  until_ok 600 certificates_are "$1"
  upload_cpu=$(awk -v t=$(($(ticks "$up") - before)) -v hz="$hz" -v n="$1" 'BEGIN { printf "%.1f", t / hz * 1000 / n }')
}
certificates_are() { curl -s -H "Authorization: Bearer $(cat "$data/cli-token")" "$control/holdfast/v1/releases?kind=certificate&per_page=1" | grep -qE "\"total_count\":$1\b" && caught_up; }
# The edge's last change is control's last one.
caught_up() { [ "$(curl -s "$management/holdfast/state" | grep -oE '"position":[0-9]*' | head -1 | cut -d: -f2)" = "$(curl -s -H "Authorization: Bearer $(cat "$data/cli-token")" "$control/holdfast/v1/releases?per_page=1" | grep -oE '"position":[0-9]*' | head -1 | cut -d: -f2)" ]; }
handshake() { curl -ks -o /dev/null -w '%{time_appconnect}\n' --connect-to "$1:443:${https#https://}" "https://$1/" | awk '{ printf "%.1f", $1 * 1000 }'; }
zones_are() { curl -s "$1/readyz" | grep -qE "\"zones\":$2\b"; }
serves() { [ "$(curl -s -H "Host: $2" "$1/")" = "$3" ]; }
# Pages that the kernel keeps of these files are given back, so that a start reads the disk.
forget() { find "$1" -type f -size +0 -exec dd of={} oflag=nocache conv=notrunc,fdatasync count=0 status=none \; ; }
longest() { # path: the longest of five answers, in ms, after one that is not counted
  local token; token=$(cat "$data/cli-token")
  for _ in 1 2 3 4 5 6; do curl -s -o /dev/null -w '%{time_total}\n' -H "Authorization: Bearer $token" "$control$1"; done |
    tail -5 | sort -n | tail -1 | awk '{ printf "%.0f", $1 * 1000 }'
}

cat > "$work/hosts.lua" <<'L'
local at = 0
request = function()
  at = (at + 1) % 1000
  return wrk.format("GET", "/", { Host = string.format("z%07d.example", at) })
end
L

printf '%10s %10s %12s %12s %12s %12s %12s %10s %12s %12s %12s %12s\n' zones 'import s' 'on edge s' 'start s' 'memory MB' 'CPU us/req' 'cold ms' 'live s' 'list ms' 'last ms' 'search ms' 'part ms'
empty=
for size in ${sizes//,/ }; do
  data=${kept:-$work/data-$size}
  [ "$certificates" -le "$size" ] || { echo "bench: $certificates certificates need as many zones, not $size" >&2; exit 2; }
  if [ -z "$empty" ]; then
    start_up "$work/empty"; stop "$up"
    start_edge "$work/empty"; curl -s -o /dev/null "$http/"; empty=$(rss "$edge"); stop "$edge"
  fi

  # Import, and how long after it the edge has everything.
  seq 0 $((size - 1)) | awk -v port="$first" '{ printf "z%07d.example,http://127.0.0.1:%d\n", $1, port }' > "$work/zones.csv"
  start_up "$data"
  at=$(now)
  "$holdfast" zone import "$work/zones.csv" --data "$data" --json > "$work/import.json"
  import=$(since "$at")
  until_ok 900 zones_are "$management" "$size"
  on_edge=$(since "$at")
  at=$(now)
  [ "$certificates" = 0 ] || upload_certificates "$certificates"
  uploaded=$(since "$at")

  # One zone's change, and control's lists, with all of them there.
  until_ok 10 serves "$http" z0000007.example first
  at=$(now)
  "$holdfast" zone add z0000007.example --origin "http://127.0.0.1:$second" --update --data "$data" > /dev/null
  until_ok 10 serves "$http" z0000007.example second
  live=$(since "$at")
  list=$(longest "/client/v4/zones?per_page=50")
  last=$(longest "/client/v4/zones?per_page=50&page=$((size / 50))")
  search=$(longest "/client/v4/zones?name=z$(printf %07d $((size / 2))).example")
  # Parts that one, a few, many and all names have: of one letter, of more, at the end, and the pages to the empty one.
  part=$(for query in contains:q contains:9 "contains:$(printf %07d $((size / 2)))" contains:99.ex ends_with:9.example \
    "contains:example&page=$((size / 100))" "contains:.ex&page=$((size / 50))" "contains:.ex&page=$((size / 50 + 1))" starts_with:z; do
    longest "/client/v4/zones?per_page=50&name=$query"; echo
  done | sort -n | tail -1)
  stop "$up"

  # The edge alone, from its disk.
  forget "$data/edges"
  start_edge "$data"
  # The second cold zone: the first finds the program's own code cold too.
  for host in $((size - 2)) $((size - 1)); do
    cold=$(curl -s -o /dev/null -w '%{time_total}' -H "Host: z$(printf %07d "$host").example" "$http/" | awk '{ printf "%.1f", $1 * 1000 }')
  done
  for pass in 1 2; do
    [ "$pass" = 1 ] || before=$(ticks "$edge")
    out=$(wrk -t1 -c32 -d"${seconds}s" -s "$work/hosts.lua" "$http")
  done
  after=$(ticks "$edge")
  requests=$(echo "$out" | awk '/requests in/ { print $1 }')
  cpu=$(awk -v t=$((after - before)) -v hz="$hz" -v n="$requests" 'BEGIN { printf "%.1f", t / hz * 1e6 / n }')
  memory=$(awk -v a="$(rss "$edge")" -v b="$empty" 'BEGIN { printf "%.0f", (a - b) / 1024 }')
  stop "$edge"
  printf '%10s %10s %12s %12s %12s %12s %12s %10s %12s %12s %12s %12s\n' "$size" "$import" "$on_edge" "$started" "$memory" "$cpu" "$cold" "$live" "$list" "$last" "$search" "$part"
  if [ "$certificates" != 0 ]; then
    start_edge "$data"
    # The first handshake finds the program's own code cold.
    handshake z0000004.example > /dev/null
    printf '%10s custom certificates: made, uploaded and on the edge in %s s, %s ms CPU of control and edge each; started in %s s, handshakes of a host: first %s ms, second %s ms\n' \
      "$certificates" "$uploaded" "$upload_cpu" "$started" "$(handshake z0000003.example)" "$(handshake z0000003.example)"
    stop "$edge"
  fi
  [ -n "$kept" ] || rm -rf "$data"
done
