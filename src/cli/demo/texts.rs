//! What the demo prints for people, in both languages; what is to be typed is the same in both.

use crate::runtime::language::texts;

texts! {
    ALERT = "Por exemplo, deixe todos os que ligam ouvir de uma fibra rompida, repita um pedido e encerre o alerta:", "For example, let every caller hear of a broken fibre, repeat a request, and end it:";
    ASTERISK = "Asterisk: instale dialplan/asterisk/bina.conf e acrescente ao contexto das chamadas de entrada:", "Asterisk: install dialplan/asterisk/bina.conf, then add to the context of incoming calls:";
    CALLER_ALERTED = "um cliente com alerta: prompt= diz os áudios a tocar", "a customer with an alert: prompt= names the sounds to play";
    CALLER_FREESWITCH = "o primeiro de novo, no formato do FreeSWITCH", "the first caller again, in FreeSWITCH's format";
    CALLER_SILENT = "um cliente sem alerta: nada a tocar", "a customer without an alert: nothing to play";
    CALLER_UNKNOWN = "um número desconhecido", "an unknown caller";
    CONSOLE = "Console: abra http://{console} no navegador, com qualquer nome e a senha {password}.", "Console: open http://{console} in a browser, with any name and the password {password}.";
    CONSOLE_OUTAGE = "Em meio minuto começa ali uma queda, que acaba três minutos depois do início (com --quiet, nenhuma).", "After half a minute an outage begins there, and ends three minutes after the start (--quiet: none).";
    CUSTOMERS = "Os dois clientes dele são os da documentação da API do HubSoft. Nenhum dado sai desta máquina.", "Its two customers are those of HubSoft's API documentation. No data leaves this machine.";
    ENDED = "O bina e o HubSoft simulado pararam.", "bina and the simulated HubSoft have stopped.";
    FAULT = "Ponha uma falha no HubSoft simulado e repita um pedido (\"normal\" a tira):", "Inject a fault into the simulated HubSoft, then repeat a request (\"normal\" clears it):";
    FREESWITCH = "FreeSWITCH: instale dialplan/freeswitch/bina-curl.xml e acrescente:", "FreeSWITCH: install dialplan/freeswitch/bina-curl.xml, then add:";
    LISTED = "Para o `bina directory` e o `bina alert`, ele lista também {customers} clientes gerados.", "For `bina directory` and `bina alert`, it lists {customers} generated customers, too.";
    LOG = "O log abaixo (em inglês) tem uma linha para cada chamada. Ctrl-C encerra a demonstração.", "The log below has one line for each call. Press Ctrl-C to end the demo.";
    NO_ANSWER = "(sem resposta: {error})", "(no answer: {error})";
    NO_SIMULATOR = "não foi possível iniciar o HubSoft simulado: {error}", "cannot start the simulated HubSoft: {error}";
    OUTAGE_BEGINS = "Uma queda começa: o HubSoft tem o alerta \"{alert}\". Clientes ligam agora; acompanhe-os no console.", "An outage begins: HubSoft has the alert \"{alert}\". Customers call now; watch them in the console.";
    OUTAGE_ENDS = "A queda acabou: quem liga agora não ouve mais nada dela. O `bina report` e o console mostram quem ela atingiu.", "The outage is over: the next caller hears nothing of it. `bina report` and the console show whom it concerned.";
    STARTED = "HubSoft simulado: {hubsoft}. bina: http://{bina}.", "Simulated HubSoft: {hubsoft}. bina: http://{bina}.";
    TRY = "Para experimentar outros comandos nele, grave isto em try.toml e acrescente `-c try.toml` a eles:", "To try other commands on it, write this to try.toml, and give them `-c try.toml`:";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::{Language, hold};

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }

    #[test]
    fn no_portuguese_line_is_wider_than_a_screen() {
        let parts =
            [("console", "127.0.0.1:8575"), ("password", "demonstracao"), ("customers", "2000")];
        for (name, text) in ALL {
            let said = parts
                .iter()
                .fold(text.of(Language::Portuguese).to_owned(), |said, (part, value)| {
                    said.replace(&format!("{{{part}}}"), value)
                });
            assert!(said.chars().count() <= 118, "{name}");
        }
    }
}
