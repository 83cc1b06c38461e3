#!/usr/bin/env bash
# Measures Holdfast beside nginx and HAProxy in one run: CPU per request (user and system time of the proxy's processes over the
# requests it answered) and p99, for pass-through of small and large bodies. All three proxy to the same nginx origin and write an
# access log. The idle scenarios measure memory instead: what each of many connections costs that has carried one request and waits.
# Usage: bench/side-by-side.sh [--seconds N] [--warm-up N] [--only NAME[,NAME...]] [--scenario NAME[,NAME...]] [--idle CONNECTIONS]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=8 warm_up=6 only="nginx,haproxy,holdfast" scenarios="h1-1k,h1-100k,h1-tls-1k,h1-tls-100k,h2-tls-1k,h2-tls-100k,tls-handshakes,idle,idle-tls" idle=10000
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds=$2; shift 2 ;;
    --warm-up) warm_up=$2; shift 2 ;;
    --only) only=$2; shift 2 ;;
    --scenario) scenarios=$2; shift 2 ;;
    --idle) idle=$2; shift 2 ;;
    *) echo "bench: unknown option '$1'; there are --seconds N, --warm-up N, --only NAMES, --scenario NAMES, --idle CONNECTIONS" >&2; exit 2 ;;
  esac
done
# shellcheck source=bench/lib.sh
. bench/lib.sh
need "nginx haproxy wrk nghttp2-client openssl curl" nginx haproxy wrk h2load openssl curl
find_holdfast
client=bench/Holdfast.Bench.Client/bin/Release/net10.0/Holdfast.Bench.Client
if [[ "$scenarios" == *idle* ]]; then
  [ -x "$client" ] || { echo "bench: $client is not built; dotnet build -c Release first, or leave out the idle scenarios" >&2; exit 2; }
  # Each connection is a descriptor, in the client and in the proxy. Only root may raise the hard limit.
  ulimit -n $((idle + 10000)) 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  [ "$(ulimit -n)" -ge $((idle + 2000)) ] ||
    { echo "bench: $(ulimit -n) descriptors are allowed here; give --idle $(($(ulimit -n) - 2000)), or run it as root" >&2; exit 2; }
fi

make_work
# The origin: a file of 1 KB and one of 100 KB (base64 makes 4 bytes of 3), from memory as far as the kernel keeps them.
# Nothing may be stored: it is the way to the origin that is measured.
mkdir -p "$work/www" "$work/o" "$work/n"
head -c 768 /dev/urandom | base64 -w0 > "$work/www/1k"
head -c 76800 /dev/urandom | base64 -w0 > "$work/www/100k"
chmod -R a+rX "$work"
chmod a+w "$work/o" "$work/n"
origin=$(free_port)
cat > "$work/origin.conf" <<C
daemon off; worker_processes 1; pid $work/o/pid; error_log $work/o/error.log warn;
events { worker_connections 8192; }
http { access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000; keepalive_timeout 300;
  $(nginx_paths "$work/o")
  open_file_cache max=100; add_header Cache-Control no-store; server { listen 127.0.0.1:$origin backlog=4096; root $work/www; } }
C
nginx -c "$work/origin.conf" & pids+=($!)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cat "$work/cert.pem" "$work/key.pem" > "$work/both.pem"; chmod 644 "$work"/*.pem

declare -A http https group
if [[ ",$only," == *,nginx,* ]]; then
  http[nginx]=$(free_port); https[nginx]=$(free_port)
  cat > "$work/nginx.conf" <<C
daemon off; worker_processes 2; pid $work/n/pid; error_log $work/n/error.log warn;
events { worker_connections 16384; }
http { access_log $work/n/access.log combined; tcp_nodelay on; keepalive_requests 1000000; keepalive_timeout 300;
  $(nginx_paths "$work/n")
  upstream origin { server 127.0.0.1:$origin; keepalive 256; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${http[nginx]} backlog=4096; listen 127.0.0.1:${https[nginx]} ssl http2 backlog=4096;
    ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem; ssl_session_cache shared:s:10m; ssl_protocols TLSv1.2 TLSv1.3;
    location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$host;
      proxy_set_header X-Forwarded-For \$remote_addr; proxy_set_header X-Forwarded-Proto \$scheme; add_header X-Ray-Id \$request_id; } } }
C
  nginx -c "$work/nginx.conf" & pids+=($!); group[nginx]=$!
fi
if [[ ",$only," == *,haproxy,* ]]; then
  http[haproxy]=$(free_port); https[haproxy]=$(free_port)
  cat > "$work/haproxy.cfg" <<C
global
  nbthread 2
  maxconn $((idle + 500))
  no strict-limits
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  timeout client 300s
  timeout server 300s
  timeout connect 5s
  http-reuse always
frontend f
  bind 127.0.0.1:${http[haproxy]} backlog 4096
  bind 127.0.0.1:${https[haproxy]} ssl crt $work/both.pem alpn h2,http/1.1 backlog 4096
  http-response set-header X-Ray-Id %[uuid()]
  default_backend b
backend b
  server o 127.0.0.1:$origin
C
  haproxy -f "$work/haproxy.cfg" > "$work/haproxy.log" 2>&1 & pids+=($!); group[haproxy]=$!
fi
if [[ ",$only," == *,holdfast,* ]]; then
  # All connections come from one address here.
  mkdir "$work/h"
  printf 'edge:\n  max_connections_per_address: 1000000\n' > "$work/h/holdfast.yaml"
  "$holdfast" up --data "$work/h" --http 127.0.0.1:0 --https 127.0.0.1:0 --control 127.0.0.1:0 --status 127.0.0.1:0 \
    --origin "http://127.0.0.1:$origin" --json > "$work/ready" 2> "$work/holdfast.log" & pids+=($!)
  for _ in $(seq 600); do [ -s "$work/ready" ] && break; sleep 0.05; done
  [ -s "$work/ready" ] || { cat "$work/holdfast.log" >&2; exit 1; }
  http[holdfast]=$(sed -E 's/.*"http":"http:\/\/127.0.0.1:([0-9]+).*/\1/; t; d' "$work/ready")
  https[holdfast]=$(grep -oE '"https":"https://127.0.0.1:[0-9]+' "$work/ready" | head -1 | grep -oE '[0-9]+$')
  http[holdfast]=$(grep -oE '"http":"http://127.0.0.1:[0-9]+' "$work/ready" | head -1 | grep -oE '[0-9]+$')
  group[holdfast]=$(grep -oE '"edge-1":[0-9]+' "$work/ready" | grep -oE '[0-9]+$')
fi

# Prints how many KiB a proxy's memory grows by for each idle connection.
idle_memory() { # name port kind
  local before after pid
  before=$(resident "${group[$1]}")
  rm -f "$work/hold" "$work/said"
  mkfifo "$work/hold" "$work/said"
  "$client" idle "$2" "$3" "$idle" < "$work/hold" > "$work/said" &
  pid=$!
  exec 8> "$work/hold" 9< "$work/said"
  read -r <&9 || { echo "bench: the idle connections to $1 could not be opened" >&2; exit 1; }
  after=$(resident "${group[$1]}")
  exec 8>&- 9<&-
  wait "$pid"
  awk -v k=$((after - before)) -v n="$idle" 'BEGIN { printf "%.2f\n", k / n }'
}

# Prints requests, p99 in ms.
load() { # scenario port tlsport seconds
  local out
  case "$1" in
    h1-1k) out=$(wrk -t1 -c32 -d"$4s" --latency "http://127.0.0.1:$2/1k") ;;
    h1-100k) out=$(wrk -t1 -c32 -d"$4s" --latency "http://127.0.0.1:$2/100k") ;;
    h1-tls-1k) out=$(wrk -t1 -c32 -d"$4s" --latency "https://localhost:$3/1k") ;;
    h1-tls-100k) out=$(wrk -t1 -c32 -d"$4s" --latency "https://localhost:$3/100k") ;;
    tls-handshakes) out=$(wrk -t1 -c16 -d"$4s" --latency -H 'Connection: close' "https://localhost:$3/1k") ;;
    h2-tls-1k|h2-tls-100k)
      out=$(h2load -t1 -c8 -m4 --duration="$4" "https://localhost:$3/${1##*-}" 2>/dev/null)
      echo "$out" | awk '/^requests:/ { n = $8 } /^time for request:/ { m = $5 } END { print n, "max" m }'
      return ;;
  esac
  echo "$out" | awk '/99%/ { p = $2 } /requests in/ { n = $1 } END { print n, p }'
}

for name in ${only//,/ }; do wait_for "http://127.0.0.1:${http[$name]}/1k"; wait_for "https://localhost:${https[$name]}/1k"; done
printf '%-16s %-10s %12s %14s %10s %10s\n' scenario proxy requests/s 'CPU us/request' 'to nginx' p99
for scenario in ${scenarios//,/ }; do
  [[ "$scenario" == idle* ]] && continue
  base=
  for name in ${only//,/ }; do
    load "$scenario" "${http[$name]}" "${https[$name]}" "$warm_up" > /dev/null
    before=$(ticks "${group[$name]}")
    read -r requests p99 < <(load "$scenario" "${http[$name]}" "${https[$name]}" "$seconds")
    after=$(ticks "${group[$name]}")
    cpu=$(awk -v t=$((after - before)) -v hz="$hz" -v n="$requests" 'BEGIN { printf "%.2f", t / hz * 1e6 / n }')
    [ "$name" = nginx ] && base=$cpu
    ratio=$([ -n "$base" ] && awk -v a="$cpu" -v b="$base" 'BEGIN { printf "%.2f", a / b }' || echo -)
    printf '%-16s %-10s %12.0f %14s %10s %10s\n' "$scenario" "$name" "$(awk -v n="$requests" -v s="$seconds" 'BEGIN { print n / s }')" "$cpu" "$ratio" "$p99"
  done
done

[[ "$scenarios" == *idle* ]] || exit 0
printf '\n%-16s %-10s %12s %20s\n' scenario proxy connections 'KiB a connection'
for scenario in ${scenarios//,/ }; do
  for name in ${only//,/ }; do
    case "$scenario" in
      idle) kib=$(idle_memory "$name" "${http[$name]}" plain) ;;
      idle-tls) kib=$(idle_memory "$name" "${https[$name]}" tls) ;;
      *) continue ;;
    esac
    printf '%-16s %-10s %12d %20s\n' "$scenario" "$name" "$idle" "$kib"
  done
done
