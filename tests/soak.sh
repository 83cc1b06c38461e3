#!/bin/sh
# Random traffic through a whole edge, each answer compared with a model of the standards: tests/soak.sh [--minutes N] [--seed N] [--rounds N].
# An hour unless told otherwise, from a seed of its own. What fails says which seed plays it again.
set -eu
minutes=60 seed=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ') rounds=
while [ $# -gt 0 ]; do
  case $1 in
  --minutes) minutes=$2 ;;
  --seed) seed=$2 ;;
  --rounds) rounds=$2 ;;
  *)
    echo "tests/soak.sh: unknown option $1" >&2
    exit 2
    ;;
  esac
  shift 2
done
cd "$(dirname "$0")/.."
dotnet build tests/Holdfast.Edge.Tests -c Release --nologo -v quiet
echo "from seed $seed"
HOLDFAST_SOAK_SECONDS=$((minutes * 60)) HOLDFAST_SOAK_SEED=$seed HOLDFAST_SOAK_ROUNDS=$rounds \
  tests/Holdfast.Edge.Tests/bin/Release/net10.0/Holdfast.Edge.Tests -noColor -showLiveOutput -class '*SoakTests'
