#!/usr/bin/env bash
# Installs what the tests need, builds with warnings as errors, checks formatting and the dependency law, runs every test.
# The last line is 'N passed, N failed'. With arguments: only the test projects whose names contain one of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=deploy/packages.sh
. deploy/packages.sh

# The longest that one test project may take, in seconds.
time_limit=1800
policy=/usr/sbin/policy-rc.d

# Installs servers without starting them: the tests start their own, on free ports.
install_for_tests() {
  local before='' failed='' packages
  mapfile -t packages < <(missing_packages ca-certificates curl nginx haproxy wrk nghttp2-client openssl chromium procps shellcheck util-linux)
  [ ${#packages[@]} -gt 0 ] || return 0
  if [ -e "$policy" ]; then
    before=$(mktemp)
    as_root cp -p "$policy" "$before"
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  # In a subshell, because the policy is put back whether or not that ends well.
  (apt_install "${packages[@]}") || failed=1
  if [ -n "$before" ]; then
    as_root mv "$before" "$policy"
  else
    as_root rm -f "$policy"
  fi
  [ -z "$failed" ] || exit 2
}

passed=0 failed=0 skipped=0

# A check that is not a test project counts as one test.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}

shell_scripts_are_clean() { shellcheck -x run.sh test.sh holdfast .ci/run bench/*.sh tests/*.sh; }

wanted() {
  local name=$1 part
  shift
  [ $# -eq 0 ] && return 0
  for part in "$@"; do
    case $name in *"$part"*) return 0 ;; esac
  done
  return 1
}

# One test project: its own executable, whose summary line is counted. One that ends without a summary is a failure.
run_project() {
  local name=$1 log code=0 summary
  log=$(mktemp)
  timeout --kill-after=30 "$time_limit" "tests/$name/bin/Release/net10.0/$name" -noColor >"$log" 2>&1 </dev/null || code=$?
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -1 || true)
  if [ -z "$summary" ]; then
    failed=$((failed + 1))
    echo "FAILED: $name ended with exit code $code before its tests did"
    tail -n 200 "$log"
    rm -f "$log"
    return
  fi
  local total errors bad left
  total=$(sed -E 's/.*Total: ([0-9]+).*/\1/' <<<"$summary")
  errors=$(sed -E 's/.*Errors: ([0-9]+).*/\1/' <<<"$summary")
  bad=$(sed -E 's/.*Failed: ([0-9]+).*/\1/' <<<"$summary")
  left=$(sed -E 's/.*Skipped: ([0-9]+).*/\1/' <<<"$summary")
  bad=$((bad + errors))
  if [ "$bad" -eq 0 ] && [ "$code" -ne 0 ]; then
    bad=1
  fi
  if [ "$bad" -gt 0 ]; then
    echo "FAILED: $name (exit code $code)"
    cat "$log"
  else
    echo "$name: ${summary##*Total: } (total, errors, failed, skipped)"
  fi
  rm -f "$log"
  passed=$((passed + total - left - (bad - errors)))
  failed=$((failed + bad))
  skipped=$((skipped + left))
}

install_for_tests
find_dotnet
fetch_for_tests
dotnet tool restore >/dev/null || give_up "dotnet tool restore failed"

echo "building"
dotnet build Holdfast.slnx -c Release --nologo -v quiet "${no_build_server[@]}" || give_up "the build failed; its messages are above"

if [ $# -eq 0 ]; then
  check "formatting (dotnet csharpier format . puts it right)" dotnet csharpier check .
  check "shell scripts" shell_scripts_are_clean
fi

for project in tests/*/*.Tests.csproj; do
  name=$(basename "$project" .csproj)
  if wanted "$name" "$@"; then
    run_project "$name"
  fi
done

if [ $# -eq 0 ]; then
  check "fuzzing, short (tests/fuzz.sh runs longer)" tests/fuzz.sh --seconds 5
  check "benchmark, short (bench/side-by-side.sh runs longer)" \
    env HOLDFAST_BINARY=tests/Holdfast.Cli.Tests/bin/Release/net10.0/holdfast bench/side-by-side.sh --seconds 1 --warm-up 1 --scenario h1-1k,h2-tls-1k,idle-tls --idle 500
  check "cache benchmark, short (bench/cache.sh runs longer)" \
    env HOLDFAST_BINARY=tests/Holdfast.Cli.Tests/bin/Release/net10.0/holdfast bench/cache.sh --seconds 1 --warm-up 1 --rate 1000 --only nginx,holdfast --scenario hit-1k,hit-100k
  check "rules benchmark, short (bench/rules.sh runs longer)" bench/rules.sh --short
  check "zones benchmark, short (bench/zones.sh runs longer)" \
    env HOLDFAST_BINARY=tests/Holdfast.Cli.Tests/bin/Release/net10.0/holdfast bench/zones.sh --seconds 1 --zones 2000
  check "reports benchmark, short (bench/reports.sh runs longer)" \
    env HOLDFAST_BINARY=tests/Holdfast.Cli.Tests/bin/Release/net10.0/holdfast bench/reports.sh --short
  check "rate limit benchmark, short (bench/ratelimit.sh runs longer)" bench/ratelimit.sh --keys 200000 --counts 100000
fi

line="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
