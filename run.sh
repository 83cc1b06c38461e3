#!/usr/bin/env bash
# Installs what is missing, builds, and starts Holdfast. The arguments are those of 'holdfast up': ./run.sh --help
set -euo pipefail
here=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
# shellcheck source=deploy/packages.sh
. deploy/packages.sh

# One number for everything that the program is built from, and whether the country database and the list of crawlers were to be had.
sources_hash() {
  {
    find src Directory.Build.props Directory.Packages.props global.json package-lock.json -type f \
      -not -path '*/bin/*' -not -path '*/obj/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    find node_modules/@ip-location-db node_modules/crawler-user-agents \( -name '*.mmdb' -o -name 'crawler-user-agents.json' \) 2>/dev/null || true
  } | sha256sum | cut -c1-16
}

is_built() { [ "$(cat .build/stamp 2>/dev/null)" = "$(sources_hash)" ] && [ -x .build/current/holdfast ]; }

# Builds into a directory of its own, so that a Holdfast that is running keeps the files that it runs on.
build() {
  local app packages
  app=app-$(date +%Y%m%d%H%M%S)-$$
  mapfile -t packages < <(missing_packages ca-certificates libssl3 libstdc++6)
  [ ${#packages[@]} -eq 0 ] || apt_install "${packages[@]}"
  find_dotnet
  fetch_country_database
  say "building (takes a minute; the next start skips it)"
  dotnet publish src/Holdfast.Cli -c Release -o ".build/$app" --nologo -v quiet "${no_build_server[@]}" >&2 ||
    give_up "the build failed; its messages are above"
  ln -sfn "$app" .build/current
  sources_hash >.build/stamp
  remove_old_builds
}

# What nothing runs from any more.
remove_old_builds() {
  local app current
  current=$(readlink -f .build/current)
  for app in "$root"/.build/app-*; do
    if [ "$app" != "$current" ] && ! find /proc -maxdepth 2 -name exe -lname "$app/*" 2>/dev/null | grep -q .; then
      rm -rf "$app"
    fi
  done
}

mkdir -p .build
if ! is_built; then
  # Two starts at once: the second waits and finds it built.
  exec 9>.build/lock
  flock 9
  is_built || build
  exec 9>&-
fi

cd "$here"
exec "$root/holdfast" up "$@"
