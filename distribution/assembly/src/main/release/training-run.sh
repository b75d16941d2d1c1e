#!/bin/sh
# One training run for own-runtime.sh: training-run.sh JAVA_HOME DISTRIBUTION CACHE traffic|start
#
# With traffic the namespace is ours alone: the appliance gets a TUN device and a proxy on the loopback interface (Training.java).
set -eu

java_home=$1
home=$2
cache=$3
kind=$4

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
cp -r "$home/etc" "$work/etc"
if [ "$kind" = traffic ]; then
  ip link set lo up
  cat >"$work/etc/sluice.json" <<'JSON'
{
  "tun": { "name": "train0", "mtu": 1500, "address": ["198.18.4.1/24"], "autoStart": true,
           "routes": { "include": ["198.18.3.0/24"], "mark": 21332 } },
  "outbounds": [ { "tag": "out", "protocol": "socks", "settings": { "address": "127.0.0.1", "port": 1080 } } ],
  "egress": { "mark": 21332 }
}
JSON
else
  sed -i.orig '/^features/s/, *linux//' "$work/etc/launcher.properties"
fi

SLUICE_ETC=$work/etc SLUICE_DATA=$work/data SLUICE_LOG=$work/log SLUICE_JAVA_OPTS="-XX:AOTCacheOutput=$cache" \
  "$home/bin/sluice" daemon >"$work/out" 2>&1 &
pid=$!
failed() {
  cat "$work/out" "$work/log/sluice.log" >&2
  echo "training-run.sh: $1" >&2
  exit 1
}
seconds=0
until grep -q '^state=READY' "$work/data/launcher.state" 2>/dev/null; do
  seconds=$((seconds + 1))
  if [ "$seconds" -gt 120 ] || ! kill -0 "$pid" 2>/dev/null ||
    grep -qs '^state=INCOMPLETE' "$work/data/launcher.state"; then
    failed "the appliance did not get ready"
  fi
  sleep 1
done
[ "$kind" != traffic ] || "$java_home/bin/java" "$(dirname "$0")/Training.java" || failed "the traffic failed"
kill "$pid"
wait "$pid"
pid=
[ -s "$cache" ]
