#!/bin/sh
# Fuzzes the HTTP/1.1 codec, the fields that the cache reads and the rules language: tests/fuzz.sh [--seconds N] [--seed N] [--inputs N].
# Five seconds each unless told otherwise.
set -eu
cd "$(dirname "$0")/.."
for target in Holdfast.Http.Fuzz Holdfast.Cache.Fuzz Holdfast.Rules.Fuzz; do
  dotnet build "tests/$target" -c Release --nologo -v quiet
  dotnet "tests/$target/bin/Release/net10.0/$target.dll" "$@"
done
