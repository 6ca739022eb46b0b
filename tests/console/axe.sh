#!/usr/bin/env bash
# axe.sh: fetches axe-core, which the browser test checks the console's pages with, into target/axe/.
#
# Needs python3 with pip, and a package index. Nothing of it is part of bina: it is Deque's, under MPL-2.0.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ ! -s target/axe/axe.min.js ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip --quiet --disable-pip-version-check download --no-deps --only-binary :all: \
    --dest "$work" axe-playwright-python==0.1.8
python3 -m zipfile -e "$work"/*.whl "$work/wheel"
mkdir -p target/axe
install -m 644 "$work/wheel/axe_playwright_python/axe.min.js" target/axe/axe.min.js
