# Sourced by the benchmarks: a directory that goes away with the script, free ports, an nginx origin, CPU and memory of processes.
# shellcheck shell=bash

fail() { echo "bench: $*" >&2; exit 1; }

# Tools that are missing end the script; the Debian packages that have them are named.
need() { # packages tool...
  local packages=$1 tool
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || { echo "bench: $tool is missing; apt-get install $packages" >&2; exit 2; }
  done
}

# Sets holdfast.
find_holdfast() {
  holdfast=$(realpath "${HOLDFAST_BINARY:-src/Holdfast.Cli/bin/Release/net10.0/holdfast}")
  [ -x "$holdfast" ] || { echo "bench: $holdfast is not built; run ./run.sh or dotnet build -c Release first" >&2; exit 2; }
}

# Sets work; processes in pids end with the script.
make_work() {
  work=$(mktemp -d)
  # nginx and varnishd drop their rights and must still find their way.
  chmod 755 "$work"
  pids=()
  trap cleanup EXIT
}
cleanup() {
  local p
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}

# Below the range from which the kernel takes ports for outgoing connections (32768 on), so that none of those comes between.
free_port() {
  local p
  while :; do
    p=$((12000 + RANDOM % 20000))
    (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo "$p"; return; }
  done
}

wait_for() { # url
  local _
  for _ in $(seq 200); do
    [ "$(curl -sk -o /dev/null -w '%{http_code}' "$1")" = 200 ] && return
    sleep 0.05
  done
  echo "bench: $1 does not answer with 200" >&2
  cat "$work"/*/error.log "$work"/*.log >&2 2>/dev/null || true
  exit 1
}

# The folders that an nginx writes to, as a line of its configuration.
nginx_paths() { # directory
  echo "client_body_temp_path $1/b; proxy_temp_path $1/p; fastcgi_temp_path $1/f; uwsgi_temp_path $1/u; scgi_temp_path $1/s;"
}

# User and system time of a process and its children, in clock ticks.
ticks() {
  local all total=0 p
  all="$1 $(pgrep -P "$1" | tr '\n' ' ')"
  for p in $all; do total=$((total + $(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$p/stat" 2>/dev/null || echo 0))); done
  echo "$total"
}
# shellcheck disable=SC2034
hz=$(getconf CLK_TCK)

# Resident memory of a process and its children, in KiB.
resident() {
  local all total=0 p
  all="$1 $(pgrep -P "$1" | tr '\n' ' ')"
  for p in $all; do total=$((total + $(awk '/^VmRSS:/ { print $2 }' "/proc/$p/status" 2>/dev/null || echo 0))); done
  echo "$total"
}
