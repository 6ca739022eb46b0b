#!/usr/bin/env bash
# package-image.sh: runs the container's file system of target/package/image/ as its user, without an engine.
#
# chroot takes the place of a container, so namespaces and limits are not tried. Needs root and curl.
# Ends with 1 and the line that did not hold.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/package-parts.sh

image=target/package/image
[ -x "$image/usr/bin/bina" ] || fail "no image: run systemd/package.sh first"

step "what is in it: the program, certificates, and nobody's rights"
(cd "$image" && find . -type f | sort) > "$work/files"
diff "$work/files" - <<'FILES' || fail "there is more or less than that in it"
./etc/group
./etc/passwd
./etc/ssl/certs/ca-certificates.crt
./usr/bin/bina
./usr/share/bina/LICENSE
./usr/share/bina/bina.toml
FILES
[ -z "$(find "$image" -perm /6000)" ] || fail "something in it runs with another's rights"
[ "$(stat -c '%a %u:%g' "$image/var/lib/bina")" = "700 65532:65532" ] || fail "the state folder has other rights"
grep -q 'BEGIN CERTIFICATE' "$image/etc/ssl/certs/ca-certificates.crt" || fail "there are no certificates in it"
# A copy of its own, because a configuration is added.
cp -a "$image" "$work/image"

step "bina of the image, as the user of the image"
run() { chroot --userspec=65532:65532 --groups= "$work/image" /usr/bin/bina "$@"; }
run --version

step "bina check with the configuration and the secrets as they are mounted"
sed 's/PROVIDER/minhanet/' systemd/bina.toml > "$work/image/etc/bina/bina.toml"
export CREDENTIALS_DIRECTORY=/run/secrets STATE_DIRECTORY=/var/lib/bina
status=0
run check --quiet > "$work/check" 2>&1 || status=$?
[ "$status" = 2 ] || fail "bina check ends with $status without the secrets"
for secret in client_secret password; do
    echo invented > "$work/image/run/secrets/$secret"
    chown 65532:65532 "$work/image/run/secrets/$secret"
    chmod 400 "$work/image/run/secrets/$secret"
done
run check --quiet

step "it answers a call"
(exec chroot --userspec=65532:65532 --groups= "$work/image" /usr/bin/bina demo --listen 127.0.0.1:18573) \
    > "$work/demo" 2>&1 &
demo=$!
trap 'kill "$demo" 2> /dev/null || true; rm -rf --one-file-system "$work"' EXIT
answer=$(curl --silent --max-time 5 --retry 20 --retry-delay 1 --retry-connrefused \
    'http://127.0.0.1:18573/asterisk?caller=37988242968') || fail "no answer: $(cat "$work/demo")"
case $answer in
    status=found*end=1) printf '%s\n' "$answer" | cut -c1-60 ;;
    *) fail "it answers: $answer" ;;
esac

step "the image holds"
