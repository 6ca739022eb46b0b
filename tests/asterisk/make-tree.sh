#!/bin/sh
# make-tree.sh DIR: unpacks a real Asterisk, sipp and espeak-ng into DIR, for tests/asterisk.rs and for trying by hand.
#
# Nothing is installed and nothing needs root: Debian's own packages are fetched with a private apt
# state (the host's signatures and sources stay untouched) and unpacked with dpkg. They run through
# the C library of that folder, so the host's may be older. About 30 MB are fetched, 60 MB are kept.
# A second run finds the folder and ends at once; runs at the same time wait for one another.
#
# Needs: a Debian or a derivative with apt, dpkg, gpgv, debian-archive-keyring. Tried on amd64.
# Settings, all optional:
#   BINA_DEBIAN_MIRROR    the archive to fetch from (default: the one in the host's own apt sources)
#   BINA_DEBIAN_SUITES    suites to look for Asterisk in, in order (default: "forky sid"; Debian 12
#                         and 13 have none)
#   BINA_DEBIAN_KEYRING   whose signatures to believe
#   BINA_TREE_SECONDS     most seconds to spend (default 240)
# Ends with 0 and the folder ready, or with 1 and one last line on stderr that names what was missing.
set -eu

fail() { echo "make-tree: $*" >&2; exit 1; }

dir=${1:?usage: make-tree.sh DIR}
seconds=${BINA_TREE_SECONDS:-240}
suites=${BINA_DEBIAN_SUITES:-forky sid}
keyring=${BINA_DEBIAN_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
# A folder made by another edition of this script is made again.
edition=$(cksum < "$0" | tr ' ' '-')

mkdir -p "$(dirname "$dir")"
dir=$(cd "$(dirname "$dir")" && pwd)/$(basename "$dir")
ready() { [ "$(cat "$dir/EDITION" 2>/dev/null)" = "$edition" ]; }
if ready; then cat "$dir/VERSION"; exit 0; fi

# The work is done by a second run of this script, so that all of it stands under one time limit and
# under one lock; the lock goes with the process, however that ends.
if [ -z "${BINA_TREE_LOCKED:-}" ]; then
    for tool in apt-get apt-cache dpkg dpkg-deb gpgv flock timeout awk; do
        command -v "$tool" > /dev/null || fail "'$tool' is not on this machine; a Debian with apt is needed"
    done
    [ -r "$keyring" ] || fail "no $keyring: install debian-archive-keyring, or set BINA_DEBIAN_KEYRING"
    status=0
    BINA_TREE_LOCKED=1 timeout -k 5 "$seconds" flock "$dir.lock" sh "$0" "$dir" || status=$?
    [ "$status" != 124 ] || fail "gave up after $seconds s (is the package archive slow or out of reach?)"
    exit "$status"
fi
if ready; then cat "$dir/VERSION"; exit 0; fi

# ---- the private apt ---------------------------------------------------------------------------
# Leftovers of runs that were killed; no other run can be at work here, as we hold the lock.
rm -rf "$dir".part.* "$dir".old.*
part=$dir.part.$$
trap 'rm -rf "$part"' EXIT
trap 'exit 1' INT TERM HUP
apt=$part/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/none" "$apt/conf" "$part/root" "$part/debs"

# Only how to get out (a proxy, credentials for it) is taken from the host's settings; its hooks
# would act upon the host.
for file in /etc/apt/apt.conf.d/*; do
    if grep -qsiE '^[^/#]*(Proxy|Verify-Peer|CaInfo)' "$file"; then cp "$file" "$apt/conf/"; fi
done
mirror=${BINA_DEBIAN_MIRROR:-$(apt-get indextargets --no-release-info \
    --format '$(COMPONENT) $(RELEASE) $(REPO_URI)' 'Identifier: Packages' 2> /dev/null |
    awk '$1 == "main" && $2 !~ /security/ && $3 ~ /debian/ { print $3; exit }')}
[ -n "$mirror" ] || fail "the host's apt sources name no Debian archive; set BINA_DEBIAN_MIRROR"
architecture=$(dpkg --print-architecture)

: > "$apt/status"
cat > "$apt/apt.conf" <<CONF
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/none";
Dir::Etc::preferencesparts "$apt/none";
Dir::Etc::parts "$apt/conf";
APT::Architecture "$architecture";
APT::Architectures "$architecture";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
// A stored mirror may be older than the Release file allows. Signatures are checked all the same.
Acquire::Check-Valid-Until "false";
CONF
export APT_CONFIG="$apt/apt.conf"

# apt retries files; this retries the rest (a name that does not resolve, an index caught changing).
try() {
    "$@" > "$part/log" 2>&1 && return
    sleep 2
    "$@" > "$part/log" 2>&1 || { tail -n 5 "$part/log" >&2; return 1; }
}

found=
for suite in $suites; do
    echo "deb [signed-by=$keyring] $mirror $suite main" > "$apt/sources.list"
    try apt-get -q update -o APT::Update::Error-Mode=any || continue
    version=$(apt-cache show --no-all-versions asterisk 2> /dev/null | awk '/^Version: / { print $2 }')
    if dpkg --compare-versions "${version:-0}" ge 1:22; then found=$suite; break; fi
done
[ -n "$found" ] || fail "no Asterisk 22 was found in: $suites (is the package archive in reach?)"

# ---- what to fetch -----------------------------------------------------------------------------
# Everything asterisk, sipp and espeak-ng depend upon, and of the very many things the modules package depends
# upon only what the modules in etc/modules.conf are linked with. What only runs on an installed
# system (scripts, configuration, languages) is left out.
left_out='^(adduser|asterisk-config|asterisk-modules|asterisk-core-sounds.*|debconf|gcc-.*-base|'
left_out=$left_out'libc-gconv-modules-extra|libsasl2-modules-db|media-types|netbase|'
left_out=$left_out'openssl-provider-legacy|(lib)?python3.*|readline-common|tzdata)$'
# depends PACKAGE…: the first alternative of each dependency.
depends() {
    apt-cache show --no-all-versions "$@" | awk '/^(Pre-)?Depends: / { sub(/^[^:]*: /, ""); print }' |
        tr ',' '\n' | awk '{ sub(/[:|(].*/, ""); if ($1 != "") print $1 }' | sort -u | grep -vE "$left_out" || true
}
wanted=$(printf '%s\n' sip-tester espeak-ng $(depends asterisk sip-tester espeak-ng) \
    $(depends asterisk-modules | grep -E '^(libcurl4|libgsm1|liblua5.1)'))
layer=$wanted
while [ -n "$layer" ]; do
    layer=$(depends $layer | grep -vxF "$wanted" || true)
    wanted=$(printf '%s\n%s\n' "$wanted" "$layer" | grep . | sort -u)
done

# ---- fetch, unpack, try ------------------------------------------------------------------------
# apt checks every file against the signed index before it keeps it.
cd "$part/debs"
try apt-get -q download asterisk asterisk-modules $wanted || fail "the packages could not be fetched"
for deb in *.deb; do dpkg-deb -x "$deb" "$part/root" || fail "$deb could not be unpacked"; done
cd "$part/root"
rm -rf etc var usr/include usr/lib/systemd usr/lib/*/gconv usr/share/doc usr/share/lintian \
    usr/share/locale usr/share/man
libraries=$(echo "$part"/root/usr/lib/*-linux-gnu)
loader=$(echo "$libraries"/ld-linux*.so.*)
[ -x "$loader" ] || fail "the unpacked C library has no loader"
"$loader" --library-path "$libraries" usr/sbin/asterisk -V > VERSION || fail "the unpacked Asterisk does not run"
"$loader" --library-path "$libraries" usr/bin/sipp -v < /dev/null > "$part/log" 2>&1 || true
grep -q '^ *SIPp v' "$part/log" || fail "the unpacked sipp does not run"
"$loader" --library-path "$libraries:$libraries/pulseaudio" usr/bin/espeak-ng --path="$libraries" \
    -v pt-br --stdout teste 2> "$part/log" | grep -qa ^RIFF ||
    fail "the unpacked espeak-ng does not run"
(cd "$part/debs" && ls) > PACKAGES
echo "$edition" > EDITION

# A test may be using a folder of an older edition: it is moved aside, not emptied under its feet.
if [ -e "$dir" ]; then mv "$dir" "$dir.old.$$"; fi
mv "$part/root" "$dir"
rm -rf "$dir.old.$$"
cat "$dir/VERSION"
