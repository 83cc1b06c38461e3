#!/usr/bin/env bash
# Measures cache hits beside nginx's proxy_cache, Varnish and HAProxy in one run: CPU per hit (user and system time of the proxy's
# processes over the hits it answered), and p99 at a fixed rate. All proxies stand before the same nginx origin, which says that
# everything may be kept for an hour; each has its whole request path on, its access log included.
# disk-10m is hit-10m once Holdfast's edge was killed and has started again: its memory knows nothing, and the body is read from its disk.
# HAProxy's cache keeps no object above what fits into one buffer (16 KB), so it is left out of the large ones.
# Usage: bench/cache.sh [--seconds N] [--warm-up N] [--rate N] [--only NAME[,NAME...]] [--scenario NAME[,NAME...]]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=8 warm_up=6 rate=4000 only="nginx,varnish,haproxy,holdfast" scenarios="hit-1k,hit-100k,hit-10m,disk-10m"
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds=$2; shift 2 ;;
    --warm-up) warm_up=$2; shift 2 ;;
    --rate) rate=$2; shift 2 ;;
    --only) only=$2; shift 2 ;;
    --scenario) scenarios=$2; shift 2 ;;
    *) echo "bench: unknown option '$1'; there are --seconds N, --warm-up N, --rate N, --only NAMES, --scenario NAMES" >&2; exit 2 ;;
  esac
done
# shellcheck source=bench/lib.sh
. bench/lib.sh
need "nginx varnish haproxy wrk nghttp2-client curl" nginx wrk h2load curl
wanted() { [[ ",$only," == *,$1,* ]]; }
! wanted varnish || need varnish varnishd varnishncsa
! wanted haproxy || need haproxy haproxy
find_holdfast
make_work

# The origin; base64 makes 4 bytes of 3.
mkdir -p "$work/www" "$work/o" "$work/n" "$work/n/cache" "$work/v"
head -c 768 /dev/urandom | base64 -w0 > "$work/www/1k.bin"
head -c 76800 /dev/urandom | base64 -w0 > "$work/www/100k.bin"
head -c 10485760 /dev/urandom > "$work/www/10m.bin"
chmod -R a+rX "$work"
chmod -R a+w "$work/o" "$work/n"
origin=$(free_port)
cat > "$work/origin.conf" <<C
daemon off; worker_processes 1; pid $work/o/pid; error_log $work/o/error.log warn;
events { worker_connections 1024; }
http { access_log $work/o/access.log; sendfile on; keepalive_requests 1000000;
  $(nginx_paths "$work/o")
  add_header Cache-Control "public, max-age=3600"; server { listen 127.0.0.1:$origin; root $work/www; } }
C
nginx -c "$work/origin.conf" & pids+=($!)

declare -A port group
if wanted nginx; then
  port[nginx]=$(free_port)
  cat > "$work/nginx.conf" <<C
daemon off; worker_processes 2; pid $work/n/pid; error_log $work/n/error.log warn;
events { worker_connections 4096; }
http { access_log $work/n/access.log combined; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 1000000;
  $(nginx_paths "$work/n")
  proxy_cache_path $work/n/cache keys_zone=c:16m max_size=1g use_temp_path=off; open_file_cache max=1000;
  server { listen 127.0.0.1:${port[nginx]} backlog=4096;
    location / { proxy_pass http://127.0.0.1:$origin; proxy_cache c; add_header X-Cache \$upstream_cache_status;
      add_header X-Ray-Id \$request_id; } } }
C
  nginx -c "$work/nginx.conf" & pids+=($!); group[nginx]=$!
fi
if wanted varnish; then
  port[varnish]=$(free_port)
  printf 'vcl 4.1; backend o { .host = "127.0.0.1"; .port = "%s"; }' "$origin" > "$work/v/default.vcl"
  chmod -R a+rX "$work/v"
  varnishd -F -n "$work/v/run" -f "$work/v/default.vcl" -a "127.0.0.1:${port[varnish]}" -s malloc,512m -T none \
    > "$work/varnish.log" 2>&1 & pids+=($!); group[varnish]=$!
  wait_for "http://127.0.0.1:${port[varnish]}/1k.bin"
  # Its access log is a process of its own, which reads shared memory: its time belongs to Varnish's.
  varnishncsa -n "$work/v/run" -w "$work/v/access.log" > /dev/null 2>&1 & pids+=($!); log=$!
fi
if wanted haproxy; then
  port[haproxy]=$(free_port)
  cat > "$work/haproxy.cfg" <<C
global
  nbthread 2
  log stdout format raw local0
cache c
  total-max-size 64
  max-object-size 16000
  max-age 3600
defaults
  mode http
  log global
  option httplog
  timeout client 300s
  timeout server 300s
  timeout connect 5s
frontend f
  bind 127.0.0.1:${port[haproxy]} backlog 4096
  http-request cache-use c
  http-response cache-store c
  http-response set-header X-Ray-Id %[uuid()]
  default_backend b
backend b
  server o 127.0.0.1:$origin
C
  haproxy -f "$work/haproxy.cfg" > "$work/haproxy.log" 2>&1 & pids+=($!); group[haproxy]=$!
fi
if wanted holdfast; then
  mkdir "$work/h"
  printf 'edge:\n  max_connections_per_address: 1000000\n' > "$work/h/holdfast.yaml"
  "$holdfast" up --data "$work/h" --http 127.0.0.1:0 --https 127.0.0.1:0 --control 127.0.0.1:0 --status 127.0.0.1:0 \
    --origin "http://127.0.0.1:$origin" --json > "$work/ready" 2> "$work/holdfast.log" & pids+=($!)
  for _ in $(seq 600); do [ -s "$work/ready" ] && break; sleep 0.05; done
  [ -s "$work/ready" ] || { cat "$work/holdfast.log" >&2; exit 1; }
  port[holdfast]=$(grep -oE '"http":"http://127.0.0.1:[0-9]+' "$work/ready" | head -1 | grep -oE '[0-9]+$')
  group[holdfast]=$(grep -oE '"edge-1":[0-9]+' "$work/ready" | grep -oE '[0-9]+$')
fi

edge_process() { grep -oE '"edge-1": *[0-9]+' "$work/h/run/up.json" | head -1 | grep -oE '[0-9]+$'; }
restart_edge() { # size
  curl -s -o /dev/null "http://127.0.0.1:${port[holdfast]}/$1.bin"
  sleep 2
  kill -KILL "${group[holdfast]}"
  for _ in $(seq 200); do
    sleep 0.1
    [ "$(edge_process)" = "${group[holdfast]}" ] || break
  done
  group[holdfast]=$(edge_process)
  wait_for "http://127.0.0.1:${port[holdfast]}/1k.bin"
}
spent() { # name
  local all
  all=$(ticks "${group[$1]}")
  [ "$1" != varnish ] || all=$((all + $(ticks "$log")))
  echo "$all"
}
hits() { # url connections seconds: prints hits
  wrk -t1 -c"$2" -d"$3s" "$1" | awk '/requests in/ { n = $1 } /Non-2xx/ { bad = $NF } END { print n - bad }'
}
# p99 in ms at a fixed rate, over 16 connections.
p99() { # url
  rm -f "$work/times"
  h2load --h1 -t1 -c16 --rps=$((rate / 16)) --duration="$seconds" --log-file="$work/times" "$1" > /dev/null 2>&1
  awk '{ print $3 }' "$work/times" | sort -n | awk '{ t[NR] = $1 } END { printf "%.2f", t[int(NR * 0.99)] / 1000 }'
}

for name in ${only//,/ }; do wait_for "http://127.0.0.1:${port[$name]}/1k.bin"; done
printf '%-10s %-10s %12s %12s %10s %14s\n' scenario proxy hits/s 'CPU us/hit' 'to nginx' "p99 ms at $rate"
for scenario in ${scenarios//,/ }; do
  base='' size=${scenario#*-} connections=32
  [ "$size" != 10m ] || connections=4
  case $scenario in disk-*) ! wanted holdfast || restart_edge "$size" ;; esac
  for name in ${only//,/ }; do
    [ "$name" != haproxy ] || [ "$size" = 1k ] || continue
    url=http://127.0.0.1:${port[$name]}/$size.bin
    curl -s -o /dev/null "$url"; curl -s -o /dev/null "$url"
    asked=$(wc -l < "$work/o/access.log")
    hits "$url" "$connections" "$warm_up" > /dev/null
    before=$(spent "$name")
    count=$(hits "$url" "$connections" "$seconds")
    after=$(spent "$name")
    cpu=$(awk -v t=$((after - before)) -v hz="$hz" -v n="$count" 'BEGIN { printf "%.2f", t / hz * 1e6 / n }')
    [ "$name" = nginx ] && base=$cpu
    ratio=$([ -n "$base" ] && awk -v a="$cpu" -v b="$base" 'BEGIN { printf "%.2f", a / b }' || echo -)
    tail=-
    [ "$size" != 1k ] || tail=$(p99 "$url")
    # A request that reached the origin was no hit.
    [ "$(wc -l < "$work/o/access.log")" = "$asked" ] || fail "$name asked the origin during $scenario: not everything was a hit"
    printf '%-10s %-10s %12.0f %12s %10s %14s\n' "$scenario" "$name" "$(awk -v n="$count" -v s="$seconds" 'BEGIN { print n / s }')" "$cpu" "$ratio" "$tail"
  done
done
