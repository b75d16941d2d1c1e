#!/usr/bin/env bash
# The main job on real traffic, in network namespaces that this script makes and removes:
#
#   client ──veth── gateway ──veth── hop ──veth── server
#
# client    curl, ping, dig, iperf3; its default route is the gateway
# gateway   Sluice: TUN -> own IP stack -> rules -> SOCKS5 (first round) or direct (second round)
# hop       a second Sluice whose inbound is the SOCKS5 server; also a plain router for the direct round
# server    HTTP, DNS and iperf3 servers
#
# Then the kill switch of the gateway, off, auto and lockdown: what shell, REST and canaries say of each.
#
# Nothing of the machine's own network is touched: no address, route, rule or resolver outside the namespaces.
# Called by `./sluice demo` with SLUICE_DIST set to a built appliance. Options: --size MB (default 1024), --rounds "socks direct",
# --shots DIR (the console in chromium: pictures, and the buttons of the kill switch pressed), --keep (leave the working directory).
set -euo pipefail

size=1024 rounds="socks direct" shots="" keep=""
while [ $# -gt 0 ]; do
  case $1 in
    --size) size=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --shots) shots=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    *) echo "demo: unknown option '$1'; known: --size MB, --rounds \"socks direct\", --shots DIR, --keep" >&2; exit 2 ;;
  esac
done
: "${SLUICE_DIST:?set SLUICE_DIST to the folder of a built appliance (./sluice demo does)}"

top=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
bold=$(tput bold 2>/dev/null || true) plain=$(tput sgr0 2>/dev/null || true)
step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
fail() { printf 'demo: FAILED: %s\n' "$*" >&2; failures=$((failures + 1)); }
die() { printf 'demo: %s\n' "$*" >&2; exit 1; }
failures=0

[ "$(id -u)" = 0 ] || die "network namespaces and TUN devices need root. Run it as root, or read $0 for what it would do."
[ -c /dev/net/tun ] || die "/dev/net/tun is missing: load the module 'tun', or make the node (mknod /dev/net/tun c 10 200)."

# program:package
missing=""
browser=${shots:+chromium:chromium}
for want in $browser ip:iproute2 curl:curl ping:iputils-ping dig:bind9-dnsutils iperf3:iperf3 nft:nftables dnsmasq:dnsmasq-base python3:python3 sha256sum:coreutils; do
  command -v "${want%%:*}" >/dev/null || missing="$missing ${want##*:}"
done
if [ -n "$missing" ]; then
  echo "demo: installing the client programs it needs:$missing"
  # shellcheck disable=SC2086
  { command -v apt-get >/dev/null && { apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
    { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1; }; }; } ||
    die "could not install:$missing. Install these packages and run it again."
fi

tag=sl$$
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-demo.XXXXXX")
pids=()
# shellcheck disable=SC2317
cleanup() {
  local status=$? pid
  trap - EXIT INT TERM
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do
    for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done
  for ns in client gateway hop server; do ip netns del "$tag-$ns" 2>/dev/null || true; done
  if [ -n "$keep" ]; then echo "demo: logs and files are kept in $work"; else rm -rf "$work"; fi
  exit "$status"
}
trap cleanup EXIT INT TERM

in_ns() { local ns=$1; shift; ip netns exec "$tag-$ns" "$@"; }
spawn() { local ns=$1 log=$2; shift 2; ip netns exec "$tag-$ns" "$@" >"$work/$log.log" 2>&1 </dev/null & pids+=($!); }
await() { # await SECONDS WHAT COMMAND...
  local limit=$1 what=$2 end; shift 2
  end=$(($(date +%s) + limit))
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$end" ] || die "$what did not happen within $limit s; logs are in $work (run again with --keep)"
    sleep 0.1
  done
}

step "Namespaces"
for ns in client gateway hop server; do
  ip netns add "$tag-$ns"
  ip -n "$tag-$ns" link set lo up
  in_ns "$ns" sh -c 'for f in /proc/sys/net/ipv6/conf/*/accept_dad; do echo 0 >"$f"; done
    echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding' 2>/dev/null || true
done
link() { # ns-a if-a ns-b if-b number
  ip -n "$tag-$1" link add "$2" type veth peer name "$4" netns "$tag-$3"
  ip -n "$tag-$1" addr add "198.18.$5.1/24" dev "$2"; ip -n "$tag-$3" addr add "198.18.$5.2/24" dev "$4"
  ip -n "$tag-$1" addr add "2001:db8:$5::1/64" dev "$2" nodad; ip -n "$tag-$3" addr add "2001:db8:$5::2/64" dev "$4" nodad
  ip -n "$tag-$1" link set "$2" up; ip -n "$tag-$3" link set "$4" up
}
link client up0 gateway lan0 1
link gateway wan0 hop isp0 2
link hop net0 server eth0 3
route() { ip -n "$tag-$1" route add "$2" via "198.18.$3"; ip -n "$tag-$1" -6 route add "$4" via "2001:db8:$5"; }
route client default 1.2 default 1::2
route gateway default 2.2 default 2::2
route hop 198.18.1.0/24 2.1 2001:db8:1::/64 2::1
route server default 3.1 default 3::1
readonly server4=198.18.3.2 server6=2001:db8:3::2
echo "client 198.18.1.1 - gateway - hop - server $server4, $server6"

step "Servers beyond the hop"
head -c "$((size * 1024 * 1024))" /dev/urandom >"$work/big.bin"
want=$(sha256sum "$work/big.bin" | cut -d' ' -f1)
echo "Hello from beyond the tunnel." >"$work/hello.txt"
cat >"$work/web-server.py" <<'PY'
import http.server, os, shutil, socket, sys, threading
os.chdir(sys.argv[1])
class H(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def copyfile(self, source, out):
        self.wfile.flush()
        self.connection.sendfile(source)
    def log_message(self, *a): pass
class S6(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "server", self.server_address[1]
S6(("::", 80), H).serve_forever()
PY
spawn server http python3 -I "$work/web-server.py" "$work"
spawn server dns dnsmasq --keep-in-foreground --no-resolv --no-hosts --user=root --conf-file=/dev/null --pid-file \
  --address=/demo.example/$server4 --address=/demo.example/$server6 --port=53
spawn server iperf iperf3 -s
await 10 "the HTTP server" in_ns server curl -sf "http://$server4/hello.txt"

# One appliance = the read-only parts of the distribution plus its own etc, data and log.
appliance() { # name, configuration on stdin
  local home=$work/$1 part
  mkdir -p "$home/etc" "$home/data" "$home/log"
  for part in bin lib system features; do [ -e "$SLUICE_DIST/$part" ] && ln -s "$SLUICE_DIST/$part" "$home/$part"; done
  cp -r "$SLUICE_DIST/etc/." "$home/etc/"
  cat >"$home/etc/sluice.json"
}
sluice() { local name=$1; shift; in_ns "$name" "$work/$name/bin/sluice" "$@"; }

step "Sluice in the hop: its inbound is the SOCKS5 server"
appliance hop <<'JSON'
{
  "inbounds": [
    { "tag": "socks", "protocol": "socks", "listen": "198.18.2.2", "port": 1080,
      "settings": { "auth": "password", "udp": true, "accounts": [{ "user": "demo", "pass": "beyond" }] } }
  ],
  "outbounds": [{ "tag": "direct", "protocol": "freedom" }],
  "api": { "listen": "127.0.0.1", "port": 8080 }
}
JSON
spawn hop hop "$work/hop/bin/sluice" run
hop_pid=${pids[-1]}
await 60 "the hop's SOCKS5 server" in_ns gateway bash -c 'exec 3<>/dev/tcp/198.18.2.2/1080'
echo "listening on 198.18.2.2:1080 (pid $hop_pid)"

step "Sluice in the gateway"
appliance gateway <<'JSON'
{
  "tun": {
    "name": "sluice0", "mtu": 1500, "address": ["172.19.0.1/30", "fdfe:dcba:9876::1/126"],
    "routes": { "include": ["0.0.0.0/0", "::/0"] }
  },
  "outbounds": [
    { "tag": "proxy", "protocol": "socks", "settings": { "address": "198.18.2.2", "port": 1080, "user": "demo", "pass": "beyond" } },
    { "tag": "direct", "protocol": "freedom" }
  ],
  "routing": { "rules": [] },
  "api": { "listen": "127.0.0.1", "port": 8080 }
}
JSON
spawn gateway gateway "$work/gateway/bin/sluice" run
gateway_pid=${pids[-1]}
await 60 "the gateway's start" sluice gateway status
host_state() { in_ns gateway sh -c 'ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; ip -br link; nft list ruleset'; }
before=$(host_state)
sluice gateway tunnel start
in_ns gateway ip -br addr show dev sluice0
in_ns gateway ip rule | sed 's/^/  ip rule: /'

token() { sluice gateway token 2>/dev/null || cat "$work/gateway/data/api-token"; }

check() { # check NAME COMMAND...
  local name=$1 out; shift
  if out=$("$@" 2>&1); then printf '  %-34s ok   %s\n' "$name" "$(tail -n 1 <<<"$out" | cut -c1-90)"
  else printf '  %-34s FAILED\n%s\n' "$name" "$(sed 's/^/      /' <<<"$out")"; fail "$name"; fi
}
http_ok() { [ "$(in_ns client curl -sS --max-time 20 -g "http://$1/hello.txt")" = "Hello from beyond the tunnel." ] && echo "200, text as served"; }
silent() { ! in_ns client curl -sS --max-time 3 -g "http://$1/hello.txt" 2>&1; }
dig_ok() { local answer; answer=$(in_ns client dig +short +time=3 +tries=2 "@$1" demo.example "$2"); [ "$answer" = "$3" ] && echo "$answer"; }
ping_ok() { in_ns client ping -c 3 -i 0.2 -W 3 "$1" | tail -n 1; }
iperf_ok() {
  in_ns client iperf3 -c "$1" -t 3 -J "${@:2}" | python3 -c 'import json,sys; e=json.load(sys.stdin)["end"]
s=e.get("sum_received") or e["sum"]; lost=s.get("lost_percent")
print("%.2f Gbit/s%s" % (s["bits_per_second"]/1e9, "" if lost is None else ", %.2f %% lost" % lost)); sys.exit(s["bits_per_second"] <= 0)'
}
download_ok() { # download and compare; while it runs, show the flow in shell and REST
  local start end got
  start=$(date +%s.%N)
  got=$(in_ns client curl -sS --max-time 300 -g "http://$1/big.bin" | sha256sum | cut -d' ' -f1)
  end=$(date +%s.%N)
  [ "$got" = "$want" ] || { echo "checksum differs: $got instead of $want"; return 1; }
  python3 -c "print('%d MB identical (sha256 %s…), %.2f Gbit/s' % ($size, '$want'[:12], $size * 8.388608e-3 / ($end - $start)))"
}
watch_flows() { # while one download runs, where it is seen
  in_ns client curl -sS --limit-rate "$((size * 1024 * 16))" --max-time 60 -g "http://$server4/big.bin" -o /dev/null 2>/dev/null & local pid=$!
  sleep 1.5
  echo "  flow list:"; sluice gateway flow list | sed 's/^/    /'
  sluice gateway flow list | grep -q "$server4" || fail "the download is not in flow list"
  in_ns gateway curl -sS -H "Authorization: Bearer $(token)" http://127.0.0.1:8080/api/v1/flows >"$work/flows.json" || true
  grep -q "$server4" "$work/flows.json" && echo "  REST /api/v1/flows: it is there" || fail "the download is not in REST /api/v1/flows"
  if [ -n "$shots" ]; then console flows "$shots/console-$1.png"; fi
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}
console() { # console WHAT FILE_OR_FOLDER: in a browser, see console.py
  mkdir -p "$shots"
  local url; url=$(sluice gateway console-url) || { fail "there is no console address"; return 0; }
  rm -rf "$work/chromium"
  in_ns gateway timeout -k 5 90 python3 -I "$top/console.py" "$1" chromium "$work/chromium" "$url" "$2" >"$work/console.out" 2>"$work/chromium.log" </dev/null &&
    echo "  page: pictures in $2" || fail "the console in a browser: $(tail -n 1 "$work/chromium.log")"
  sed 's/^/  page: /' "$work/console.out"
}

for round in $rounds; do
  if [ "$round" = socks ]; then
    step "Round 1: client -> TUN -> IP stack -> SOCKS5 (user and password) -> server"
  else
    step "Round 2: the same with the direct outbound, switched while running"
    sed 's/"rules": \[\]/"rules": [{ "network": "tcp,udp", "outboundTag": "direct" }]/' "$work/gateway/etc/sluice.json" >"$work/direct.json"
    sluice gateway conf apply "$work/direct.json"
  fi
  check "HTTP over IPv4" http_ok "$server4"
  check "HTTP over IPv6" http_ok "[$server6]"
  check "ICMP echo, IPv4" ping_ok "$server4"
  check "ICMP echo, IPv6" ping_ok "$server6"
  check "DNS over UDP, IPv4" dig_ok "$server4" A "$server4"
  check "DNS over UDP, IPv6" dig_ok "$server6" AAAA "$server6"
  check "download $size MB, IPv4" download_ok "$server4"
  check "download $size MB, IPv6" download_ok "[$server6]"
  check "iperf3 up" iperf_ok "$server4"
  check "iperf3 down" iperf_ok "$server4" -R
  # -w: what its own receiving socket holds by default is a tenth of a second of it.
  check "iperf3 UDP 50 Mbit/s up" iperf_ok "$server4" -u -b 50M -w 2M
  watch_flows "$round"
done

# One mode: by the shell, read by REST; what it holds back is shown by canaries.
killswitch_ok() { # MODE STATE
  sluice gateway killswitch mode "$1" --yes >/dev/null || return 1
  in_ns gateway curl -sS -H "Authorization: Bearer $(token)" http://127.0.0.1:8080/api/v1/killswitch |
    python3 -I -c 'import json,sys; k=json.load(sys.stdin); print(k["state"]+": "+k["reason"]); sys.exit([k["mode"],k["state"]] != sys.argv[1:])' "$1" "$2"
}
step "The kill switch: off, auto, lockdown"
check "off" killswitch_ok off disarmed
check "auto" killswitch_ok auto armed
check "auto, proved" sluice gateway killswitch prove
check "auto, carries through the tunnel" http_ok "$server4"
check "lockdown" killswitch_ok lockdown armed
check "lockdown, proved" sluice gateway killswitch prove
if [ -n "$shots" ]; then console killswitch "$shots"; fi
sluice gateway tunnel stop
check "lockdown, tunnel stopped" killswitch_ok lockdown blocked
check "lockdown, tunnel stopped, proved" sluice gateway killswitch prove
check "lockdown, nothing passes" silent "$server4"
sluice gateway killswitch disarm --yes

step "Stop: everything undone"
after=$(host_state)
if [ "$before" = "$after" ]; then echo "rules, routes, links and the firewall are as before"; else
  diff <(echo "$before") <(echo "$after") || true
  fail "rules, routes, links or the firewall differ from before"
fi
kill "$gateway_pid"; wait "$gateway_pid" 2>/dev/null || true

if [ "$failures" -eq 0 ]; then step "Everything above worked."; else step "$failures checks FAILED."; exit 1; fi
