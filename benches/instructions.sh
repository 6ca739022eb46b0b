#!/usr/bin/env bash
# instructions.sh [--check|--parts|--profile]: how many instructions an answer from memory costs, counted by callgrind.
#
# `bina serve` as it is released runs under valgrind and is called by a client outside of it, N times and
# 2 N times: (count(2 N) - count(N)) / N is one answer, logging and metrics included, whatever the start
# costs. Beside it hyper's hello-world, in the same way. Instructions of the program itself count; the
# kernel's do not. On a busy machine the program waits for its client more often, which is counted, too.
# So each is counted twice, and the smaller count is taken. That may fail a build:
#
#   --check   counts bina alone, and fails when one answer costs more than budgets.txt allows
#   --parts   counts its parts instead (parts/mod.rs): parsing, rules, formats, bodies, memory; 5 minutes
#   --profile says in which functions an answer's instructions are, from a build with symbols
#
# Needs valgrind (Debian's package). Ends only what it has started.
set -euo pipefail
# Without this, what fails in $(…) does not end the script, and a count that is not there counts as 0.
shopt -s inherit_errexit
cd "$(dirname "$0")/.."

# One worker, as on one core: with more of them it is chance who is awake, and counts differ by a tenth.
export TOKIO_WORKER_THREADS=1 # hello's; bina's is in its file
calls=${BINA_COUNTED_CALLS:-1500}
mode=${1:-}
target=${CARGO_TARGET_DIR:-$PWD/target}
dir=$(mktemp -d)
hubsoft_id=
trap 'if [ -n "$hubsoft_id" ]; then kill "$hubsoft_id" 2> /dev/null || true; fi; rm -rf "$dir"' EXIT
fail() { echo "instructions.sh: $*" >&2; exit 1; }
command -v valgrind > /dev/null || fail "there is no valgrind: apt-get install valgrind"

if [ "$mode" = --profile ]; then
    export CARGO_PROFILE_RELEASE_STRIP=none
    target=$target/profiled
fi
export CARGO_TARGET_DIR=$target
cargo build --release --locked -q
cargo build --release --locked -q --manifest-path benches/peers/Cargo.toml
peers=$target/release/peers

# Ports that are free now; nobody else is expected to take them within a minute.
ports=($(python3 -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
print(*(one.getsockname()[1] for one in sockets))'))
hubsoft=${ports[0]} http=${ports[1]} agi=${ports[2]} hello=${ports[3]}

listens() { grep -q "$(printf ':%04X 00000000:0000 0A ' "$1")" /proc/net/tcp; }
wait_for() {
    for _ in $(seq 300); do
        if listens "$1"; then return; fi
        sleep 0.1
    done
    fail "nobody listens on port $1"
}

"$peers" hubsoft "$hubsoft" 0 &
hubsoft_id=$!
wait_for "$hubsoft"
"$peers" settings "$http" "$agi" "$hubsoft" > "$dir/bina.toml"
# Without the directory, whose requests to HubSoft would be counted, too.
printf '[service]\nworker_threads = 1\n[directory]\nenabled = false\n' >> "$dir/bina.toml"

# counted WAY PORT CALLS PROGRAM…: instructions of a program that is called so often, once more to warm up.
counted() {
    local way=$1 port=$2 calls=$3 id status=0
    shift 3
    timeout 120 valgrind --tool=callgrind --callgrind-out-file="$dir/out" -q "$@" > /dev/null 2> "$dir/log" &
    id=$!
    wait_for "$port"
    # The first answer comes from HubSoft.
    timeout 100 "$peers" ask "$way" "$port" 1 && timeout 100 "$peers" ask "$way" "$port" "$calls" || status=1
    kill "$id"
    wait "$id" || true
    [ "$status" = 0 ] || fail "the calls were not answered"
    awk '/^(summary|totals):/ { count = $2 } END { print count + 0 }' "$dir/out"
}

# smaller_count WAY PORT CALLS PROGRAM…: the smaller one of two counts.
smaller_count() {
    local first second
    first=$(counted "$@")
    second=$(counted "$@")
    echo $((first < second ? first : second))
}

# answer WAY PORT PROGRAM…: instructions of one answer.
answer() {
    local way=$1 port=$2 once twice
    shift 2
    once=$(smaller_count "$way" "$port" "$calls" "$@")
    twice=$(smaller_count "$way" "$port" "$((2 * calls))" "$@")
    echo $(((twice - once) / calls))
}

# part NAME COUNT: instructions of one part, done COUNT times and twice as often.
part() {
    local ids=() times id
    for times in "$2" "$((2 * $2))"; do
        timeout 600 valgrind --tool=callgrind --callgrind-out-file="$dir/part.$times" -q \
            "$counting" "$1" "$times" 2> /dev/null &
        ids+=($!)
    done
    # Who was ended for want of time has counted a part of it, which looks like a number.
    for id in "${ids[@]}"; do wait "$id" || fail "$1 was not counted to its end"; done
    awk -v times="$2" '/^summary:/ { counts[FILENAME] = $2 }
        END { for (file in counts) { if (counts[file] > most) most = counts[file]; sum += counts[file] }
              printf "%d\n", (most - (sum - most)) / times }' "$dir/part.$2" "$dir/part.$((2 * $2))"
}

# plot TABLE: how the cost of a part grows with its work, and what the goals S7 and S8 make of it.
plot() {
    echo
    awk -F ' *[|] *' '
        { cost[$2] = $3 }
        $2 !~ /^(memory|rules|body) [0-9.]+( [kM]B)?$/ { next }
        {
            split($2, word, " ")
            work = word[2] * (word[3] == "kB" ? 1e3 : word[3] == "MB" ? 1e6 : 1)
            if (word[1] != kind) { kind = word[1]; first_work = work; first = $3 }
            bar = sprintf("%*s", 6 * log($3 / 100) / log(10), "")
            gsub(" ", "#", bar)
            if (!head++) print "part             instructions     work     cost  six # for each factor of ten above 100"
            printf "%-16s %12d %7.6gx %7.4gx  %s\n", $2, $3, work / first_work, $3 / first, bar
        }
        function goal(name, own, most) {
            printf "%s: %.3f x, goal %s x: %s\n", name, own, most, own <= most ? "met" : "MISSED"
        }
        END {
            print ""
            goal("S7 a body of 6 kB, beside all of it ignored", cost["body 6 kB"] / cost["body 6 kB, all ignored"], 1.5)
            goal("S8 a memory of 1,000,000, beside one of 100", cost["memory 1000000"] / cost["memory 100"], 2)
        }' "$1"
}

if [ "$mode" = --parts ]; then
    kill "$hubsoft_id" && wait "$hubsoft_id" || true
    hubsoft_id=
    counting=$(cargo bench --locked --no-run --bench counted 2>&1 | sed -n 's/.*benches\/counted.rs (\(.*\))/\1/p')
    [ -x "$counting" ] || fail "benches/counted.rs was not built"
    printf '| %-24s | %12s |\n' part instructions
    printf '|%s|%s:|\n' -------------------------- -------------
    while read -r name; do
        case $name in
            *MB) count=2 ;;
            *300*) count=10 ;;
            *) count=1000 ;;
        esac
        count=$(part "$name" "$count")
        printf '| %-24s | %12d |\n' "$name" "$count" | tee -a "$dir/parts"
    done < <("$counting")
    plot "$dir/parts"
    exit
fi

if [ "$mode" = --profile ]; then
    for way in new keep agi; do
        port=$http
        if [ "$way" = agi ]; then port=$agi; fi
        echo "== $way, $calls answers: instructions, share, function"
        counted "$way" "$port" "$calls" "$target/release/bina" serve -c "$dir/bina.toml" > /dev/null
        callgrind_annotate "$dir/out" 2> /dev/null | sed -n '/file:function/,$p' | sed -n 's/ \[.*\]$//; 3,32p' | cut -c 1-150
    done
    exit
fi

bina() { answer "$1" "$2" "$target/release/bina" serve -c "$dir/bina.toml"; }
new=$(bina new "$http")
keep=$(bina keep "$http")
fastagi=$(bina agi "$agi")

if [ "$mode" = --check ]; then
    over=0
    while read -r name budget; do
        case $name in
            http-new) count=$new ;;
            http-keep) count=$keep ;;
            agi) count=$fastagi ;;
            *) continue ;;
        esac
        most=$((budget * 110 / 100))
        verdict=good
        if [ "$count" -gt "$most" ]; then verdict=OVER over=1; fi
        printf '%-10s %7d instructions an answer, budget %d, at most %d: %s\n' \
            "$name" "$count" "$budget" "$most" "$verdict"
    done < benches/budgets.txt
    [ "$over" = 0 ] || fail "an answer has become dearer: benches/README.md says how to see where"
    exit
fi

row() { printf '| %-26s | %14s | %10s | %7s |\n' "$@"; }
row 'instructions an answer' 'new connection' keep-alive FastAGI
printf '|%s|%s:|%s:|%s:|\n' ---------------------------- --------------- ----------- --------
row bina "$new" "$keep" "$fastagi"
for kind in multi one; do
    other_new=$(answer new "$hello" "$peers" hello "$hello" "$kind")
    other_keep=$(answer keep "$hello" "$peers" hello "$hello" "$kind")
    row "hyper hello, $kind thread" "$other_new" "$other_keep" -
    row "  bina is so many times it" "$(awk "BEGIN { printf \"%.2f\", $new / $other_new }")" \
        "$(awk "BEGIN { printf \"%.2f\", $keep / $other_keep }")" -
    if [ "$kind" = multi ]; then peer_new=$other_new peer_keep=$other_keep; fi
done
echo
for pair in "new connection:$new:$peer_new" "keep-alive:$keep:$peer_keep"; do
    awk -F : '{ printf "S1 %s: %.2f x hyper hello, multi thread, goal 1.25: %s\n",
        $1, $2 / $3, ($2 <= 1.25 * $3) ? "met" : "MISSED" }' <<< "$pair"
done
