#!/usr/bin/env bash
# image.sh PROGRAM FOLDER: lays out the file system of the container's image: the static program, the CA
# certificates of this machine, and a user without rights. Containerfile copies it whole.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=$1 image=$2
certificates=/etc/ssl/certs/ca-certificates.crt
[ -s "$certificates" ] || certificates=/etc/pki/tls/certs/ca-bundle.crt
[ -s "$certificates" ] || { echo "image.sh: no CA certificates (package ca-certificates)" >&2; exit 1; }

rm -rf "$image"
install -d -m 755 "$image"/{usr/bin,etc/ssl/certs,etc/bina,run/secrets,var/lib,usr/share/bina}
install -d -m 1777 "$image/tmp"
install -d -m 700 "$image/var/lib/bina"
[ "$(id -u)" != 0 ] || chown 65532:65532 "$image/var/lib/bina"
install -m 755 "$program" "$image/usr/bin/bina"
install -m 644 "$certificates" "$image/etc/ssl/certs/ca-certificates.crt"
install -m 644 LICENSE systemd/bina.toml "$image/usr/share/bina/"
printf 'root:x:0:0::/:/nologin\nbina:x:65532:65532::/var/lib/bina:/nologin\n' > "$image/etc/passwd"
printf 'root:x:0:\nbina:x:65532:\n' > "$image/etc/group"
