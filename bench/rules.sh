#!/usr/bin/env bash
# Measures one typical rule beside the same written by hand in C#: nanoseconds an evaluation, and their ratio.
# Usage: bench/rules.sh [--rounds N]
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/Holdfast.Bench.Rules -c Release --nologo -v quiet
exec dotnet bench/Holdfast.Bench.Rules/bin/Release/net10.0/Holdfast.Bench.Rules.dll "$@"
