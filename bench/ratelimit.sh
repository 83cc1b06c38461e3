#!/usr/bin/env bash
# Measures rate limits' counters: nanoseconds a count beside the framework's sliding window, memory of ten million keys, accuracy.
# Usage: bench/ratelimit.sh [--keys N] [--counts N]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/Holdfast.Bench.RateLimits -c Release --nologo -v quiet
exec dotnet bench/Holdfast.Bench.RateLimits/bin/Release/net10.0/Holdfast.Bench.RateLimits.dll "$@"
