#!/usr/bin/env bash
# variant.sh: prints bina.service as the .rpm has it, for systemd 239 and newer (Rocky 8, Issabel 5).
#
# systemd 239 has no LoadCredential= (247), so bina reads its secrets in /etc/bina itself, as the user bina,
# whom the package creates. What 239 does not have is left out; the rest is the unit of the .deb.
set -euo pipefail
cd "$(dirname "$0")/.."

# Each with the version of systemd that brought it.
unknown='PrivateIPC 248 ProtectProc 247 ProcSubset 247 ProtectClock 245 ProtectKernelLogs 244 OOMPolicy 243
    ProtectHostname 242 RestrictSUIDSGID 242'

awk -v unknown="$unknown" '
    BEGIN {
        RS = ""; ORS = "\n\n"; FS = "\n"
        count = split(unknown, words, " ")
        for (i = 1; i <= count; i += 2) gone[words[i]] = 1
        print "# Made from bina.service by systemd/rpm/variant.sh, for systemd 239 and newer."
    }
    # The secrets: bina itself says which file is missing or cannot be read.
    /\nLoadCredential=/ {
        print "# The secrets are files of /etc/bina that root writes and the group bina may read:\n" \
            "#   install -g bina -m 640 /dev/null /etc/bina/client_secret"
        next
    }
    /\nDynamicUser=/ { sub(/^# User: [^\n]*\n# privileges[^\n]*/, "# User: the package creates it. bina listens above port 1024 and needs no root privileges.") }
    {
        text = ""
        for (i = 1; i <= NF; i++) {
            split($i, part, "=")
            if (part[1] in gone || part[1] == "DynamicUser") continue
            text = text (text == "" ? "" : "\n") $i
        }
        print text
    }' bina.service | sed -e '$ d'
