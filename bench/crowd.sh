#!/usr/bin/env bash
# Many visitors at once on one file that is larger than the cache takes: how often the origin is asked for it, and how much memory the
# edge takes for that. The origin sends at a fixed rate, so that everybody comes while the file is on its way. Fails when anybody gets
# less than the whole file, when the origin is asked twice, or when memory grows by more than --memory.
# Usage: bench/crowd.sh [--short] [--visitors N] [--mib N] [--rate MIB_PER_SECOND] [--memory MIB]
# Without options: 1,000 visitors, 1,024 MiB, which is a terabyte over loopback. --short: 100 visitors, 64 MiB.
set -euo pipefail
cd "$(dirname "$0")/.."
visitors=1000 mib=1024 rate=32 memory=512
while [ $# -gt 0 ]; do
  case "$1" in
    --short) visitors=100 mib=64; shift ;;
    --visitors) visitors=$2; shift 2 ;;
    --mib) mib=$2; shift 2 ;;
    --rate) rate=$2; shift 2 ;;
    --memory) memory=$2; shift 2 ;;
    *) echo "bench: unknown option '$1'; there are --short, --visitors N, --mib N, --rate MIB_PER_SECOND, --memory MIB" >&2; exit 2 ;;
  esac
done
# shellcheck source=bench/lib.sh
. bench/lib.sh
need "nginx nghttp2-client curl procps" nginx h2load curl pgrep
find_holdfast
make_work
# A connection each here, in the edge and in the client.
ulimit -n "$(ulimit -Hn)"

mkdir -p "$work/www" "$work/o" "$work/h"
head -c $((mib * 1024 * 1024)) /dev/urandom > "$work/www/big"
echo ok > "$work/www/ready"
chmod -R a+rX "$work"
chmod a+w "$work/o"
origin=$(free_port)
cat > "$work/origin.conf" <<C
daemon off; worker_processes 1; pid $work/o/pid; error_log $work/o/error.log warn;
events { worker_connections 4096; }
http { access_log $work/o/access.log; sendfile on;
  $(nginx_paths "$work/o")
  add_header Cache-Control "public, max-age=3600";
  server { listen 127.0.0.1:$origin; root $work/www; location = /big { limit_rate ${rate}m; } } }
C
nginx -c "$work/origin.conf" & pids+=($!)

# A file is too large from 8 MiB on.
printf 'edge:\n  max_connections_per_address: 1000000\n  cache_memory: 64\n' > "$work/h/holdfast.yaml"
"$holdfast" up --data "$work/h" --http 127.0.0.1:0 --https 127.0.0.1:0 --control 127.0.0.1:0 --status 127.0.0.1:0 \
  --origin "http://127.0.0.1:$origin" --json > "$work/ready" 2> "$work/holdfast.log" & pids+=($!)
for _ in $(seq 600); do [ -s "$work/ready" ] && break; sleep 0.05; done
[ -s "$work/ready" ] || { cat "$work/holdfast.log" >&2; exit 1; }
port=$(grep -oE '"http":"http://127.0.0.1:[0-9]+' "$work/ready" | head -1 | grep -oE '[0-9]+$')
edge=$(grep -oE '"edge-1":[0-9]+' "$work/ready" | grep -oE '[0-9]+$')
url=http://127.0.0.1:$port
wait_for "$url/ready"

# The highest that it ever was; what connections alone cost is in both figures.
h2load --h1 -t1 -c"$visitors" -n$((visitors * 20)) "$url/ready" > /dev/null
highest() { awk '/^VmHWM:/ { print int($2 / 1024) }' "/proc/$edge/status"; }
before=$(highest)
begun=$(date +%s%N)
h2load --h1 -t1 -c"$visitors" -n"$visitors" "$url/big" > "$work/load"
seconds=$(awk -v t=$(($(date +%s%N) - begun)) 'BEGIN { printf "%.1f", t / 1e9 }')
grew=$(($(highest) - before))
asked=$(grep -c 'GET /big' "$work/o/access.log")
whole=$(awk '/^status codes:/ { print $3 }' "$work/load")
bytes=$(grep -oE '\([0-9]+\) data' "$work/load" | grep -oE '[0-9]+')
printf '%s visitors, %s MiB, origin at %s MiB/s: %s s, asked %s times, memory %s MiB before and %s MiB more at most\n' \
  "$visitors" "$mib" "$rate" "$seconds" "$asked" "$before" "$grew"
[ "$whole" = "$visitors" ] || fail "only $whole of $visitors got an answer: $(grep -E '^requests|^status' "$work/load")"
[ "$bytes" = $((visitors * mib * 1024 * 1024)) ] || fail "$bytes bytes came, and $visitors times $mib MiB were to come"
[ "$asked" = 1 ] || fail "the origin was asked $asked times"
[ "$grew" -le "$memory" ] || fail "memory grew by $grew MiB, more than $memory"
