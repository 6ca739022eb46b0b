//! Speech of any engine becomes a telephone prompt: level, silence, formats, spectrum, and broken input.

#[path = "telephone_audio/formats.rs"]
mod formats;
#[path = "telephone_audio/hostile.rs"]
mod hostile;
#[path = "telephone_audio/levels.rs"]
mod levels;
#[path = "telephone_audio/signals.rs"]
mod signals;
#[path = "telephone_audio/spectrum.rs"]
mod spectrum;
