//! Why a command failed, in both languages; problems of the configuration have their own sentences.

use std::fmt::Display;

use crate::answering::journal::ReportError;
use crate::domain::speech_text::Refusal;
use crate::runtime::language::{Language, Text, texts};

texts! {
    INSTEAD_ALERTS = "os alertas são pedidos ali, porque só o serviço conhece quem liga: configure listen.metrics e reinicie o serviço", "alerts are requested there, because only the service knows its callers: set listen.metrics and restart the service";
    INSTEAD_DIRECTORY = "os pedidos vão para lá, porque só o serviço abre os arquivos dele: configure-o e reinicie o serviço", "the requests go to that listener, because only the service opens its files: set it and restart the service";
    INSTEAD_EXPLAIN = "o cache, o diretório e os alertas do serviço não são mostrados", "the cache, the directory and the alerts of the service are not shown";
    INSTEAD_FORGET = "o pedido vai para lá, porque só o serviço abre os arquivos dele. Configure listen.metrics e reinicie o serviço. Sem isso, um reinício esvazia o cache, mas o diretório fica com o número: apague o cliente no HubSoft, pare o serviço, remova directory.sealed e walk.sealed da pasta de estado e inicie-o", "the request goes to that listener, because only the service opens its files. Set listen.metrics and restart the service. Without it, a restart empties the cache, but the directory keeps the number: delete the customer in HubSoft, stop the service, remove directory.sealed and walk.sealed from its state folder, and start it";
    LISTENER_OFF = "listen.metrics está `off`: {instead}", "listen.metrics is `off`: {instead}";
    REFUSAL_ADDRESS = "o texto tem um endereço de site ou e-mail, ou um @", "the text has a web or mail address, or an @";
    REFUSAL_AMBIGUOUS = "o texto tem um sinal ou uma abreviatura que se lê de dois modos", "the text has a sign or an abbreviation that can be read in two ways";
    REFUSAL_DOCUMENT = "o texto tem um número que parece CPF ou CNPJ", "the text has a number that looks like a CPF or CNPJ";
    REFUSAL_EMPTY = "o texto não tem nada que se possa falar", "the text has nothing that can be spoken";
    REFUSAL_FORBIDDEN_WORD = "o texto tem uma palavra que nunca é falada (senhas, documentos, dívidas)", "the text has a word that is never spoken (credentials, documents, debts)";
    REFUSAL_IP_ADDRESS = "o texto tem um endereço IP", "the text has an IP address";
    REFUSAL_LONG_NUMBER = "o texto tem um número ou código longo que não é telefone", "the text has a long number or code that is no telephone number";
    REFUSAL_MAC_ADDRESS = "o texto tem um endereço MAC", "the text has a MAC address";
    REFUSAL_MONEY = "o texto tem um valor em dinheiro", "the text has an amount of money";
    REFUSAL_NOT_SPEAKABLE = "o texto tem caracteres que não se podem falar sem mudar o sentido", "the text has characters that cannot be spoken without a change of sense";
    REFUSAL_PERSONAL_NUMBER = "o texto tem o número de uma pessoa, um contrato, uma conta ou um protocolo", "the text has a number of a person, a contract, an account or a ticket";
    REFUSAL_PERSON_NAME = "o texto acaba no nome de uma pessoa", "the text ends in a person's name";
    REFUSAL_TOO_LONG = "o texto é longo demais para ser falado (mais de 600 caracteres)", "the text is too long to be spoken (more than 600 characters)";
    REPORT_BUG = "um defeito do bina o interrompeu: veja o log", "a bug of bina ended it: see the log";
    REPORT_NOT_RUNNING = "o bina não está rodando, e não há a pasta de estado `{folder}`: inicie-o, ou aponte service.state_folder para onde está o registro dele", "bina does not run, and there is no state folder `{folder}`: start it, or set service.state_folder to where its journal is";
    REPORT_NO_FOLDER = "não há pasta de estado, então nenhuma chamada é guardada: use StateDirectory= do systemd, ou configure service.state_folder", "there is no state folder, so no call is kept: use StateDirectory= of systemd, or set service.state_folder";
    REPORT_ORDER = "o relatório acabaria antes de começar: `since` tem de ser antes de `until`", "the report would end before it begins: `since` has to be earlier than `until`";
    REPORT_TIME = "`{time}` não é um horário: escreva como `2h`, `30m`, `7d`, `18:30`, `2026-11-30` ou `2026-11-30 18:30`", "`{time}` is not a time: write it like `2h`, `30m`, `7d`, `18:30`, `2026-11-30` or `2026-11-30 18:30`";
    REPORT_UNREADABLE = "não foi possível ler o registro: {problem}", "the journal cannot be read: {problem}";
    SAY_ENGINE_WROTE = "{error}\no motor escreveu: {complaint}", "{error}\nthe engine wrote: {complaint}";
    SAY_NOT_SPOKEN = "o texto não é falado ({label}): {refusal}", "the text is not spoken ({label}): {refusal}";
    SAY_NOT_WRITTEN = "não foi possível gravar {file}: {error}", "{file} cannot be written: {error}";
    SAY_NO_ENGINE = "[speech] não indica um motor: instale rhvoice e rhvoice-brazilian-portuguese (seção non-free do Debian) e configure speech.command = [\"RHVoice-test\", \"-p\", \"Letícia-F123\", \"-o\", \"-\"]; ou configure speech.url (docs/fala.pt-BR.md tem outros)", "[speech] names no engine: install rhvoice and rhvoice-brazilian-portuguese (Debian's section non-free), and set speech.command = [\"RHVoice-test\", \"-p\", \"Letícia-F123\", \"-o\", \"-\"]; or set speech.url (docs/speech.md has others)";
    SERVICE_NO_ALERTS = "o bina em `{address}` não tem alertas locais: reinicie o serviço depois de atualizar", "bina at `{address}` has no local alerts: restart the service after an upgrade";
    SERVICE_NO_DIRECTORY = "o bina em `{address}` não tem diretório: configure directory.enabled = true e recarregue, ou reinicie o serviço depois de atualizar", "bina at `{address}` has no directory: set directory.enabled = true and reload, or restart the service after an upgrade";
    SERVICE_REFUSED = "o bina em `{address}` recusou o pedido ({status}): veja o log dele", "bina at `{address}` refused the request ({status}): see its log";
    SERVICE_UNREACHABLE = "o bina não responde em `{address}` ({error}): inicie-o com `systemctl start bina`", "cannot reach bina at `{address}` ({error}): start it with `systemctl start bina`";
    WALK_NOT_WHOLE = "a leitura não ficou completa: {problem}", "the walk was not whole: {problem}";
}

/// Sentences that the domain has in English alone.
const REFUSALS: [Text; 13] = [
    REFUSAL_ADDRESS,
    REFUSAL_AMBIGUOUS,
    REFUSAL_DOCUMENT,
    REFUSAL_EMPTY,
    REFUSAL_FORBIDDEN_WORD,
    REFUSAL_IP_ADDRESS,
    REFUSAL_LONG_NUMBER,
    REFUSAL_MAC_ADDRESS,
    REFUSAL_MONEY,
    REFUSAL_NOT_SPEAKABLE,
    REFUSAL_PERSONAL_NUMBER,
    REFUSAL_PERSON_NAME,
    REFUSAL_TOO_LONG,
];

/// Why a text is not spoken.
pub(super) fn refusal(refusal: Refusal, language: Language) -> String {
    let english = refusal.to_string();
    let known = REFUSALS.iter().find(|text| text.english == english);
    let sentence = known.map_or(english.as_str(), |text| text.of(language));
    let parts: [(&str, &dyn Display); 2] = [("label", &refusal.label()), ("refusal", &sentence)];
    SAY_NOT_SPOKEN.filled(language, &parts)
}

/// Why there is no report.
pub(super) fn report(error: &ReportError, language: Language) -> String {
    match error {
        ReportError::Bug => REPORT_BUG.of(language).to_owned(),
        // The command line refuses them before.
        ReportError::Form(_) | ReportError::Language(_) => error.to_string(),
        ReportError::NoFolder => REPORT_NO_FOLDER.of(language).to_owned(),
        ReportError::Order => REPORT_ORDER.of(language).to_owned(),
        ReportError::Time(time) => REPORT_TIME.filled(language, &[("time", time)]),
        ReportError::Unreadable(problem) => {
            REPORT_UNREADABLE.filled(language, &[("problem", problem)])
        }
    }
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
    fn the_english_sentences_are_those_of_the_errors() {
        let errors = [
            ReportError::Bug,
            ReportError::Form("x".to_owned()),
            ReportError::NoFolder,
            ReportError::Order,
            ReportError::Time("x".to_owned()),
            ReportError::Unreadable("x".to_owned()),
        ];
        for error in errors {
            assert_eq!(report(&error, Language::English), error.to_string());
        }
        for refused in [
            Refusal::Address,
            Refusal::Ambiguous,
            Refusal::Document,
            Refusal::Empty,
            Refusal::ForbiddenWord,
            Refusal::IpAddress,
            Refusal::LongNumber,
            Refusal::MacAddress,
            Refusal::Money,
            Refusal::NotSpeakable,
            Refusal::PersonName,
            Refusal::PersonalNumber,
            Refusal::TooLong,
        ] {
            let expected = format!("the text is not spoken ({}): {refused}", refused.label());
            assert_eq!(refusal(refused, Language::English), expected);
            let portuguese = refusal(refused, Language::Portuguese);
            assert!(!portuguese.contains(&refused.to_string()), "{portuguese}");
        }
    }
}
