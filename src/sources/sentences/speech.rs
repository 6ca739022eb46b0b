//! Why a speech engine has not spoken.

use crate::runtime::language::sentences;

sentences! {
    BROKE_OFF = "speech.url: a conexão com o servidor caiu: veja se ele está rodando e escuta ali", "speech.url: the server broke off: see whether it runs and listens there";
    BUG = "um erro do bina interrompeu o tratamento do áudio, veja o log", "a bug of bina ended the level chain, see the log";
    CHANNELS = "o áudio tem `{channels}` canais, esperavam-se 1 a 8: configure o motor para mono", "the audio has `{channels}` channels, expected 1 to 8: set the engine to mono";
    CODING = "o áudio está codificado como {coding}, esperava-se PCM: configure o motor para PCM de 16 bits", "the audio is coded as {coding}, expected PCM: set the engine to 16-bit PCM";
    COMMAND_ENDED = "speech.command: `{program}` terminou com {status}: veja por quê com `{command}`", "speech.command: `{program}` ended with {status}: see why with `{command}`";
    COMMAND_NOTHING = "speech.command: `{program}` não escreveu nada: ele tem que escrever um WAV na saída padrão", "speech.command: `{program}` wrote nothing: it has to write a WAV to its standard output";
    COMMAND_NO_PROGRAM = "speech.command não indica um programa", "speech.command names no program";
    COMMAND_START = "speech.command: `{program}` não pôde ser iniciado ({error}): {remedy}", "speech.command: `{program}` cannot be started ({error}): {remedy}";
    CONTRADICTORY = "o cabeçalho se contradiz: quadros de `{frame}` bytes para `{channels}` canais de `{bits}` bits", "the header is contradictory: frames of `{frame}` bytes for `{channels}` channels of `{bits}` bits";
    EMPTY = "não há áudio: confira a voz e o texto que o motor recebeu", "there is no audio: check the voice and the text that the engine received";
    EMPTY_ANSWER = "speech.url: a resposta do servidor é vazia: veja o log dele", "speech.url: the server's answer is empty: see its log";
    HEADER = "o áudio termina dentro do cabeçalho: o motor parou antes da hora", "the audio ends within its header: the engine stopped early";
    NOT_WAV = "o motor escreveu {what}, esperava-se um arquivo WAV: configure o formato de saída dele para WAV", "the engine wrote {what}, expected a WAV file: set its output format to WAV";
    RATE = "a taxa de amostragem é `{rate}` Hz, esperavam-se 4000 a 192000: configure o motor para 24000 Hz", "the sample rate is `{rate}` Hz, expected 4000 to 192000: set the engine to 24000 Hz";
    REMEDY_EXECUTE = "permita que o usuário do bina o execute", "let bina's user execute it";
    REMEDY_INSTALL = "instale-o, ou escreva o caminho inteiro dele", "install it, or write its whole path";
    REMEDY_LOG = "veja o log do servidor", "see the server's log";
    REMEDY_MODEL = "confira speech.model e speech.voice", "check speech.model and speech.voice";
    REMEDY_PATH = "confira o caminho de speech.url, em geral /v1/audio/speech, e speech.model", "check the path of speech.url, usually /v1/audio/speech, and speech.model";
    REMEDY_TERMINAL = "veja se ele roda em um terminal", "see whether it runs in a terminal";
    REMEDY_TOKEN = "confira speech.token_file", "check speech.token_file";
    SAMPLE = "a amostra `{at}` não é um número, ou passa muito do fundo de escala: configure o motor para PCM de 16 bits", "sample `{at}` is not a number, or far beyond full scale: set the engine to 16-bit PCM";
    SAMPLE_BITS = "uma amostra tem `{bits}` bits (formato {coding}), esperavam-se 16: configure o motor para PCM de 16 bits", "a sample has `{bits}` bits (format {coding}), expected 16: set the engine to 16-bit PCM";
    SERVER_ANSWERED = "speech.url: o servidor respondeu {status}: {remedy}", "speech.url: the server answered {status}: {remedy}";
    SILENT = "o áudio é silêncio: confira a voz e o texto que o motor recebeu", "the audio is silent: check the voice and the text that the engine received";
    SIZE = "o motor escreveu mais de {max} MiB para um texto", "the engine wrote more than {max} MiB for one text";
    TIMEOUT = "o motor não terminou dentro de speech.timeout_s ({seconds} s): aumente-o, ou use uma voz mais rápida", "the engine did not finish within speech.timeout_s ({seconds} s): raise it, or use a faster voice";
    TOO_LARGE = "o áudio tem `{bytes}` bytes, e no máximo {max} são lidos: encurte o texto", "the audio has `{bytes}` bytes, at most {max} are read: shorten the text";
    TOO_LONG = "o áudio dura `{seconds}` s, e no máximo {max} s são tocados: encurte o texto", "the audio lasts `{seconds}` s, at most {max} s are played: shorten the text";
    TRUNCATED = "o áudio está incompleto: `{available}` de `{stated}` bytes: o motor parou antes da hora", "the audio is incomplete: `{available}` of `{stated}` bytes: the engine stopped early";
    UNREACHABLE = "speech.url: o servidor não é alcançado: veja se ele está rodando e escuta ali", "speech.url: the server cannot be reached: see whether it runs and listens there";
}
