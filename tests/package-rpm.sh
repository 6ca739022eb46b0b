#!/usr/bin/env bash
# package-rpm.sh: looks into the .rpm of target/package/, and installs, upgrades and erases it.
#
# Red Hat's packages are not to be had everywhere, so this is a clean Debian with Debian's rpm, in a folder of
# its own (mmdebstrap); nothing is installed on the machine. Its systemctl only writes down what it is told.
# Needs root, mmdebstrap, rpm, cpio, binutils and systemd-analyze. Ends with 1 and the line that did not hold.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/package-parts.sh

rpm=$(echo target/package/bina-*.rpm)
[ -f "$rpm" ] || fail "no package: run systemd/package.sh first"

step "what it asks of rpm, and of the C library"
rpm -qp --requires "$rpm" > "$work/requires"
# What rpm 4.11 of CentOS 7 has.
if grep '^rpmlib(' "$work/requires" | grep -vE '^rpmlib\((CompressedFileNames|FileDigests|PayloadFilesHavePrefix)\)'; then
    fail "an old rpm does not have the above"
fi
[ "$(rpm -qp --qf '%{PAYLOADCOMPRESSOR}' "$rpm")" = gzip ] || fail "the payload is not gzip's"
require_old_symbols target/package/bina_*.deb

step "the files of the package, their modes and owners"
rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]' "$rpm" > "$work/contents"
while read -r mode path; do
    grep -qxF -e "$mode root:root $path" "$work/contents" || fail "there is no $mode root:root $path"
done <<'FILES'
-rwxr-xr-x /usr/bin/bina
drwxr-xr-x /etc/bina
-rw-r--r-- /etc/bina/bina.toml
-rw-r--r-- /usr/lib/systemd/system/bina.service
-rw-r--r-- /usr/lib/systemd/system/bina.socket
-rw-r--r-- /usr/lib/systemd/system/bina-agi.socket
-rw-r--r-- /usr/lib/systemd/system/bina-metrics.socket
-rw-r--r-- /usr/share/bina/systemd/no-sandbox.conf
-rw-r--r-- /usr/share/bina/ansible/bina.yml
-rw-r--r-- /usr/share/bina/dialplan/asterisk/bina.conf
-rw-r--r-- /usr/share/licenses/bina/LICENSE
-rw-r--r-- /usr/share/zsh/site-functions/_bina
FILES
if grep -v '^l' "$work/contents" | grep -vE '^[-d]r[w-][x-]r-[x-]r-[x-] root:root '; then
    fail "a file has rights that it should not have"
fi
# The .deb and the .rpm have the same files, but for the unit and what lies elsewhere.
mkdir "$work/deb" "$work/rpm"
dpkg-deb --extract target/package/bina_*.deb "$work/deb"
rpm2cpio "$rpm" | (cd "$work/rpm" && cpio --quiet -idm)
if diff -r --no-dereference "$work/deb" "$work/rpm" | grep -vE \
    '^Only in [^ ]*/(share|bina/systemd|doc/bina|zsh): (licenses|copyright|credentials-encrypted.conf|site-functions|vendor-completions)$' |
    grep -E '^(Only|Binary|diff)' | grep -v 'system/bina.service'; then
    fail "the two packages differ in the above"
fi

step "a clean Debian $suite with rpm"
clean_debian rpm,passwd
cp "$rpm" "$debian/bina.rpm"
mkdir -p "$debian/run/systemd/system"
printf '#!/bin/sh\necho "$*" >> /told\n' > "$debian/usr/bin/systemctl"
told() { cat "$debian/told"; : > "$debian/told"; }
of_rpm() { within rpm --force-debian --nodeps "$@"; }

step "it is installed, with a user, and nothing enabled or started"
of_rpm --install /bina.rpm > "$work/said"
grep -q 'not started yet' "$work/said" || fail "it does not say what is next: $(cat "$work/said")"
[ "$(told)" = daemon-reload ] || fail "systemctl is told more than daemon-reload"
within getent passwd bina | grep -q ':/sbin/nologin$' || fail "there is no user bina without a shell"
within rpm --verify --nodeps bina

step "bina check: 2 without the secrets, 0 with them, also as the user of the unit"
status=0
within bina check > "$work/check" 2>&1 || status=$?
[ "$status" = 2 ] && grep -q /etc/bina/client_secret "$work/check" || fail "ends with $status: $(cat "$work/check")"
for secret in client_secret password; do
    within install -g bina -m 640 /dev/null "/etc/bina/$secret"
    echo invented > "$debian/etc/bina/$secret"
done
within bina check > "$work/check" 2>&1 || fail "ends with $?: $(cat "$work/check")"
if grep -q 'other users can read' "$work/check"; then fail "bina check warns of the group"; fi
within setpriv --reuid=bina --regid=bina --clear-groups bina check --quiet
# A secret that only root reads would stop the next start. There is no /proc in here to find the unit by itself.
chmod 600 "$debian/etc/bina/password"
if within bina check --quiet --unit /usr/lib/systemd/system > "$work/check" 2>&1; then fail "bina check is content with a secret of root's"; fi
chmod 640 "$debian/etc/bina/password"

step "the units, as installed"
systemd-analyze verify --man=no --root="$debian" bina.service bina.socket bina-agi.socket bina-metrics.socket \
    > "$work/verify" 2>&1 || true
[ ! -s "$work/verify" ] || fail "systemd finds fault with the units: $(cat "$work/verify")"
systemd-analyze security --offline=yes --threshold=20 --root="$debian" bina.service | tail -n 1

step "an upgrade keeps the configuration and the secrets, and starts anew what runs"
echo '# mine' >> "$debian/etc/bina/bina.toml"
of_rpm --upgrade --replacepkgs --force /bina.rpm
grep -q '^# mine' "$debian/etc/bina/bina.toml" || fail "the configuration is not the same any more"
[ "$(stat -c %a "$debian/etc/bina/password")" = 640 ] || fail "a secret has other rights"
told > "$work/told"
grep -qx 'try-restart bina.service' "$work/told" || fail "a bina that runs is not started anew: $(cat "$work/told")"
if grep -q 'stop\|disable' "$work/told"; then fail "an upgrade stops the service"; fi

step "erase stops it, keeps configuration and secrets, and says so"
of_rpm --erase bina > "$work/said"
told > "$work/told"
grep -q '^stop bina.service bina.socket' "$work/told" || fail "the service is not stopped: $(cat "$work/told")"
[ ! -e "$debian/usr/bin/bina" ] && [ ! -e "$debian/usr/share/bina" ] || fail "the program is still there"
[ -s "$debian/etc/bina/password" ] && [ -s "$debian/etc/bina/bina.toml.rpmsave" ] || fail "/etc/bina was emptied"
grep -q 'rm -rf /etc/bina /var/lib/bina' "$work/said" || fail "it does not say what is left"

step "the .rpm holds"
