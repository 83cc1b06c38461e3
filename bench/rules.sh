#!/usr/bin/env bash
# Measures rules: one beside the same written by hand in C#, ten thousand planned together beside ten, a list of twenty million addresses, and the
# slowest rules that can be written.
# Usage: bench/rules.sh [--rounds N] [--short] [--only one,many,lists,worst]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/Holdfast.Bench.Rules -c Release --nologo -v quiet
exec dotnet bench/Holdfast.Bench.Rules/bin/Release/net10.0/Holdfast.Bench.Rules.dll "$@"
