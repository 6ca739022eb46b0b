#!/usr/bin/env bash
# build.sh DEB FOLDER: makes bina-VERSION-1.ARCH.rpm in FOLDER out of the files of the .deb.
#
# Needs rpmbuild (Debian's package rpm). The unit is another one (variant.sh); the rest has the places of
# Red Hat's systems. The payload is gzip's, because rpm 4.14 and older do not read zstd.
set -euo pipefail
cd "$(dirname "$0")/../.."

deb=$1 out=$2
version=$(dpkg-deb --field "$deb" Version)
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
tree=$work/tree

dpkg-deb --extract "$deb" "$tree"
systemd/rpm/variant.sh > "$tree/usr/lib/systemd/system/bina.service"
mkdir -p "$tree/usr/share/zsh/site-functions" "$tree/usr/share/licenses/bina"
mv "$tree/usr/share/zsh/vendor-completions/_bina" "$tree/usr/share/zsh/site-functions/"
rmdir "$tree/usr/share/zsh/vendor-completions"
rm "$tree/usr/share/doc/bina/copyright"
install -m 644 LICENSE "$tree/usr/share/licenses/bina/LICENSE"
# Systemd 239 has no encrypted credentials.
rm "$tree/usr/share/bina/systemd/credentials-encrypted.conf"
# Debian's folders have no rights for others to change, and so have these.
find "$tree" -type d -exec chmod 755 {} +

rpmbuild -bb --quiet \
    --define "_topdir $work/rpm" --define "_rpmdir $work" --define "_rpmfilename bina.rpm" \
    --define "bina_tree $tree" --define "bina_version ${version%-*}" \
    systemd/rpm/bina.spec
install -m 644 "$work/bina.rpm" "$out/bina-${version%-*}-1.$(uname -m).rpm"
