#!/usr/bin/env bash
# Asks an edge with the bot feature file that ships with real clients, and prints what each is scored and why, as a Markdown table. It shows what the
# features see; it is no measure of how often they are right. Clients that this machine lacks are left out.
# Usage: bench/bots.sh
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/lib.sh
. bench/lib.sh
need "curl python3" curl python3
find_holdfast
make_work
# Nobody waits here for slices: the file is in use at once.
HOLDFAST_RELEASE_PACE=quick "$holdfast" up --data "$work/data" --http 127.0.0.1:0 --https 127.0.0.1:0 --control 127.0.0.1:0 --status 127.0.0.1:0 --json \
  > "$work/ready" 2> "$work/up.log" & pids+=($!)
until [ -s "$work/ready" ]; do kill -0 "${pids[0]}" || fail "$(cat "$work/up.log")"; sleep 0.1; done
plain=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["http"].replace("127.0.0.1", "localhost"))' "$work/ready")
secure=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["https"].replace("127.0.0.1", "localhost"))' "$work/ready")
"$holdfast" features build --out "$work/features.json" > /dev/null
"$holdfast" features publish "$work/features.json" --data "$work/data" > /dev/null
# Nothing listens there; what matters is what the edge makes of the requests.
"$holdfast" zone add localhost --origin http://127.0.0.1:9 --data "$work/data" > /dev/null
echo '[{"action":"log","expression":"cf.bot_management.score lt 30"}]' > "$work/rules.json"
"$holdfast" ruleset apply localhost http_request_firewall_custom "$work/rules.json" --data "$work/data" > /dev/null
log=$work/data/logs/edge-1.jsonl
until curl -s -o /dev/null "$plain/wait" && grep -q '"BotScore":[1-9]' "$log" 2>/dev/null; do sleep 0.2; done

chrome='Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'
ask() { timeout 90 "$@" > "$work/client.log" 2>&1 || { echo "bench: $1 ended with $?" >&2; tail -n 3 "$work/client.log" >&2; }; }
ask curl -s "$plain/curl"
ask curl -sk --http1.1 "$secure/curl"
ask curl -sk --http2 "$secure/curl"
ask curl -sk --http2 -A "$chrome" "$secure/curl-that-says-chrome"
ask curl -sk --http2 --compressed -A "$chrome" -H 'sec-ch-ua: "Chromium";v="156", "Not:A-Brand";v="24"' -H 'sec-ch-ua-mobile: ?0' \
  -H 'sec-ch-ua-platform: "Linux"' -H 'sec-fetch-site: none' -H 'sec-fetch-mode: navigate' -H 'sec-fetch-dest: document' \
  -H 'accept-language: en-US,en;q=0.9' "$secure/curl-with-chromes-fields"
have() { command -v "$1" > /dev/null; }
# wget says that an answer of 5xx is an error; so it is, and it is the answer.
have wget && { wget -qO- --tries=1 "$plain/wget" > /dev/null 2>&1 || true; }
have wget && { wget -qO- --tries=1 --no-check-certificate "$secure/wget" > /dev/null 2>&1 || true; }
have node && NODE_TLS_REJECT_UNAUTHORIZED=0 ask node bench/bots/clients.mjs "$plain" "$secure"
python='import ssl,sys,urllib.request,urllib.error
for base in sys.argv[1:]:
    try: urllib.request.urlopen(base + "/python-urllib", context=ssl._create_unverified_context() if base.startswith("https") else None)
    except urllib.error.HTTPError: pass'
ask python3 -c "$python" "$plain" "$secure"
python3 -c 'import requests' 2> /dev/null && ask python3 -W ignore -c 'import requests,sys
for base in sys.argv[1:]: requests.get(base + "/python-requests", verify=False)' "$plain" "$secure"
have javac && ask java -Djdk.internal.httpclient.disableHostnameVerification=true bench/bots/Client.java "$plain" "$secure"
mkdir "$work/dotnet" && cp bench/bots/client.cs.txt "$work/dotnet/client.cs" && have dotnet && ask dotnet run "$work/dotnet/client.cs" -- "$plain" "$secure"
browser() { # name flags...
  local name=$1; shift
  timeout 90 chromium --headless=new --no-sandbox --disable-gpu --ignore-certificate-errors --user-data-dir="$work/profile-$name" "$@" \
    > "$work/client.log" 2>&1 || echo "bench: chromium ended with $?" >&2
}
if have chromium; then
  browser plain --dump-dom "$plain/chromium-headless"
  browser h1 --disable-http2 --dump-dom "$secure/chromium-headless"
  browser h2 --dump-dom "$secure/chromium-headless"
  browser h2ua --user-agent="$chrome" --dump-dom "$secure/chromium-headless-that-says-chrome"
fi
sleep 1
python3 - "$log" <<'P'
import json, sys
print("| client | protocol | TLS | score | features that hold |")
print("|---|---|---|---|---|")
seen = set()
for line in open(sys.argv[1]):
    record = json.loads(line)
    name = record["ClientRequestPath"].strip("/")
    key = (name, record["ClientRequestProtocol"], record["ClientRequestScheme"])
    if name in ("wait", "favicon.ico") or key in seen:
        continue
    seen.add(key)
    score = record.get("BotScore") or "unknown"
    features = ", ".join(record.get("BotFeatures", [])) or "none"
    print(f"| {name} | {record['ClientRequestProtocol']} | {'yes' if key[2] == 'https' else 'no'} | {score} | {features} |")
P
