#!/bin/sh
# Fuzzes the HTTP/1.1 codec: tests/fuzz.sh [--seconds N] [--seed N] [--inputs N]. Five seconds unless told otherwise.
set -eu
cd "$(dirname "$0")/.."
dotnet build tests/Holdfast.Http.Fuzz -c Release --nologo -v quiet
exec dotnet tests/Holdfast.Http.Fuzz/bin/Release/net10.0/Holdfast.Http.Fuzz.dll "$@"
