# Sourced by run.sh and test.sh: what Debian and npm have to give. Everything is said on standard error.
# shellcheck shell=bash

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# Ends the script as the program itself ends for a bad start: one line, exit code 2.
give_up() {
  say "$*"
  exit 2
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    give_up "this needs root, and sudo is not installed: $*"
  fi
}

# Those of the named Debian packages that are not installed, one a line.
missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

apt_lists_are_fresh=
update_apt_lists() {
  [ -n "$apt_lists_are_fresh" ] || as_root apt-get update -qq >&2 || say "apt-get update failed; trying with the lists there are"
  apt_lists_are_fresh=1
}

apt_install() {
  command -v apt-get >/dev/null || give_up "needs $*; install that and run this again (only Debian's packages are installed by itself)"
  say "installing $*"
  update_apt_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 || give_up "apt-get could not install $*"
}

# Finds the .NET SDK 10, or installs it where the configured sources have it. Sets DOTNET_ROOT, which the built program needs
# when the SDK stands in an unusual place.
find_dotnet() {
  if ! command -v dotnet >/dev/null && [ -x "$HOME/.dotnet/dotnet" ]; then
    PATH="$HOME/.dotnet:$PATH"
  fi
  if ! has_dotnet_sdk && command -v apt-get >/dev/null; then
    update_apt_lists
    if apt-cache policy dotnet-sdk-10.0 2>/dev/null | grep -q 'Candidate: [0-9]'; then
      apt_install dotnet-sdk-10.0
    fi
  fi
  has_dotnet_sdk || give_up "needs the .NET SDK 10 (package dotnet-sdk-10.0), which no configured package source has; https://learn.microsoft.com/dotnet/core/install/linux-debian says how to add one"
  DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
  export PATH DOTNET_ROOT
}

has_dotnet_sdk() { command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; }

# The country database, the list of networks and the list of crawlers. Without them Holdfast runs and knows no visitor's country and no crawler's category, so a registry that
# is out of reach stops nothing.
fetch_country_database() {
  fetch_from_npm node_modules/@ip-location-db --omit=dev ||
    say "the country database could not be fetched; visitors' countries will be unknown (XX) until it can"
}

# The country database and what only the tests need: the client of the API.
fetch_for_tests() {
  fetch_from_npm node_modules/cloudflare || say "npm's packages could not be fetched; the tests that need them will fail"
}

# Fetches npm's packages unless this one of them is there and package-lock.json has not changed since; further arguments are npm's.
fetch_from_npm() {
  local wanted=$1 lock=node_modules/.package-lock.json
  shift
  if [ -d "$wanted" ] && [ -f "$lock" ] && [ ! package-lock.json -nt "$lock" ]; then
    return 0
  fi
  if ! command -v npm >/dev/null; then
    apt_install nodejs
    command -v npm >/dev/null || apt_install npm
  fi
  say "fetching from npm (npm ci)"
  npm ci --no-audit --no-fund --loglevel=error "$@" >&2
}

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# No build server is left behind.
# shellcheck disable=SC2034 # used by the scripts that source this
no_build_server=(-nodeReuse:false -p:UseSharedCompilation=false)
