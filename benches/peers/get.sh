#!/usr/bin/env bash
# get.sh DIR: fetches what bina is compared with into DIR; nothing is installed, nothing needs root.
#
# nginx and PHP are Debian's own packages, unpacked; Node's and Python's libraries come from npm and
# pip. What cannot be fetched is left out: the run names it as absent. A second run fetches only what
# is missing. Each step may take 90 s.
set -uo pipefail
mkdir -p "${1:?usage: get.sh DIR}"
dir=$(cd "$1" && pwd)

step() { timeout -k 5 90 "$@" > "$dir/get.log" 2>&1 || { tail -n 3 "$dir/get.log" >&2; return 1; }; }
absent() { echo "get.sh: $1 is left out" >&2; }

# debian NAME PACKAGE…: unpacks packages into DIR/NAME.
debian() {
    local name=$1 part="$dir/$1.part"
    shift
    # What an older list has unpacked is unpacked anew.
    [ "$(cat "$dir/$name/PACKAGES" 2> /dev/null)" = "$*" ] && return
    rm -rf "$part" && mkdir -p "$part/debs"
    (cd "$part/debs" && step apt-get -q -o APT::Sandbox::User= download "$@") || return 1
    for deb in "$part"/debs/*.deb; do dpkg-deb -x "$deb" "$part" || return 1; done
    rm -rf "$part/debs" "${dir:?}/$name"
    echo "$*" > "$part/PACKAGES"
    mv "$part" "$dir/$name"
}

command -v nginx > /dev/null || debian nginx nginx nginx-common || absent nginx
command -v php-fpm8.2 > /dev/null ||
    debian php php8.2-cli php8.2-fpm php8.2-common php8.2-opcache php8.2-readline php8.2-curl \
        php8.2-apcu libargon2-1 libsodium23 libxml2 libpcre2-8-0 libicu72 libapparmor1 \
        libedit2 libbsd0 libmd0 || absent PHP
if command -v node > /dev/null && command -v npm > /dev/null; then
    [ -d "$dir/node/node_modules/ding-dong" ] || {
        mkdir -p "$dir/node"
        step npm install --prefix "$dir/node" --no-audit --no-fund lru-cache ding-dong
    } || absent "Node's libraries"
else
    absent Node
fi
[ -x "$dir/python/bin/uvicorn" ] || {
    step python3 -m venv "$dir/python" &&
        step "$dir/python/bin/pip" -q install fastapi uvicorn uvloop httptools panoramisk
} || absent "Python's libraries"
exit 0
