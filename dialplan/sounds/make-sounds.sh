#!/bin/sh
# Speaks the sample prompts into pt_BR/bina/: 8 kHz, mono, 16-bit PCM WAV.
#
# Takes no arguments. The same versions of espeak-ng and sox give the same bytes.
# To change a text or add a prompt, edit the table and run the script again. It overwrites
# the files it names, so keep a human recording under a name that is not in the table.
set -eu

# name<TAB>text. A prompt is heard by any person who picks up the phone, so it says nothing about
# a person: no names, no debts.
prompts() {
    cat <<'TABLE'
aviso-geral	Há um aviso para você. Um atendente vai explicar em seguida.
equipe-a-caminho	Nossa equipe técnica já está a caminho para resolver.
falha-na-regiao	Identificamos uma falha na sua região, que já está sendo investigada.
falta-de-energia	Identificamos uma falta de energia que afeta a nossa rede na sua região.
manutencao	Há uma manutenção programada ou em andamento na sua região.
rompimento-fibra	Identificamos um rompimento de fibra na sua região.
TABLE
}

if [ $# -ne 0 ]; then
    echo "make-sounds.sh takes no arguments; the texts are in the table at its top" >&2
    exit 2
fi

missing=
for tool in espeak-ng sox; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
if [ -n "$missing" ]; then
    echo "make-sounds.sh needs$missing: sudo apt install espeak-ng sox" >&2
    exit 1
fi

folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/pt_BR/bina
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

tab=$(printf '\t')
prompts >"$work/table"
while IFS="$tab" read -r name text; do
    # 145 words a minute: slower than espeak-ng's 175, as a phone takes away the high sounds.
    # -b 1 sets the text's encoding to UTF-8, whatever the locale.
    espeak-ng -v pt-br -s 145 -p 40 -b 1 -w "$work/spoken.wav" "$text" </dev/null

    # Keeps the telephone band, cuts the silence at both ends, limits espeak-ng's single loud peaks
    # (gain -l), and puts back 50 ms before and 250 ms after, so that two prompts in a row sound
    # like two sentences. Normalised last, to 3 dB below full scale. Without -R and -D, sox adds
    # noise that differs from run to run.
    sox -R -D "$work/spoken.wav" -r 8000 -c 1 -b 16 -e signed-integer "$work/prompt.wav" \
        gain -6 highpass 200 rate -h 8000 \
        silence 1 0.01 0.3% reverse silence 1 0.01 0.3% reverse \
        gain -n gain -l 6 pad 0.05 0.25 gain -n -3

    chmod 644 "$work/prompt.wav"
    mv "$work/prompt.wav" "$folder/$name.wav"
    echo "$name.wav  $(soxi -d "$folder/$name.wav")  $text"
done <"$work/table"
