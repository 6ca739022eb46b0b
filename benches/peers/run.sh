#!/usr/bin/env bash
# run.sh [--quick]: measures bina beside its peers, all in one run on this machine, and prints tables.
#
# On one core, servers and callers alike, round by round in turn: what the machine does otherwise meets
# all of them, and only the ratios carry over to another one. Then what is measured of bina alone, on all
# cores. About 5 minutes, with --quick one. The peers are fetched into target/peers without root
# (get.sh); who cannot be is named. Everything listens on loopback, and ends with this script.
#
#   --quick   a tenth of the time: to see that it works
#   --goals   only what is measured of bina alone
#   --peers   only the comparison
set -euo pipefail
cd "$(dirname "$0")/../.."

quick=() peers=1 goals=1
for argument in "$@"; do
    case $argument in
        --quick) quick=(--quick) ;;
        --goals) peers= ;;
        --peers) goals= ;;
        *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done

target=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TARGET_DIR=$target
cargo build --release --locked
cargo build --release --locked --manifest-path benches/peers/Cargo.toml
[ -z "$peers" ] || benches/peers/get.sh "$target/peers"
mkdir -p "$target/peers"

date -u '+%F %R UTC'
echo "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r)," \
    "load $(cut -d ' ' -f 1 /proc/loadavg)"
echo
measure() { timeout -k 5 240 "$@" "$target/release/bina" "$target/peers" "${quick[@]}"; }
[ -z "$peers" ] || measure taskset -c 0 "$target/release/peers" compare
[ -z "$goals" ] || measure "$target/release/peers" goals
