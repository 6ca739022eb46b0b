# package-parts.sh: what the tests of the packages share; sourced in the folder of the project.
#
# BINA_DEBIAN_MIRROR and BINA_DEBIAN_SUITE say another archive than the machine's own.
suite=${BINA_DEBIAN_SUITE:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
mirror=${BINA_DEBIAN_MIRROR:-$(apt-get indextargets --no-release-info \
    --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Identifier: Packages' |
    awk '$1 == "main" && $2 !~ /security/ && $3 ~ /debian/ { print $3; exit }')}

work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
debian=$work/debian

step() { printf -- '-- %s\n' "$*"; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
within() { chroot "$debian" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }

# Unpacks a clean Debian, with some packages more.
clean_debian() {
    local more=ca-certificates,procps,systemd
    [ $# = 0 ] || more=$more,$1
    mmdebstrap --quiet --variant=essential --include="$more" "$suite" "$debian" "$mirror"
}

# The program of a .deb needs no symbol that is newer than glibc 2.17.
require_old_symbols() {
    local newest
    dpkg-deb --extract "$1" "$work/symbols"
    newest=$(objdump -T "$work/symbols/usr/bin/bina" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
    printf 'GLIBC_2.17\n%s\n' "$newest" | sort -VC -r || fail "the program needs $newest"
    dpkg-deb --field "$1" Depends | grep -qF 'libc6 (>= 2.17)' || fail "the package asks for another C library"
    printf 'newest symbol: %s\n' "$newest"
}
