#!/usr/bin/env bash
# package.sh: installs the .deb of target/package/ in a clean Debian, upgrades it, removes and purges it.
#
# The Debian is unpacked into a folder of its own by mmdebstrap, from the machine's own apt sources, and
# removed at the end; nothing is installed on the machine. Needs root, mmdebstrap and systemd's
# systemctl and systemd-analyze. BINA_DEBIAN_SUITE says another Debian (tests/package-parts.sh).
# Ends with 1 and the line that did not hold.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/package-parts.sh

deb=$(echo target/package/bina_*.deb)
[ -f "$deb" ] || fail "no package: run systemd/package.sh first"

step "what it asks of the C library"
require_old_symbols "$deb"

step "the files of the package, their modes and owners"
dpkg-deb --contents "$deb" | awk '{ sub(/^\.\//, "/", $6); sub(/^0\/0$/, "root/root", $2); print $1, $2, $6 }' > "$work/contents"
while read -r mode path; do
    grep -qxFe "$mode root/root $path" "$work/contents" || {
        grep -F " $path" "$work/contents" >&2 || true
        fail "there is no $mode root/root $path"
    }
done <<'FILES'
-rwxr-xr-x /usr/bin/bina
-rw-r--r-- /etc/bina/bina.toml
-rw-r--r-- /usr/lib/systemd/system/bina.service
-rw-r--r-- /usr/lib/systemd/system/bina.socket
-rw-r--r-- /usr/lib/systemd/system/bina-agi.socket
-rw-r--r-- /usr/lib/systemd/system/bina-metrics.socket
-rw-r--r-- /usr/share/bina/systemd/credentials-encrypted.conf
-rw-r--r-- /usr/share/bina/systemd/no-sandbox.conf
-rw-r--r-- /usr/share/bina/systemd/old/bina.service
-rw-r--r-- /usr/share/bina/systemd/bina.pt-BR.toml
-rw-r--r-- /usr/share/bina/container/Containerfile
-rw-r--r-- /usr/share/bina/container/bina.container
-rw-r--r-- /usr/share/bina/ansible/bina.yml
-rw-r--r-- /usr/share/bina/prometheus/bina.rules.yml
-rw-r--r-- /usr/share/bina/prometheus/bina.rules.pt-BR.yml
-rw-r--r-- /usr/share/bina/grafana/bina.json
-rw-r--r-- /usr/share/bina/grafana/bina.pt-BR.json
-rw-r--r-- /usr/share/bina/dialplan/README.md
-rw-r--r-- /usr/share/bina/dialplan/asterisk/bina-identify.conf
-rw-r--r-- /usr/share/bina/dialplan/asterisk/bina.conf
-rw-r--r-- /usr/share/bina/dialplan/freeswitch/bina-identify.xml
-rw-r--r-- /usr/share/bina/dialplan/freeswitch/bina.xml
-rw-r--r-- /usr/share/bina/dialplan/guides/README.md
-rw-r--r-- /usr/share/bina/dialplan/sounds/pt_BR/bina/manutencao.wav
-rw-r--r-- /usr/share/bina/docs/README.md
-rw-r--r-- /usr/share/bina/docs/events.md
-rw-r--r-- /usr/share/bina/docs/eventos.pt-BR.md
-rw-r--r-- /usr/share/bina/docs/reasons.md
-rw-r--r-- /usr/share/bina/docs/motivos.pt-BR.md
-rw-r--r-- /usr/share/bina/README.md
-rw-r--r-- /usr/share/bina/SECURITY.md
-rw-r--r-- /usr/share/doc/bina/README.md
-rw-r--r-- /usr/share/doc/bina/CHANGELOG.md
-rw-r--r-- /usr/share/doc/bina/copyright
-rw-r--r-- /usr/share/man/man1/bina.1.gz
-rw-r--r-- /usr/share/man/pt_BR/man1/bina.1.gz
-rw-r--r-- /usr/share/man/pt_BR/man1/bina-rehearse.1.gz
-rw-r--r-- /usr/share/man/man5/bina.toml.5.gz
-rw-r--r-- /usr/share/bash-completion/completions/bina
-rw-r--r-- /usr/share/zsh/vendor-completions/_bina
-rw-r--r-- /usr/share/fish/vendor_completions.d/bina.fish
FILES
# Only root may change anything, and nothing runs with another's rights.
if grep -vE '^l' "$work/contents" | grep -vE '^[-d]r[w-][x-]r-[x-]r-[x-] root/root '; then
    fail "a file has rights that it should not have"
fi
# Everything below dialplan/ is in it.
(cd dialplan && find . -type f) | while read -r file; do
    grep -qF " /usr/share/bina/dialplan/${file#./}" "$work/contents" || fail "dialplan/$file is not in the package"
done

step "a clean Debian $suite"
clean_debian
cp "$deb" "$debian/bina.deb"
(cd "$debian" && find etc -path etc/bina -prune -o -print | sort) > "$work/before"

step "it is installed, with nothing enabled or started"
within dpkg --install /bina.deb
within bina --version
[ -z "$(find "$debian/etc/systemd" -name 'bina*')" ] || fail "the installation enables something"
[ "$(stat -c '%a %U:%G' "$debian/etc/bina")" = "755 root:root" ] || fail "/etc/bina has other rights"
[ -f "$debian/usr/share/bina/sounds/pt_BR/bina/manutencao.wav" ] || fail "there is no /usr/share/bina/sounds"
for document in docs/README.md dialplan/guides/README.md; do
    [ -f "$debian/usr/share/doc/bina/$document" ] || fail "README's links to $document lead nowhere"
done
within dpkg --verify bina

step "bina check: 2 without the secrets, 0 with them"
status=0
within bina check > "$work/check" 2>&1 || status=$?
[ "$status" = 2 ] || fail "bina check ends with $status without the secrets"
grep -q client_secret_file "$work/check" || fail "bina check does not name the missing secret"
for secret in client_secret password; do
    install -m 600 /dev/null "$debian/etc/bina/$secret"
    echo invented > "$debian/etc/bina/$secret"
done
within bina check

step "the units, as installed"
systemctl --root="$debian" --quiet enable bina.service bina.socket bina-agi.socket bina-metrics.socket
# man is not in there to read the pages that the units name.
systemd-analyze verify --man=no --root="$debian" bina.service bina.socket bina-agi.socket bina-metrics.socket \
    > "$work/verify" 2>&1 || true
[ ! -s "$work/verify" ] || fail "systemd finds fault with the units: $(cat "$work/verify")"
systemd-analyze security --offline=yes --threshold=12 systemd/bina.service | tail -n 1

step "an upgrade keeps the configuration and the secrets"
echo '# mine' >> "$debian/etc/bina/bina.toml"
within dpkg --install /bina.deb
grep -q '^# mine' "$debian/etc/bina/bina.toml" || fail "the configuration is not the same any more"
[ "$(stat -c %a "$debian/etc/bina/password")" = 600 ] || fail "a secret has other rights"

step "remove keeps them, too"
within dpkg --remove bina
[ ! -e "$debian/usr/bin/bina" ] || fail "the program is still there"
[ -s "$debian/etc/bina/password" ] && [ -s "$debian/etc/bina/bina.toml" ] || fail "/etc/bina was emptied"

step "purge leaves nothing"
# As systemd makes it for the unit's DynamicUser= and StateDirectory=.
mkdir -p "$debian/var/lib/private/bina"
touch "$debian/var/lib/private/bina/directory.sealed"
# As the documents say.
for drop_in in credentials-encrypted.conf:credentials.conf no-sandbox.conf:no-sandbox.conf; do
    install -D -m 644 "systemd/${drop_in%:*}" "$debian/etc/systemd/system/bina.service.d/${drop_in#*:}"
done
install -m 600 /dev/null "$debian/etc/bina/console_password"
ln -s private/bina "$debian/var/lib/bina"
within dpkg --purge bina
rm "$debian/bina.deb"
[ -z "$(find "$debian/var/lib" -name bina)" ] || fail "purge leaves the state folder"
# The folder is systemctl's.
(cd "$debian" && find etc ! -path etc/systemd/system/sockets.target.wants | sort) > "$work/after"
diff "$work/before" "$work/after" || fail "purge leaves the above"
[ -z "$(find "$debian/usr" -name '*bina*' -path '*share*')" ] || fail "purge leaves something below /usr/share"

step "purge leaves what others have put into /etc/bina"
cp "$deb" "$debian/bina.deb"
within dpkg --install /bina.deb
touch "$debian/etc/bina/ca.pem"
within dpkg --purge bina
[ -f "$debian/etc/bina/ca.pem" ] || fail "purge removes files that are not its own"

step "the package holds"
