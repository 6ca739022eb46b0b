#!/usr/bin/env bash
# run.sh [--quick] [--peers] [--goals] [--asterisk]: measures bina beside its peers, and prints tables.
#
# The peers all in one run on one core, servers and callers alike, round by round alternately: what the
# machine does otherwise affects all of them, and only the ratios carry over to another one. Then what is
# measured of bina alone, and look-ups on a real Asterisk, on all cores. Under 5 minutes once all is
# built and fetched, with --quick one. The peers are fetched into target/peers and Asterisk into
# target/asterisk-tree, without root (get.sh, tests/asterisk/make-tree.sh); who cannot be is named.
# Everything listens on loopback, and ends with this script.
#
#   --quick     a tenth of the time: to see that it works
#   --peers     only the comparison
#   --goals     only what is measured of bina alone
#   --asterisk  only what a look-up adds to a call on Asterisk
set -euo pipefail
cd "$(dirname "$0")/../.."

quick=() parts=()
for argument in "$@"; do
    case $argument in
        --quick) quick=(--quick) ;;
        --peers | --goals | --asterisk) parts+=("${argument#--}") ;;
        *) sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
[ "${#parts[@]}" -gt 0 ] || parts=(peers goals asterisk)
wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

target=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TARGET_DIR=$target
cargo build --release --locked
cargo build --release --locked --manifest-path benches/peers/Cargo.toml
mkdir -p "$target/peers"
if wants peers; then benches/peers/get.sh "$target/peers"; fi
if wants asterisk; then
    # What it lacks is in its last line; the tables state that nothing was measured.
    sh tests/asterisk/make-tree.sh "$target/asterisk-tree" > /dev/null || true
fi

date -u '+%F %R UTC'
echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r)," \
    "load $(cut -d ' ' -f 1 /proc/loadavg)"
echo
# However slow the machine: what is measured ends within five minutes.
begun=$SECONDS
measure() {
    timeout -k 5 "$((290 + begun - SECONDS))" "$@" "${quick[@]}" && return
    echo "run.sh: ended with $? after $((SECONDS - begun)) s (124: out of time)" >&2
    exit 1
}
peers=("$target/release/peers") bina=("$target/release/bina" "$target/peers")
if wants peers; then measure taskset -c 0 "${peers[@]}" compare "${bina[@]}"; fi
if wants goals; then measure "${peers[@]}" goals "${bina[@]}"; fi
if wants asterisk; then measure "${peers[@]}" asterisk "${bina[@]}" "$target/asterisk-tree"; fi
echo "measured in $((SECONDS - begun)) s, after $begun s of building and fetching"
