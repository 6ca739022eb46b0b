#!/usr/bin/env bash
# package.sh: builds what is handed out, into target/package/: bina_VERSION_ARCH.deb, the .rpm, a static
# program, the tree of the container's image, and SHA256SUMS.
#
# Both packages have the same program, linked with the symbols of glibc 2.17, so that it also runs on Rocky 8
# and old Debians. That needs zig and cargo-zigbuild, which are fetched with pip into target/zig/ where
# cargo-zigbuild is missing. Also needed: cargo-deb (`cargo install --locked cargo-deb`) and rpm, for
# rpmbuild.
#
# The static program is built with musl, for any Linux of the same processor, and for the container; it needs
# musl-gcc (Debian's musl-tools) and Rust's target for it, which rustup fetches. It is not in the packages,
# because GLIBC_TUNABLES of the unit, by which freed memory is overwritten, is glibc's.
#
#   BINA_STATIC=no     leaves the static program and the image out, said as well
#   BINA_QUICK=yes     builds both programs without optimisation, only to try the packages
#   BINA_RPM=no        leaves the .rpm out
#   BINA_GLIBC=own     links the packages' program with this machine's C library, without zig
set -euo pipefail
cd "$(dirname "$0")/.."

out=target/package
zig=target/zig
architecture=$(uname -m)
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
say() { printf 'package: %s\n' "$*"; }

# The same sources make the same package.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2> /dev/null || echo 0)
fi
export SOURCE_DATE_EPOCH

if [ "${BINA_QUICK:-no}" = yes ]; then
    say "the programs are not optimised: do not hand them out (BINA_QUICK=yes)" >&2
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
fi
gnu=$architecture-unknown-linux-gnu
if [ "${BINA_GLIBC:-2.17}" = own ]; then
    say "the packages need the C library of this machine (BINA_GLIBC=own): do not hand them out" >&2
    cargo build --release --locked --target "$gnu"
else
    if ! command -v cargo-zigbuild > /dev/null; then
        [ -d "$zig/ziglang" ] || python3 -m pip --quiet --disable-pip-version-check install \
            --root-user-action ignore --target "$zig" cargo-zigbuild==0.24.1 ziglang==0.17.1
        export PATH="$PWD/$zig/bin:$PATH" PYTHONPATH="$PWD/$zig"
    fi
    cargo zigbuild --release --locked --target "$gnu.2.17"
fi
program=target/$gnu/release/bina

rm -rf "$out"
mkdir -p "$out/completions"
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
# For Debians whose systemd is older than 247.
mkdir "$out/old-systemd"
systemd/rpm/variant.sh > "$out/old-systemd/bina.service"
cargo deb --locked --no-build --target "$gnu" --output "$out/"

if [ "${BINA_RPM:-yes}" = no ]; then
    say "the .rpm is left out (BINA_RPM=no)"
else
    systemd/rpm/build.sh "$(echo "$out"/bina_*.deb)" "$out"
fi

# Builds the program for a target, with a command in front, and says where it is not static.
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
    systemd/container/image.sh "$out/$name" "$out/image"
}

musl=$architecture-unknown-linux-musl
[ "${BINA_QUICK:-no}" = no ] || version=$version-unoptimised
if [ "${BINA_STATIC:-yes}" = no ]; then
    say "the static program and the image are left out (BINA_STATIC=no)"
elif command -v musl-gcc > /dev/null && rustup target add "$musl"; then
    static "$musl" "bina-$version-$architecture-linux-musl"
else
    say "NO MUSL here (musl-gcc and Rust's target $musl are needed): the C library is linked in" >&2
    static "$gnu" "bina-$version-$architecture-linux-gnu-static" env RUSTFLAGS="-C target-feature=+crt-static"
fi
if [ -d "$out/image" ]; then
    tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --numeric-owner -C "$out/image" -czf \
        "$out/bina-$version-$architecture-image.tar.gz" .
fi

(cd "$out" && sha256sum -- bina_* bina-[0-9]* > SHA256SUMS)
ls -l "$out"
cat "$out/SHA256SUMS"
