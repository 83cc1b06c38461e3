#!/usr/bin/env bash
# Measures the status page's detectors: false alarms on simulated zones, how soon changes are found, what a step costs.
# Usage: bench/detection.sh [--zones N] [--days N] [--trials N] [--series N] [--out DIR] [--only false,delays,cost]
# docs/detection.md has what `bench/detection.sh --out docs/images` says.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build bench/Holdfast.Bench.Detection -c Release --nologo -v quiet
exec dotnet bench/Holdfast.Bench.Detection/bin/Release/net10.0/Holdfast.Bench.Detection.dll "$@"
