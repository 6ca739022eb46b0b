#!/usr/bin/env bash
# package.sh: builds what is handed out: bina_VERSION_ARCH.deb and a static program, into target/package/.
#
# Needs cargo-deb (`cargo install --locked cargo-deb`) and dpkg-dev, which finds what the program is
# linked with. The static program is built with musl, for any Linux of the same processor, also one with
# an old C library; it needs musl-gcc (Debian's musl-tools) and Rust's target for it, which rustup
# fetches. Where that is not to be had, the C library of this machine is linked in instead, which is
# said, and which the program's name tells.
#
#   BINA_STATIC=no     leaves the static program out, said as well
#   BINA_STATIC=quick  builds it without optimisation, only to see that it links
set -euo pipefail
cd "$(dirname "$0")/.."

out=target/package
say() { printf 'package: %s\n' "$*"; }

# The same sources make the same package.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2> /dev/null || echo 0)
fi
export SOURCE_DATE_EPOCH

cargo build --release --locked
rm -rf "$out"
mkdir -p "$out/completions"
program=target/release/bina
"$program" man "$out/man"
"$program" completions bash > "$out/completions/bina"
"$program" completions fish > "$out/completions/bina.fish"
"$program" completions zsh > "$out/completions/_bina"
# bina.toml and the guides name the sounds by this shorter way.
ln -s dialplan/sounds "$out/sounds"
# Links in the README lead to what is beside it in /usr/share/bina.
mkdir "$out/doc"
ln -s ../../bina/dialplan "$out/doc/dialplan"
ln -s ../../bina/docs "$out/doc/docs"
cargo deb --locked --no-build --output "$out/"

architecture=$(uname -m)
static() {
    local target=$1 name=$2
    shift 2
    "$@" cargo build --release --locked --target "$target"
    install -m 755 "target/$target/release/bina" "$out/$name"
    # A dynamic program would name its loader.
    if readelf -lW "$out/$name" | grep -q INTERP; then
        say "$name is not static" >&2
        exit 1
    fi
}

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
musl=$architecture-unknown-linux-musl
if [ "${BINA_STATIC:-yes}" = quick ]; then
    say "the static program is not optimised: do not hand it out (BINA_STATIC=quick)"
    version=$version-unoptimised
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
fi
if [ "${BINA_STATIC:-yes}" = no ]; then
    say "the static program is left out (BINA_STATIC=no)"
elif command -v musl-gcc > /dev/null && rustup target add "$musl"; then
    static "$musl" "bina-$version-$architecture-linux-musl"
else
    say "NO MUSL here (musl-gcc and Rust's target $musl are needed): the C library is linked in" >&2
    static "$architecture-unknown-linux-gnu" "bina-$version-$architecture-linux-gnu-static" \
        env RUSTFLAGS="-C target-feature=+crt-static"
fi

(cd "$out" && sha256sum -- bina_* bina-[0-9]* 2> /dev/null > SHA256SUMS || true)
ls -l "$out"
