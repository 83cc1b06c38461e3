#!/usr/bin/env bash
# Simulates releases in a fleet of 10,000 edges with the product's own classes: what bad ones hit, how often good ones are taken back.
# Usage: bench/fleet.sh [--runs N] [--good N] [--edges N] [--seed N] [--out DIR] [--only bad,good]
# docs/resilience.md has what `bench/fleet.sh --out docs/images` says.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/Holdfast.Bench.Fleet -c Release --nologo -v quiet
exec dotnet bench/Holdfast.Bench.Fleet/bin/Release/net10.0/Holdfast.Bench.Fleet.dll "$@"
