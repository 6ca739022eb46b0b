"""Turns speech of any rate into a telephone prompt: 8 kHz mono, levelled, trimmed.

The target level is that of Asterisk's own prompts (median -18 dBFS over active speech), so that a
caller does not reach for the volume between two of them.
"""

import numpy as np

RATE = 8000
ACTIVE_DBFS = -19.0
PEAK_DBFS = -3.0
LEAD_S = 0.05
TRAIL_S = 0.25
TRIM_DB = -40.0
ACTIVE_RANGE_DB = -30.0
HIGH_PASS_HZ = 200.0


def prompt(speech, rate):
    """The samples of a prompt, as 16-bit integers at 8 kHz."""
    narrow = trimmed(high_passed(resampled(speech, rate)))
    levelled = at_level(narrow)
    lead, trail = (np.zeros(round(RATE * seconds)) for seconds in (LEAD_S, TRAIL_S))
    return np.rint(np.concatenate([lead, levelled, trail]) * 32767).astype("<i2")


def resampled(speech, rate):
    """Speech at 8 kHz: a Kaiser-windowed sinc that ends at 95 % of the telephone's 4 kHz."""
    step = rate // RATE
    if step * RATE != rate:
        raise ValueError(f"{rate} Hz is not a multiple of {RATE} Hz")
    half = 32 * step
    time = np.arange(-half, half + 1) / step
    kernel = np.sinc(time * 0.95) * np.kaiser(2 * half + 1, 8.0)
    return np.convolve(speech, kernel / kernel.sum(), mode="same")[::step]


def high_passed(samples):
    """Without the hum below the telephone band: Butterworth of the second order."""
    angle = 2 * np.pi * HIGH_PASS_HZ / RATE
    alpha = np.sin(angle) / np.sqrt(2)
    cosine = np.cos(angle)
    forward = np.array([(1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2]) / (1 + alpha)
    back1, back2 = -2 * cosine / (1 + alpha), (1 - alpha) / (1 + alpha)
    driven = np.convolve(samples, forward)[: len(samples)]
    output = np.zeros(len(samples))
    last, before = 0.0, 0.0
    for index, value in enumerate(driven):
        last, before = value - back1 * last - back2 * before, last
        output[index] = last
    return output


def frame_powers(samples, frame):
    """The mean power of each whole frame."""
    whole = len(samples) // frame * frame
    return np.mean(samples[:whole].reshape(-1, frame) ** 2, axis=1)


def trimmed(samples):
    """From the first frame of 10 ms within 40 dB of the loudest to the last one."""
    frame = RATE // 100
    powers = frame_powers(samples, frame)
    heard = np.nonzero(powers >= powers.max() * 10 ** (TRIM_DB / 10))[0]
    return samples[heard[0] * frame : (heard[-1] + 1) * frame]


def active_dbfs(samples):
    """The level of the frames of 20 ms within 30 dB of the loudest, so that pauses do not count."""
    powers = frame_powers(samples, RATE // 50)
    active = powers[powers >= powers.max() * 10 ** (ACTIVE_RANGE_DB / 10)]
    return 10 * np.log10(active.mean())


def at_level(samples):
    """At the target level, with its peaks limited; limiting costs level, hence some rounds."""
    gain_db = 0.0
    for _ in range(8):
        output = limited(samples * 10 ** (gain_db / 20))
        missing = ACTIVE_DBFS - active_dbfs(output)
        if abs(missing) < 0.02:
            break
        gain_db += missing
    return output


def limited(samples):
    """Peaks at most at the ceiling: the gain falls within 2 ms before a peak and rises after it."""
    reach = RATE // 500
    ceiling = 10 ** (PEAK_DBFS / 20)
    needed = np.minimum(1.0, ceiling / np.maximum(np.abs(samples), 1e-9))
    padded = np.pad(needed, 2 * reach, constant_values=1.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    # The mean of minima that each include this sample's own need is never above that need.
    return samples * np.convolve(windows.min(axis=1), np.full(2 * reach + 1, 1 / (2 * reach + 1)), "valid")
