//! Says in both languages what is wrong with a WAV file.

use crate::domain::wav;
use crate::runtime::language::{Message, sentences};

sentences! {
    ALL_DROPPED = "é curto demais para o Asterisk tocar: grave de novo", "is too short for Asterisk to play: record it again";
    A_LAW = "A-law (formato {format})", "A-law (format {format})";
    CHANNEL = "tem {rate} Hz com {channels} canal e {bits} bits, mas o Asterisk exige 8000, 1 e 16: {remedy}", "is {rate} Hz with {channels} channel and {bits} bits, but Asterisk requires 8000, 1 and 16: {remedy}";
    CHANNELS = "tem {rate} Hz com {channels} canais e {bits} bits, mas o Asterisk exige 8000, 1 e 16: {remedy}", "is {rate} Hz with {channels} channels and {bits} bits, but Asterisk requires 8000, 1 and 16: {remedy}";
    CHANNELS_WIDE = "tem 16000 Hz com {channels} canais e {bits} bits, mas o Asterisk exige 8000, 1 e 16 (16000 Hz só com a extensão .wav16): {remedy}", "is 16000 Hz with {channels} channels and {bits} bits, but Asterisk requires 8000, 1 and 16 (16000 Hz only with the extension .wav16): {remedy}";
    CHANNEL_WIDE = "tem 16000 Hz com {channels} canal e {bits} bits, mas o Asterisk exige 8000, 1 e 16 (16000 Hz só com a extensão .wav16): {remedy}", "is 16000 Hz with {channels} channel and {bits} bits, but Asterisk requires 8000, 1 and 16 (16000 Hz only with the extension .wav16): {remedy}";
    CHUNK_LENGTH = "tem um bloco `{name}` de comprimento inválido: {remedy}", "has a chunk `{name}` of invalid length: {remedy}";
    CHUNK_ODD = "tem um bloco `{name}` de {length} bytes antes do áudio, e o Asterisk lê errado o arquivo depois de um número ímpar de bytes: {remedy}", "has a chunk `{name}` of {length} bytes before its audio data, and Asterisk misreads the file after an odd number of bytes: {remedy}";
    CODED = "está codificado como {coding}, mas o Asterisk exige PCM: {remedy}", "is coded as {coding}, but Asterisk requires PCM: {remedy}";
    CODING = "formato {format}", "format {format}";
    CONVERT = "converta-o com `sox {command}`", "convert it with `sox {command}`";
    CONVERT_STREAMED = "converta-o com `sox {command}`, ou grave em um arquivo em vez de um pipe", "convert it with `sox {command}`, or write it to a file instead of a pipe";
    EMPTY = "está vazio: copie-o de novo", "is empty: copy it again";
    ENDS_EARLY = "termina antes do áudio (a cópia está incompleta): {remedy}", "ends before its audio data (the copy is incomplete): {remedy}";
    ENDS_IN_HEADER = "termina dentro do cabeçalho (a cópia está incompleta): {remedy}", "ends within its header (the copy is incomplete): {remedy}";
    FLOATS = "números de ponto flutuante (formato {format})", "floating-point numbers (format {format})";
    GSM = "GSM, que exige a extensão .WAV ou .wav49 (formato {format})", "GSM, which requires the extension .WAV or .wav49 (format {format})";
    HEADER_LENGTH = "tem um cabeçalho de comprimento inválido `{length}`: {remedy}", "has a header of invalid length `{length}`: {remedy}";
    KIND = "não é um arquivo WAV, mas {kind}: {remedy}", "is not a WAV file but {kind}: {remedy}";
    KIND_AIFF = "um arquivo AIFF", "an AIFF file";
    KIND_FLAC = "um arquivo FLAC", "a FLAC file";
    KIND_MP3 = "um arquivo MP3", "an MP3 file";
    KIND_OGG = "um arquivo Ogg", "an Ogg file";
    KIND_RF64 = "um arquivo RF64", "an RF64 file";
    KIND_RIFF = "outro arquivo RIFF", "another RIFF file";
    KIND_RIFX = "um arquivo WAV com bytes em ordem big-endian (RIFX)", "a WAV file in big-endian byte order (RIFX)";
    KIND_WAVE64 = "um arquivo Wave64", "a Wave64 file";
    LAST_DROPPED = "é tocado sem os últimos {ms} ms: {bytes} bytes precedem o áudio, e o Asterisk descarta o mesmo tanto no fim: {remedy}", "is played without its last {ms} ms: {bytes} bytes precede its audio data, and Asterisk drops as many at the end: {remedy}";
    MU_LAW = "mu-law (formato {format})", "mu-law (format {format})";
    NO_AUDIO = "tem cabeçalho, mas nenhum áudio: grave de novo", "has a header but no audio data: record it again";
    NO_FORMAT = "não tem o bloco `fmt ` antes do áudio: {remedy}", "has no `fmt ` chunk before its audio data: {remedy}";
    NO_LENGTH = "não tem um comprimento de áudio válido ({length}), como quando é gravado em um pipe: {remedy}", "has no valid audio length ({length}), as when it is written to a pipe: {remedy}";
    NO_WAV = "não é um arquivo WAV: {remedy}", "is not a WAV file: {remedy}";
    OTHER_CODING = "{name} (formato {format})", "{name} (format {format})";
    ZERO_LENGTH = "tem um comprimento de áudio de `0`: {remedy}", "has an audio length of `0`: {remedy}";
}

/// What is wrong with the WAV file of these `bytes`; it continues a sentence that begins with the file's name.
pub fn wav_problem(bytes: &[u8]) -> Option<Message> {
    wav::problem(bytes).map(|problem| Message::read(&problem, &[SENTENCES]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }

    #[test]
    fn what_is_wrong_is_said_in_portuguese() {
        let pcm = |channels: u8, rate: u16| {
            let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0".to_vec();
            file.extend([channels, 0]);
            file.extend(rate.to_le_bytes());
            file.extend([0; 6]);
            file.extend([2, 0, 16, 0]);
            file.extend(b"data\0\0\0\0");
            file
        };
        let remedy = "converta-o com `sox IN.wav -r 8000 -c 1 -b 16 -e signed-integer OUT.wav`";
        for (bytes, expected) in [
            (b"".to_vec(), "está vazio: copie-o de novo".to_owned()),
            (b"ID3\x04".to_vec(), format!("não é um arquivo WAV, mas um arquivo MP3: {remedy}")),
            (b"hello".to_vec(), format!("não é um arquivo WAV: {remedy}")),
            (
                pcm(2, 16_000),
                format!(
                    "tem 16000 Hz com 2 canais e 16 bits, mas o Asterisk exige 8000, 1 e 16 (16000 Hz só com a \
                     extensão .wav16): {remedy}"
                ),
            ),
            (pcm(1, 8_000), "tem cabeçalho, mas nenhum áudio: grave de novo".to_owned()),
        ] {
            let problem = wav_problem(&bytes).expect("it is not good");
            assert_eq!(problem.portuguese, expected);
            assert_eq!(Some(problem.english), wav::problem(&bytes));
        }
    }
}
