#!/usr/bin/env bash
# The real servers and clients that Sluice is held against, by name and version, in a folder of the user's own: nothing is installed into the
# system, no service is started. What is there in the wanted version is left alone, so a second run costs nothing.
#
#   peers.sh [--quick] [NAME...]     --quick: only Debian's packages, which take seconds; the others are compiled and take minutes
#   peers.sh --where                 prints the folder
#
# SLUICE_PEERS: the folder (default ~/.cache/sluice/peers, common to all source trees). SLUICE_PEERS_SECONDS: how long one peer may take.
set -uo pipefail

cache=${SLUICE_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice/peers}
# A cold build of the largest, sing-box, has taken 8 minutes on two busy cores.
patience=${SLUICE_PEERS_SECONDS:-1800}
quick='' names=()
for word in "$@"; do
  case $word in
    --quick) quick=1 ;;
    --where) echo "$cache"; exit 0 ;;
    -*) echo "peers: unknown option '$word'; known: --quick, --where" >&2; exit 2 ;;
    *) names+=("$word") ;;
  esac
done

# name, where from, what, version, programs. Debian: the version is its release's.
peers() {
  cat <<'TXT'
microsocks        debian microsocks        - microsocks
dante             debian dante-server      - danted
shadowsocks-libev debian shadowsocks-libev - ss-server,ss-local,ss-tunnel
trojan            debian trojan            - trojan
v2ray             debian v2ray             - v2ray
xray              go github.com/xtls/xray-core/main            v1.260327.0 xray
sing-box          go github.com/sagernet/sing-box/cmd/sing-box v1.14.1     sing-box
shadowsocks-rust  cargo shadowsocks-rust   1.25.0 ssserver,sslocal
TXT
}

# REALITY and client fingerprints need uTLS, Hysteria 2 needs QUIC; gRPC is in every build.
readonly sing_box_tags=with_utls,with_quic
# Everything that speaks the protocol, nothing of DNS, TUN or HTTP.
readonly shadowsocks_rust_features=local,server,multi-threaded,logging,aead-cipher,aead-cipher-extra,aead-cipher-2022

mkdir -p "$cache/bin" "$cache/versions" "$cache/log" || exit 1

last_words() { grep -v '^[[:space:]]*$' "$1" | tail -n 1 | cut -c 1-160; }

# Sets 'why' and fails where the command does; it gets so long and its output goes to the peer's log.
try() {
  local log=$cache/log/$name
  timeout "$patience" "$@" >"$log" 2>&1 9>&- </dev/null && return
  case $? in
    124) why="not done within $patience s (SLUICE_PEERS_SECONDS)" ;;
    *) why="$(last_words "$log") ($log)" ;;
  esac
  return 1
}

# --- From Debian: unpacked beside the libraries that the system lacks ---------------------------------------------------

from_debian() {
  local package=$1 programs=$3 program file root=$cache/debian/root archives=$cache/debian/archives/$1
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || { why='no Debian here'; return 1; }
  mkdir -p "$root" "$archives/partial"
  if [ -z "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep '^ii')" ]; then
    download() {
      apt-get install --download-only --yes --no-install-recommends -o Debug::NoLocking=1 -o Dir::Cache::archives="$archives" "$package"
    }
    export -f download
    export package archives
    if ! try bash -c download; then
      [ "$(id -u)" = 0 ] && try apt-get update && try bash -c download || return 1
    fi
    for file in "$archives"/*.deb; do
      [ -e "$file" ] || { why="$package came without a file"; return 1; }
      try dpkg-deb -x "$file" "$root" || return 1
    done
  fi
  for program in ${programs//,/ }; do
    launcher "$root" "$program" || { why="$package has no $program"; return 1; }
  done
  version=$(apt-cache policy "$package" | awk '/Candidate:/ { print $2 }')
  rm -rf "$archives"
}

# A program of the system is linked to, an unpacked one is called with its libraries.
launcher() {
  local root=$1 program=$2 at libraries
  for at in "$root"/usr/{,local/}{,s}bin/"$program"; do
    [ -x "$at" ] || continue
    libraries=$(find "$root/usr/lib" "$root/lib" -name '*.so.*' -printf '%h\n' 2>/dev/null | sort -u | paste -sd:)
    printf '#!/bin/sh\nexport LD_LIBRARY_PATH="%s" V2RAY_LOCATION_ASSET="%s"\nexec "%s" "$@"\n' \
      "$libraries" "$root/usr/share/v2ray" "$at" >"$cache/bin/$program.new"
    chmod +x "$cache/bin/$program.new" && mv "$cache/bin/$program.new" "$cache/bin/$program"
    return
  done
  at=$(PATH=$PATH:/usr/sbin:/sbin command -v "$program") && ln -sf "$at" "$cache/bin/$program"
}

# --- Compiled ---------------------------------------------------------------------------------------------------------

from_go() {
  local module=$1 wanted=$2 program=$3 tags='' out=$cache/go
  command -v go >/dev/null || { why='Go is not installed'; return 1; }
  [ "$program" != sing-box ] || tags=$sing_box_tags
  mkdir -p "$out"
  GOBIN=$out CGO_ENABLED=0 try go install -trimpath -ldflags '-s -w -checklinkname=0' -tags "$tags" "$module@$wanted" || return 1
  mv "$out/$(basename "$module")" "$cache/bin/$program"
  version=$wanted
}

from_cargo() {
  local crate=$1 wanted=$2 programs=$3 program out=$cache/cargo
  command -v cargo >/dev/null || { why='Rust (cargo) is not installed'; return 1; }
  # Thin: the released build's fat one takes 4 GiB and many minutes.
  CARGO_PROFILE_RELEASE_LTO=thin CARGO_TARGET_DIR=$out/target try cargo install --locked --force --root "$out" --version "$wanted" \
    --no-default-features --features "$shadowsocks_rust_features" "$crate" || return 1
  for program in ${programs//,/ }; do mv "$out/bin/$program" "$cache/bin/$program"; done
  rm -rf "$out"
  version=$wanted
}

# --- The table --------------------------------------------------------------------------------------------------------

whole() { # whole VERSION PROGRAMS: are they all there, in the wanted version?
  local program
  [ -r "$cache/versions/$name" ] || return 1
  [ "$1" = - ] || [ "$1" = "$(cat "$cache/versions/$name")" ] || return 1
  for program in ${2//,/ }; do [ -x "$cache/bin/$program" ] || return 1; done
}

printf '%-18s %-18s %s\n' PEER VERSION STATE
while read -r name source what wanted programs; do
  [ ${#names[@]} -eq 0 ] || [[ " ${names[*]} " == *" $name "* ]] || continue
  why='' version=$wanted
  # Two runs share the folder: the second waits for what the first is about, and finds it there. Debian's have one root.
  exec 9>"$cache/lock.$([ "$source" = debian ] && echo debian || echo "$name")"
  if ! flock -w "$patience" 9; then
    state="missing: another run has been busy with it for $patience s"
  elif whole "$wanted" "$programs"; then
    version=$(cat "$cache/versions/$name") state=there
  elif [ -n "$quick" ] && [ "$source" != debian ]; then
    state="left out: it is compiled (./sluice peers $name)"
  elif "from_$source" "$what" "$wanted" "$programs"; then
    echo "$version" >"$cache/versions/$name"
    state=installed
  else
    state="missing: $why"
  fi
  printf '%-18s %-18s %s\n' "$name" "$version" "$state"
done < <(peers)
echo "Programs: $cache/bin"
