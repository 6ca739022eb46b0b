//! What is wrong with a command line, in both languages; the English sentences are clap's.

use std::error::Error;
use std::fmt::Display;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::argument_problem::ArgumentProblem;
use crate::runtime::language::{Language, Text, texts};

use super::command::printed;

texts! {
    ARGUMENTS_MISSING = "faltam argumentos obrigatórios:", "the following required arguments were not provided:";
    ARGUMENT_CONFLICT = "o argumento '{argument}' não pode ser usado com", "the argument '{argument}' cannot be used with";
    ARGUMENT_TWICE = "o argumento '{argument}' só pode ser usado uma vez", "the argument '{argument}' cannot be used multiple times";
    ARGUMENT_UNKNOWN = "argumento inesperado: '{argument}'", "unexpected argument '{argument}' found";
    COMMANDS = "comandos", "subcommands";
    COMMAND_MISSING = "'{command}' precisa de um comando, e nenhum foi dado", "'{command}' requires a subcommand but one was not provided";
    COMMAND_UNKNOWN = "comando desconhecido: '{command}'", "unrecognized subcommand '{command}'";
    ERROR = "erro: {problem}", "error: {problem}";
    FURTHER = "Para saber mais, use '--help'.", "For more information, try '--help'.";
    NO_DIGIT = "não é um número inteiro", "invalid digit found in string";
    NO_NUMBER = "não é um número", "cannot parse integer from empty string";
    NO_SOCKET_ADDRESS = "não é um endereço IP com porta, p. ex. 127.0.0.1:8573", "invalid socket address syntax";
    NO_UTF8 = "um ou mais argumentos não são UTF-8 válido", "invalid UTF-8 was detected in one or more arguments";
    NUMBER_TOO_LARGE = "o número é grande demais", "number too large to fit in target type";
    POSSIBLE_VALUES = "valores possíveis", "possible values";
    SIMILAR_ARGUMENT = "há um argumento parecido: {all}", "a similar argument exists: {all}";
    SIMILAR_ARGUMENTS = "há argumentos parecidos: {all}", "some similar arguments exist: {all}";
    SIMILAR_COMMAND = "há um comando parecido: {all}", "a similar subcommand exists: {all}";
    SIMILAR_COMMANDS = "há comandos parecidos: {all}", "some similar subcommands exist: {all}";
    SIMILAR_VALUE = "há um valor parecido: {all}", "a similar value exists: {all}";
    SIMILAR_VALUES = "há valores parecidos: {all}", "some similar values exist: {all}";
    TIP = "dica: {tip}", "tip: {tip}";
    TIP_COMMAND = "'{what}' é um comando; para usá-lo, tire o '--' que vem antes", "subcommand '{what}' exists; to use it, remove the '--' before it";
    TIP_OTHER = "'{what}' existe", "'{what}' exists";
    TIP_VALUE = "se '{what}' é um valor, escreva '{how}'", "to pass '{what}' as a value, use '{how}'";
    VALUE_INVALID = "valor inválido '{value}' em '{argument}'", "invalid value '{value}' for '{argument}'";
    VALUE_MISSING = "falta o valor de '{argument}'", "a value is required for '{argument}' but none was supplied";
    VALUE_UNEXPECTED = "valor inesperado '{value}' em '{argument}': não cabe mais nenhum", "unexpected value '{value}' for '{argument}' found; no more were expected";
}

/// What the standard library says of a value that it cannot read.
const OF_STD: [Text; 4] = [NO_DIGIT, NO_NUMBER, NO_SOCKET_ADDRESS, NUMBER_TOO_LARGE];

/// What is wrong, with a tip, the usage and where to read more. What clap alone has words for stays in English.
pub(in crate::cli) fn problem(error: &clap::Error, language: Language) -> String {
    let Some(message) = message(error, language) else { return error.to_string() };
    let mut text = ERROR.filled(language, &[("problem", &message)]);
    let tips = tips(error, language);
    text += if tips.is_empty() { "" } else { "\n" };
    for tip in tips {
        text += &format!("\n  {}", TIP.filled(language, &[("tip", &tip)]));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        text += &format!("\n\n{}", printed(&usage.to_string(), language));
    }
    text + "\n\n" + FURTHER.of(language) + "\n"
}

fn message(error: &clap::Error, language: Language) -> Option<String> {
    let one = |kind| error.get(kind).map(ToString::to_string);
    let argument = one(ContextKind::InvalidArg);
    let filled = |text: Text, value: &str| {
        let argument = argument.as_deref()?;
        Some(text.filled(language, &[("argument", &argument), ("value", &value)]))
    };
    let value = one(ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::ArgumentConflict => conflict(error, &argument?, language),
        ErrorKind::InvalidSubcommand => {
            let command = one(ContextKind::InvalidSubcommand)?;
            Some(COMMAND_UNKNOWN.filled(language, &[("command", &command)]))
        }
        ErrorKind::InvalidUtf8 => Some(NO_UTF8.of(language).to_owned()),
        ErrorKind::InvalidValue => {
            let text = if value.is_empty() { VALUE_MISSING } else { VALUE_INVALID };
            let possible = values(error, ContextKind::ValidValue, POSSIBLE_VALUES, language);
            filled(text, &value).map(|message| message + &possible)
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = list(error.get(ContextKind::InvalidArg));
            Some(ARGUMENTS_MISSING.of(language).to_owned() + &below(&missing))
        }
        ErrorKind::MissingSubcommand => {
            let command = one(ContextKind::InvalidSubcommand)?;
            let possible = values(error, ContextKind::ValidSubcommand, COMMANDS, language);
            Some(COMMAND_MISSING.filled(language, &[("command", &command)]) + &possible)
        }
        ErrorKind::TooManyValues => filled(VALUE_UNEXPECTED, &value),
        ErrorKind::UnknownArgument => filled(ARGUMENT_UNKNOWN, &value),
        ErrorKind::ValueValidation => {
            let why = error.source().map(|source| format!(": {}", cause(source, language)));
            filled(VALUE_INVALID, &value).map(|message| message + &why.unwrap_or_default())
        }
        _ => None,
    }
}

fn conflict(error: &clap::Error, argument: &str, language: Language) -> Option<String> {
    let prior = list(error.get(ContextKind::PriorArg));
    let filled = |text: Text| text.filled(language, &[("argument", &argument)]);
    match &prior[..] {
        [] => None,
        [same] if same == argument => Some(filled(ARGUMENT_TWICE)),
        [other] => Some(format!("{} '{other}'", filled(ARGUMENT_CONFLICT))),
        others => Some(format!("{}:{}", filled(ARGUMENT_CONFLICT), below(others))),
    }
}

/// Why a value cannot be read.
fn cause(source: &(dyn Error + 'static), language: Language) -> String {
    if let Some(problem) = source.downcast_ref::<ArgumentProblem>() {
        return problem.said(language);
    }
    let english = source.to_string();
    let known = OF_STD.iter().find(|text| text.english == english);
    known.map_or(english, |text| text.of(language).to_owned())
}

fn tips(error: &clap::Error, language: Language) -> Vec<String> {
    let similar = [
        (ContextKind::SuggestedSubcommand, [SIMILAR_COMMAND, SIMILAR_COMMANDS]),
        (ContextKind::SuggestedArg, [SIMILAR_ARGUMENT, SIMILAR_ARGUMENTS]),
        (ContextKind::SuggestedValue, [SIMILAR_VALUE, SIMILAR_VALUES]),
    ];
    let similar = similar.into_iter().filter_map(|(kind, [one, several])| {
        let all = list(error.get(kind));
        let text = if all.len() > 1 { several } else { one };
        let quoted: Vec<_> = all.iter().map(|word| format!("'{word}'")).collect();
        (!all.is_empty()).then(|| text.filled(language, &[("all", &quoted.join(", "))]))
    });
    let others = match error.get(ContextKind::Suggested) {
        Some(ContextValue::StyledStrs(tips)) => tips.as_slice(),
        _ => &[],
    };
    similar.chain(others.iter().map(|tip| translated_tip(&tip.to_string(), language))).collect()
}

/// A tip that clap has as a whole sentence.
fn translated_tip(tip: &str, language: Language) -> String {
    let quoted: Vec<&str> = tip.split('\'').skip(1).step_by(2).collect();
    let what = quoted.first().copied().unwrap_or_default();
    let how = quoted.get(1).copied().unwrap_or_default();
    let parts: [(&str, &dyn Display); 2] = [("what", &what), ("how", &how)];
    let known = [TIP_COMMAND, TIP_OTHER, TIP_VALUE].into_iter();
    let mut known = known.filter(|text| text.filled(Language::English, &parts) == tip);
    known.next().map_or_else(|| tip.to_owned(), |text| text.filled(language, &parts))
}

/// The strings of a context, of which there may be one.
fn list(value: Option<&ContextValue>) -> Vec<String> {
    match value {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(several)) => several.clone(),
        _ => Vec::new(),
    }
}

fn below(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

/// What a value may be, in a line of its own.
fn values(error: &clap::Error, kind: ContextKind, title: Text, language: Language) -> String {
    let values = list(error.get(kind));
    if values.is_empty() {
        return String::new();
    }
    format!("\n  [{}: {}]", title.of(language), values.join(", "))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Arguments;
    use crate::cli::help::translated;
    use crate::runtime::language::hold;

    const WRONG: [&str; 20] = [
        "dance",
        "lokup 1000",
        "rehearse --custmers 3",
        "rehearse --customers",
        "rehearse --customers x",
        "rehearse --over 3",
        "rehearse --seed x",
        "rehearse --seed 99999999999999999999999",
        "rehearse --window=3",
        "rehearse --window --window",
        "rehearse --scope interfacs",
        "lookup",
        "lookup 1 2",
        "alert extend a --until 2 --for 3h",
        "alert extend a --for 3",
        "alert places xy",
        "demo --listen x",
        "forget 1 --verify --undo",
        "--lang de",
        "--lang pt",
    ];

    fn wrong(line: &str, language: Language) -> clap::Error {
        let typed = std::iter::once("bina").chain(line.split(' '));
        let read = translated(Arguments::command(), language).try_get_matches_from(typed);
        read.expect_err(line)
    }

    #[test]
    fn the_english_sentences_are_those_of_clap() {
        for line in WRONG {
            let error = wrong(line, Language::English);
            assert_eq!(problem(&error, Language::English), error.to_string(), "{line}");
        }
    }

    #[test]
    fn the_portuguese_sentences_have_no_english_word() {
        let words = [
            " the ",
            "argument ",
            "value",
            "error",
            "usage",
            "exists",
            "invalid ",
            "try",
            "choose",
        ];
        for line in WRONG {
            let said = problem(&wrong(line, Language::Portuguese), Language::Portuguese);
            let lower = said.to_lowercase();
            let found = words.iter().find(|word| lower.contains(**word));
            assert_eq!(found, None, "{line}\n{said}");
            assert!(said.starts_with("erro: ") && said.ends_with("'--help'.\n"), "{said}");
        }
        let said = |line| problem(&wrong(line, Language::Portuguese), Language::Portuguese);
        assert_eq!(
            said("rehearse --custmers 3"),
            "erro: argumento inesperado: '--custmers'\n\n  dica: há um argumento parecido: \
             '--customers'\n\nUso: bina rehearse --customers <NÚMERO>\n\nPara saber mais, use '--help'.\n"
        );
        assert_eq!(
            said("demo --listen x"),
            "erro: valor inválido 'x' em '--listen <ENDEREÇO:PORTA>': não é um endereço IP com porta, \
             p. ex. 127.0.0.1:8573\n\nPara saber mais, use '--help'.\n"
        );
        assert!(said("rehearse --customers x").contains("de 500 a 1000000 clientes"));
    }

    #[test]
    fn a_tip_of_clap_is_translated() {
        for (tip, expected) in [
            ("to pass '-x' as a value, use '-- -x'", "se '-x' é um valor, escreva '-- -x'"),
            ("'alert --json' exists", "'alert --json' existe"),
            ("something new", "something new"),
        ] {
            assert_eq!(translated_tip(tip, Language::Portuguese), expected);
        }
    }

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }
}
