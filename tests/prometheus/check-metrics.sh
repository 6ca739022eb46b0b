#!/usr/bin/env bash
# check-metrics.sh PROGRAM: has promtool look at what a running bina shows at /metrics.
#
# The program listens on ports of this machine that the system chooses, queries a HubSoft that is not
# there, and is ended after some seconds at the latest.
set -euo pipefail

program=${1:?usage: check-metrics.sh PROGRAM}
work=$(mktemp -d)
cat > "$work/bina.toml" <<'TOML'
[listen]
http = "127.0.0.1:0"
agi = "off"
metrics = "127.0.0.1:0"
[hubsoft]
base_url = "http://127.0.0.1:9"
insecure_http = true
client_id = "3"
client_secret = "invented"
username = "api@example.com"
password = "invented"
TOML
timeout 20 "$program" serve -c "$work/bina.toml" 2> "$work/log" &
served=$!
trap 'kill "$served" 2> /dev/null || true; rm -rf "$work"' EXIT

# The first line has the listeners' addresses.
for _ in $(seq 50); do
    metrics=$(sed -n 's/.* metrics=\(127[0-9.:]*\) .*/\1/p' "$work/log")
    http=$(sed -n 's/.* http=\(127[0-9.:]*\).*/\1/p' "$work/log")
    [ -z "$metrics" ] || break
    sleep 0.1
done
[ -n "$metrics" ] || { cat "$work/log" >&2; exit 1; }
ask() { exec 3<> "/dev/tcp/${1%:*}/${1##*:}"; printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3; cat <&3; exec 3>&-; }
# Some of everything, so that the families have samples.
for path in '/asterisk?caller=37999990001' '/asterisk?caller=' '/cid?caller=3' /nowhere; do
    ask "$http" "$path" > /dev/null
done
ask "$metrics" /metrics | sed '1,/^\r$/d' > "$work/metrics"
grep -q '^bina_calls_total{' "$work/metrics" || { cat "$work/metrics" >&2; exit 1; }
promtool check metrics < "$work/metrics"
echo "$(grep -c '^# TYPE' "$work/metrics") families of metrics are good"
