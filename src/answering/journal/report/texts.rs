//! The sentences of a report as text, in both languages.

use crate::runtime::language::texts;

texts! {
    AGAIN = "  de novo", "  again";
    ALERT = "alerta", "alert";
    BOX = "caixa", "box";
    CALLS = "chamadas", "calls";
    CALLS_FROM = "{numbers} números, {without} sem número", "from {numbers} numbers, {without} without a number";
    CHART = "Chamadas a cada {step} (# ouviram um alerta, - as outras)", "Calls each {step} (# told of an alert, - others)";
    CUSTOMER = "cliente", "customer";
    DEFLECTED = "pararam", "deflected";
    DEFLECTED_SHARE = "{percent} % dos números que ouviram: sem ligar em {within}", "{percent} % of the told numbers: no call within {within}";
    DISTRICT = "bairro", "district";
    FIRST_CALL = "primeira", "first call";
    FIRST_LAST = "das - às", "first - last";
    HEADING = "Chamadas de {since} a {until}", "Calls from {since} to {until}";
    HEARD = "Quem ouviu: {count} chamadas", "Who heard it: {count} calls";
    HEARD_NONE = "Quem ouviu: ninguém (o id está certo? veja os alertas acima)", "Who heard it: no call (is the id right? see the alerts above)";
    INTERFACE = "interface", "interface";
    LAST_CALL = "última", "last call";
    MORE = "… mais {count}: veja --format csv", "… {count} more: see --format csv";
    NOT_KNOWN = "não se sabe", "not known";
    NO_NUMBER = "sem número", "no number";
    NUMBERS = "números", "numbers";
    REPEAT_CALLERS = "ligaram de novo", "repeat callers";
    RULE = "regra", "rule";
    SUSPECTED = "Queda suspeita agora:", "Outage suspected now:";
    SUSPECTED_CALLERS = "{count} números, {since}", "{count} callers, {since}";
    TIME = "hora", "time";
    TOLD = "ouviram", "told";
    TOLD_NUMBERS = "{numbers} números", "{numbers} numbers";
    WARNING = "aviso: {problem}", "warning: {problem}";
}

#[cfg(test)]
mod tests {
    use super::ALL;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["INTERFACE"]);
    }
}
