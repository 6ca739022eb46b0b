#!/usr/bin/env bash
# run.sh SECONDS [TARGET…]: runs each fuzz target for so many seconds, from seeds that are the tests' fixtures.
#
# Needs cargo-fuzz (`cargo install cargo-fuzz`) and a C++ compiler. No nightly: the sanitizer is left
# out (-s none), which costs little in a crate that forbids unsafe code. What it finds is left in
# fuzz/artifacts/TARGET/, and the run ends with 1. What it finds is left in fuzz/corpus/TARGET/.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?usage: fuzz/run.sh SECONDS [TARGET…]}
shift
targets=${*:-agi alert_list customer_list freeswitch_dialplan freeswitch_httapi freeswitch_vars http hubsoft phone \
    speech_text state_files telephone_audio}

# Longest input a target is given: somewhat beyond the limits of what it reads.
longest() {
    case $1 in
        agi) echo 16384 ;;
        alert_list | customer_list | hubsoft) echo 32768 ;;
        phone) echo 512 ;;
        speech_text) echo 1024 ;;
        state_files) echo 81920 ;;
        *) echo 8192 ;;
    esac
}

# seeds TARGET FOLDER: writes the fixtures in the form of the target's input.
seeds() {
    python3 - "$1" "$2" <<'SEEDS'
import pathlib, struct, sys, urllib.parse
target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
seeds = []
def requests(*paths):
    for file in sorted(pathlib.Path("tests/wire/freeswitch").glob("*.http")):
        head, _, body = file.read_bytes().partition(b"\r\n\r\n")
        method, uri, _ = head.split(b"\r\n")[0].split(b" ", 2)
        path, _, query = uri.partition(b"?")
        if not paths or path.decode() in paths:
            yield method, uri, query, body
if target == "agi":
    seeds = [b"\x40" + file.read_bytes() for file in pathlib.Path("tests/wire/agi").glob("*.agi")]
elif target == "phone":
    rows = pathlib.Path("tests/numbers/br_numbers.tsv").read_text().splitlines()
    seeds = [row.split("\t")[0].encode() for row in rows if row and not row.startswith("#")]
elif target == "alert_list":
    scopes = [b'"pops":[{"id_pop":5,"descricao":"POP"}]', b'"bairros":["Centro"],"cidades":[{"id_cidade":1}]',
              b'"interfaces_conexao":{"0":"7"},"zonas":[1]', b'"data_fim":"2026-11-30 18:00:00","caixa_optica":[3]']
    seeds = [b'{"status":"success","alertas":{"current_page":1,"last_page":1,"total":1,"data":[{"id_alerta":301,'
             b'"descricao":"Rompimento","visivel_via_api":true,%s}]}}' % scope for scope in scopes]
elif target == "customer_list":
    seeds = [file.read_bytes() for file in pathlib.Path("tests/customer_list/answers").glob("*.json")]
elif target == "hubsoft":
    seeds = [pathlib.Path("src/simulator/printed_example.json").read_bytes(), b'{"status":"success","clientes":[]}']
elif target == "speech_text":
    rows = pathlib.Path("tests/speech_text/pt_br.tsv").read_text().splitlines()
    seeds = [row.split("\t")[0].encode() for row in rows if row and not row.startswith("#")]
elif target == "telephone_audio":
    # Each coding and length that is read: a short tone of 8 to 48 kHz, with one channel or two.
    tone = bytes(range(256)) * 16
    for coding, bits in ((1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (7, 8), (65534, 16)):
        for rate, channels in ((8000, 1), (24000, 1), (48000, 2)):
            for stated in (len(tone), 0x7FFFF000, 0xFFFFFFFF):
                head = struct.pack("<HHIIHH", coding, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
                seeds.append(b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", len(head)) + head + b"data"
                             + struct.pack("<I", stated) + tone)
elif target == "http":
    seeds = [b"\n".join([method, uri, body]) for method, uri, _, body in requests()]
    seeds += [b"GET\n/asterisk?caller=%2B5537988242968&did=3732221234&deadline_ms=300\n"]
elif target == "state_files":
    # Longer than one sealed piece, too; then lines as the file of forgotten numbers has them.
    seeds = [bytes([1, 0, change]) + bytes(length) for change in range(3) for length in (0, 9, 65536, 70000)]
    seeds += [b"\nkey %s 0000000000000000\n\ngone %s 1800000000 0000000000000000\n" % (b"a7" * 32, b"a7" * 16)]
elif target == "freeswitch_vars":
    seeds = [query for *_, query, _ in requests("/freeswitch/vars", "/cid")]
    seeds += [b"caller=%2B5537988242968&did=3732221234&deadline_ms=300", b"caller="]
else:
    path = "/freeswitch/" + target.removeprefix("freeswitch_")
    seeds = [body or query for _, _, query, body in requests(path)]
for number, seed in enumerate(seeds):
    (folder / f"seed{number:03}").write_bytes(seed)
SEEDS
}

# cargo fuzz has no --locked, so an old lock is found here.
cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml > /dev/null

for target in $targets; do
    folder=$(mktemp -d)
    mkdir "$folder/seeds"
    seeds "$target" "$folder/seeds"
    mkdir -p "fuzz/corpus/$target"
    printf '== fuzz %s: %s s, %s seeds\n' "$target" "$seconds" "$(ls "$folder/seeds" | wc -l)"
    # Slow inputs are finds, too. A second would do, but for machines that are busy with other things.
    status=0
    cargo fuzz run -s none "$target" "fuzz/corpus/$target" "$folder/seeds" -- \
        -max_total_time="$seconds" -max_len="$(longest "$target")" -timeout=10 -print_final_stats=1 \
        > "$folder/log" 2>&1 || status=$?
    grep -E 'number_of_executed_units|new_units_added' "$folder/log" || true
    if [ "$status" != 0 ]; then
        tail -n 60 "$folder/log" >&2
        echo "fuzz $target failed ($status)" >&2
        exit 1
    fi
    rm -rf "$folder"
done
