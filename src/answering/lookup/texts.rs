//! What is odd in `[lookup]`, in both languages.

use crate::runtime::language::texts;

texts! {
    ALERTS_EXPIRE = "os alertas vencem antes que o registro deles seja renovado", "alerts expire before their record is refreshed";
    ALERT_OFF = "lookup.alert_s é `0`: nenhum alerta é tocado; remova-o, ou ponha 1800", "lookup.alert_s is `0`: no alert is ever played; remove it, or set it to 1800";
    BELOW = "{low} ({low_s}) está abaixo de {high} ({high_s}): {effect}; aumente {low} ou diminua {high}", "{low} ({low_s}) is below {high} ({high_s}): {effect}; raise {low} or lower {high}";
    DEADLINE = "lookup.deadline_ms ({deadline}) está acima de 800, mas o dialplan fornecido desiste depois de 1.2 s (Asterisk) e 2 s (FreeSWITCH): aumente os limites de tempo dele para {timeout} s", "lookup.deadline_ms ({deadline}) is above 800, but the shipped dialplan times out after 1.2 s (Asterisk) and 2 s (FreeSWITCH): raise its time limits to {timeout} s";
    FAILING_LESS = "as respostas guardadas são usadas por menos tempo quando o HubSoft falha do que quando está lento", "cached answers are used for less time when HubSoft fails than when it is slow";
    NOT_WHILE_SLOW = "as respostas guardadas não são usadas enquanto o HubSoft está lento", "cached answers are not used while HubSoft is slow";
    PATIENCE = "lookup.patience_ms ({wait}) está acima de lookup.deadline_ms ({deadline}), que encerra a espera antes: diminua-o", "lookup.patience_ms ({wait}) is above lookup.deadline_ms ({deadline}), which ends the wait first: lower it";
    RECORDS = "lookup.records_max permite {mib} MiB de registros: diminua-o, ou aumente MemoryMax em bina.service (512 MiB para tudo)", "lookup.records_max allows {mib} MiB of records: lower it, or raise MemoryMax in bina.service (512 MiB for everything)";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &[]);
    }
}
