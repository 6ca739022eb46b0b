//! The sentences of a rehearsal in both languages.
//!
//! Names of options, settings and commands, and the reasons of the log, are the same in both.

pub(super) use crate::cli::texts::decimal;
use crate::runtime::language::{Language, Text, texts};

texts! {
    ADVICE = "O que ajudaria:", "What would help:";
    ADVICE_DATA = "Os dados do HubSoft: só {percent} % dos lugares se ligam às tabelas dele, e quem não pode ser localizado custa um pedido. bina directory status mostra os mais comuns que não se ligam a nada: corrija-os no HubSoft.", "HubSoft's data: only {percent} % of the places join its tables, and whoever cannot be placed costs a request. bina directory status names the commonest ones that join nothing: correct them in HubSoft.";
    ADVICE_DEADLINE = "lookup.deadline_ms: {late} chamadas esperaram em vão, porque o HubSoft leva {median} (mediana) e uma chamada tem {deadline}. Um prazo maior se ouve como silêncio antes da saudação.", "lookup.deadline_ms: {late} callers waited in vain, because HubSoft needs {median} (median) and a call has {deadline}. A longer deadline is heard as silence before the greeting.";
    ADVICE_DEAD_EARLY = "o HubSoft morreu antes que o bina pudesse perguntar a ele quem o alerta atinge.", "HubSoft died before bina could ask it whom the alert concerns.";
    ADVICE_DEAD_UNKNOWN = "com o HubSoft morto, ninguém fica sabendo dos alertas dele.", "While HubSoft is dead, nobody learns of its alerts.";
    ADVICE_DIRECTORY = "directory.enabled e alerts.enabled = true: sem eles cada chamada custa um pedido, e o HubSoft permite {rate} por segundo. Os dois vêm ligados no bina serve, e precisam de um usuário do HubSoft que possa listar clientes e alertas (o bina doctor diz se pode).", "directory.enabled and alerts.enabled = true: without them each caller costs a request, and HubSoft permits {rate} a second. Both are on in bina serve, and need a HubSoft user who may list customers and alerts (bina doctor says whether).";
    ADVICE_EARLIER = "Um cadastro mais cedo, ou bina alert add: o HubSoft respondeu a {lookups} chamadas e a {probes} sondagens; as outras tiveram de ser respondidas sem ele.", "An earlier publication, or bina alert add: HubSoft answered {lookups} callers and {probes} probes; the others had to be answered without it.";
    ADVICE_END = "O fim do alerta: {late} chamadas o ouviram depois do fim, a última {last} s depois.", "The end of the alert: {late} callers heard it after its end, the last one {last} s after it.";
    ADVICE_END_KNOWN = "Um fim cadastrado antes no HubSoft vale com precisão de segundos, mesmo com o HubSoft morto (--window).", "An end that is entered in HubSoft beforehand counts to the second, also while HubSoft is dead (--window).";
    ADVICE_LATE = "{before} clientes afetados ligaram antes de o alerta estar no HubSoft.", "{before} affected callers came before the alert was in HubSoft.";
    ADVICE_LIST = "A lista de clientes: {unplaced} chamadas não estão no diretório, ou os lugares delas não se ligam a nenhuma tabela do HubSoft, e o HubSoft estava morto. bina directory status diz quantos se ligam; um alerta local com --everyone alcança também os outros.", "The list of customers: {unplaced} callers are not in the directory, or their places join no table of HubSoft's, and HubSoft was dead. bina directory status says how many join; a local alert for --everyone reaches the others, too.";
    ADVICE_LOCAL = "Um alerta local: {why} bina alert add \"texto\" --interface ... --until 18:30 alcança quem liga na hora, mesmo com o HubSoft morto; --everyone nem precisa do diretório.", "A local alert: {why} bina alert add \"text\" --interface ... --until 18:30 reaches callers at once, also while HubSoft is dead; --everyone needs not even the directory.";
    ADVICE_OVER = "as chamadas acabaram antes que o bina tivesse consultado clientes suficientes para julgar o alerta.", "The calls were over before bina had looked up enough customers to judge the alert.";
    ADVICE_RATE = "limiter.rate: {shed} chamadas ficaram sem vaga entre os {rate} pedidos por segundo. Peça ao seu contato no HubSoft um limite maior e configure-o; cada pedido a mais por segundo é uma chamada a mais que o diretório não sabe responder.", "limiter.rate: {shed} callers got no slot among the {rate} requests a second. Ask your contact at HubSoft for a higher limit, and set it; each further request a second is one caller more whom the directory cannot answer.";
    ADVICE_SCOPE_MIXED = "O escopo do alerta: do conjunto ({fits}), {confirmed} de {answers} clientes consultados o têm. Ele indica algo que a lista do HubSoft não mostra, p. ex. um grupo de clientes. Alertas que só indicam bairros, POPs, equipamentos ou interfaces são julgados na hora; outage.hedged_prompt toca um áudio prudente para quem ainda não se sabe.", "The scope of the alert: of the customers who fit {fits}, {confirmed} of {answers} asked have it. It names something that HubSoft's list does not show, e.g. a group of customers. Alerts that name districts, POPs, equipment or interfaces alone are judged at once; outage.hedged_prompt plays a careful prompt to those of whom it is not decided.";
    ADVICE_SCOPE_WRONG = "O escopo do alerta: {told} de {others} outros clientes o ouviram, porque os lugares deles no HubSoft são os de clientes afetados. Alertas que indicam interfaces ou caixas são mais exatos que os que indicam bairros.", "The scope of the alert: {told} of {others} other callers heard it, because their places in HubSoft are those of affected customers. Alerts that name interfaces or boxes are more exact than those that name districts.";
    ADVICE_TIME = "O tempo: o bina viu o alerta {noticed} s depois do cadastro, e depois de {judged} s tinha julgado quem ele atinge.", "Time: bina noticed it {noticed} s after it was published, and had judged after {judged} s whom it concerns.";
    ADVICE_TIME_LOCAL = "Sem o HubSoft: bina alert add avisa quem liga na hora.", "Without HubSoft: bina alert add tells callers at once.";
    ADVICE_TIME_POLL = "Com alerts.poll_s = {poll} ele é visto antes.", "alerts.poll_s = {poll} notices it sooner.";
    ADVICE_TIME_RATE = "Com um limiter.rate maior ele é julgado antes.", "A higher limiter.rate judges it sooner.";
    ADVICE_TIME_RECORD = "Depois de dois alertas do mesmo tipo julgados, o histórico deles conta, e três respostas bastam (ele fica em service.state_folder; ensaie com --earlier 2).", "Once two alerts of the same kind have been judged, their record counts, and three answers are enough (it is kept in service.state_folder; rehearse it with --earlier 2).";
    ADVICE_UNREAD = "o bina nunca leu o alerta na lista do HubSoft.", "bina never read the alert in HubSoft's list.";
    ALERT_JUDGED = "alerta julgado após, s", "alert judged after, s";
    ALERT_NEVER = "nunca", "never";
    ALERT_NOTICED = "alerta visto após, s", "alert noticed after, s";
    ALERT_SINCE = "desde o cadastro dele", "from its publication on";
    AND = " e ", " and ";
    BUG = "defeito do ensaio: {problem}", "a bug of the rehearsal: {problem}";
    FAILED_CACHE = "não foi possível encher o cache antes do ensaio", "the cache could not be filled before the rehearsal";
    FAILED_CALLERS_AFFECTED = "só existem {found} dos {wanted} clientes afetados: aumente --customers ou diminua --affected", "only {found} of the {wanted} affected callers exist: raise --customers or lower --affected";
    FAILED_CALLERS_OTHERS = "só existem {found} dos {wanted} outros clientes: aumente --customers ou diminua --unaffected", "only {found} of the {wanted} unaffected callers exist: raise --customers or lower --unaffected";
    FAILED_DIRECTORY = "não foi possível encher o diretório: {state}", "the directory could not be filled: {state}";
    FAILED_NO_WALK = "nenhuma leitura acabou", "no walk has ended";
    FAILED_SIMULATOR = "não foi possível iniciar o HubSoft simulado: {error}", "cannot start the simulated HubSoft: {error}";
    FILLING_CACHE = "enchendo o cache: {filled} clientes", "the cache is filled: {filled} callers";
    FILLING_DIRECTORY = "enchendo o diretório: {done} de {total} clientes", "the directory is filled: {done} of {total} customers";
    FILLING_EARLIER = "um alerta anterior é julgado e acaba", "an earlier alert is judged, and ends";
    KIND_BOX = "caixa óptica", "box";
    KIND_CITY = "cidade", "city";
    KIND_DISTRICT = "bairro", "district";
    KIND_GROUP = "grupo", "group";
    KIND_INTERFACE = "interface", "interface";
    KIND_NONE = "fora do escopo", "nothing of it";
    KIND_POP = "POP", "pop";
    KIND_STATUS = "status", "status";
    LOAD = "pedidos ao HubSoft", "HubSoft requests";
    LOAD_ALERTS = "lista de alertas", "alert list";
    LOAD_EACH_SECOND = "por segundo", "each second";
    LOAD_LOOKUPS = "consultas", "lookups";
    LOAD_LOOKUPS_OF = "de quem liga", "of callers";
    LOAD_OTHERS = "outros", "others";
    LOAD_PROBES = "sondagens", "probes";
    LOAD_PROBES_OF = "clientes ao acaso, se têm o alerta", "random customers, whether they have the alert";
    LOAD_RATE = "em média, no máximo {most} (permitidos: {allowed})", "on average, at most {most} ({allowed} allowed)";
    LOAD_REFUSED = "recusados (429)", "refused (429)";
    MEMORY = "memória, MB", "memory, MB";
    MEMORY_PARTS = "início {before}, fim {end}, pico {peak} (com chamadas e HubSoft)", "start {before}, end {end}, peak {peak} (with callers and HubSoft)";
    OPTION_COMPARE = "--compare já ensaia também sem o diretório: tire --without-directory", "--compare rehearses without the directory, too: omit --without-directory";
    OPTION_DIES = "o HubSoft morreria depois da última chamada: escolha --dies-after menor que --over", "HubSoft would die after the last call: choose --dies-after below --over";
    OPTION_EARLIER = "alertas anteriores são julgados por meio do diretório: tire --without-directory", "earlier alerts are judged by means of the directory: omit --without-directory";
    OPTION_ENDS = "o alerta acabaria depois da última chamada: escolha --ends-after menor que --over", "the alert would end after the last call: choose --ends-after below --over";
    OPTION_ENDS_EARLY = "o alerta acabaria antes do cadastro: escolha --late menor que --ends-after", "the alert would end before it is published: choose --late below --ends-after";
    OPTION_LATE = "o alerta seria cadastrado depois da última chamada: escolha --late menor que --over", "the alert would be published after the last call: choose --late below --over";
    OPTION_LATE_DEAD = "um HubSoft morto não publica alerta: escolha --late menor que --dies-after", "a dead HubSoft publishes no alert: choose --late below --dies-after";
    OPTION_LEAD = "--lead é antes da primeira chamada e --late depois dela: escolha um dos dois", "--lead is before the first call and --late after it: choose one of them";
    OPTION_MANY = "há mais chamadas que clientes: aumente --customers", "there are more callers than customers: raise --customers";
    OPTION_WINDOW = "--window cadastra o fim do alerta: diga quando é, com --ends-after", "--window enters the alert's end: say when it is, with --ends-after";
    PLAN = "O dia da massiva: {affected} clientes afetados, de {customers}, e {unaffected} outros ligam em {over}.", "The day of the outage: {affected} affected customers of {customers} and {unaffected} others call within {over}.";
    PLAN_ALERT = "O alerta indica {scope}, é cadastrado {when}{end}.", "The alert names {scope}, is published {when}{end}.";
    PLAN_CACHED = "{cached} deles estão no cache.", "{cached} of them are in the cache.";
    PLAN_DEAD = "O HubSoft está morto desde a primeira chamada.", "HubSoft is dead from the first call on.";
    PLAN_DIES = "{speed}; morre {dies} depois da primeira chamada.", "{speed}; it is dead from {dies} after the first call on.";
    PLAN_DIRECTORY = "O bina já leu a lista de clientes, e lê a de alertas a cada {poll} s.", "bina has read the list of customers, and reads that of alerts every {poll} s.";
    PLAN_EARLIER_MANY = "Já julgou {earlier} alertas deste tipo.", "It has judged {earlier} alerts of this kind before.";
    PLAN_EARLIER_ONE = "Já julgou um alerta deste tipo.", "It has judged an alert of this kind before.";
    PLAN_ENDS = " e acaba {end} depois da primeira chamada", " and ends {end} after the first call";
    PLAN_ENDS_AS_ENTERED = ", como está cadastrado nele", ", as entered in it";
    PLAN_NO_DIRECTORY = "O bina não tem diretório nem lista de alertas.", "bina has neither directory nor alert feed.";
    PLAN_SPEED = "O HubSoft responde em {median} (mediana) e permite {rate} pedidos por segundo", "HubSoft responds in {median} (median) and permits {rate} requests a second";
    PLAN_WHEN_AFTER = "{late} depois da primeira chamada", "{late} after the first call";
    PLAN_WHEN_BEFORE = "{lead} antes da primeira chamada", "{lead} before the first call";
    PLAN_WHEN_WITH = "com a primeira chamada", "with the first call";
    PROGRESS = "{now} de {over} s   respondidas {answered} de {callers}   reconhecidas {recognised}", "{now} of {over} s   answered {answered} of {callers}   recognised {recognised}";
    PROGRESS_LEAD = "o alerta está cadastrado; a primeira chamada vem em {left} s", "the alert is published; the first call comes in {left} s";
    RANGE_ALERTS = "alertas", "alerts";
    RANGE_CALLERS = "chamadas", "callers";
    RANGE_CHOOSE = "escolha de {from} a {to} {what}", "choose {from} to {to} {what}";
    RANGE_CUSTOMERS = "clientes", "customers";
    RANGE_JOINING = "como fração; alguns lugares nunca se ligam a uma tabela", "as a share; some places never join a table";
    RANGE_MS = "milissegundos", "milliseconds";
    RANGE_OVER = "escolha de 1s a 10m", "choose 1s to 10m";
    RANGE_RATE = "pedidos por segundo", "requests a second";
    RANGE_SECONDS = "segundos", "seconds";
    RANGE_SHARE = "como fração, p. ex. 0.9 para nove em cada dez", "as a share, e.g. 0.9 for nine callers in ten";
    RANGE_TIME = "escolha no máximo 10m", "choose 10m at most";
    RANGE_UNIT = "escreva um número com a unidade, p. ex. 60s, 2m ou 1500ms", "write a number with its unit, e.g. 60s, 2m or 1500ms";
    SCOPE_DISTRICTS_AND_GROUP = "bairros e um grupo oculto", "districts and a hidden group";
    SCOPE_DISTRICTS_AND_STATUS = "bairros e um status", "districts and a status";
    SCOPE_INTERFACES = "interfaces (PONs)", "interfaces";
    SCOPE_POP_AND_INTERFACES = "um POP e interfaces", "a POP and interfaces";
    SCOPE_POP_OR_INTERFACES = "um POP ou interfaces", "a POP or interfaces";
    STRATUM_ASKED = "{verdict}, {confirmed} de {answers} consultados o têm", "{verdict}, {confirmed} of {answers} asked have it";
    STRATUM_FITS = "  {customers} clientes ({fits})", "  {customers} customers fit {fits}";
    TIMES = "tempo de resposta, ms", "answer time, ms";
    TIMES_PARTS = "p50 {p50}; p99 {p99}; p99,9 {p999}; máx. {max}", "p50 {p50}, p99 {p99}, p99.9 {p999}, max {max}";
    TOLD = "  avisados", "  told";
    TOLD_FROM_DIRECTORY = "    pelo diretório", "    from the directory";
    TOLD_FROM_DIRECTORY_HOW = "sem pedido ao HubSoft", "without a request";
    TOLD_NOT = "  não avisados", "  not told";
    TOLD_NOT_AFFECTED = "reconhecidos, sem o alerta", "recognised, without the alert";
    TOLD_NOT_OTHERS = "reconhecidos", "recognised";
    TOLD_NOT_FOUND = "  não encontrados", "  not found";
    TOLD_OTHER_PROMPT = "  outro áudio", "  another prompt";
    TOLD_RIGHT = "ouvem que há uma falha", "hear that there is a fault";
    TOLD_UNAVAILABLE = "  indisponíveis", "  unavailable";
    TOLD_WRONG = "um áudio errado", "a wrong play";
    TOTAL_AFFECTED = "clientes afetados", "affected callers";
    TOTAL_AFTER = "depois do fim", "after its end";
    TOTAL_AGAINST = "contra", "against";
    TOTAL_AGAINST_WHAT = "({percent} %) sem diretório e lista de alertas", "({percent} %) without directory and feed";
    TOTAL_ANSWERED = "respondidas", "answered";
    TOTAL_BEFORE = "antes do alerta", "before the alert";
    TOTAL_CALLS = "chamadas", "calls";
    TOTAL_OTHERS = "outros clientes", "other callers";
    TOTAL_PLACED = "  das localizáveis", "  of the placed";
    TOTAL_PLACED_OF = "de {count} que podem ser localizadas", "of {count} that can be placed";
    TOTAL_RIGHT = "certas", "right";
    TOTAL_RIGHT_AS = "como o HubSoft teria respondido", "as HubSoft would have answered";
    TOTAL_UNAVAILABLE = "indisponíveis", "unavailable";
    TOTAL_UNAVAILABLE_THEN = "a chamada segue sem áudio", "the call goes on without a prompt";
    TOTAL_WITHIN = "  em até {ms} ms", "  within {ms} ms";
    TOTAL_WITHIN_DEADLINE = "o prazo", "the deadline";
    TOTAL_WITHIN_LIMIT = "a garantia", "the guarantee";
    TOTAL_WRONG_ANSWERS = "respostas erradas", "wrong answers";
    TOTAL_WRONG_ANSWERS_WHY = "um defeito do bina: avise, por favor", "a bug of bina: please report it";
    TOTAL_WRONG_PLAYS = "áudios errados", "wrong plays";
    TOTAL_WRONG_PLAYS_WHAT = "o que não diz respeito a quem liga", "what does not concern the caller";
    VERDICT_ALERT = "com alerta", "alert";
    VERDICT_FAILED = "falhou: {broken} de {calls} chamadas não foram respondidas corretamente em até {limit} ms (veja se a máquina está ocupada com outra coisa)", "failed: {broken} of {calls} calls were not answered correctly within {limit} ms (check whether the machine is busy with something else)";
    VERDICT_NONE = "sem alerta", "no alert";
    VERDICT_PASSED = "Passou: todas as {calls} chamadas foram respondidas em até {limit} ms.", "Passed: all {calls} calls were answered within {limit} ms.";
    VERDICT_UNKNOWN = "ainda não se sabe", "unknown";
}

/// Short causes by the reason's label; the English ones are the beginnings of those in the log.
const CAUSES: [(&str, &str); 10] = [
    ("breaker_open", "disjuntor aberto: o HubSoft falha"),
    ("broken", "a conexão ao HubSoft caiu"),
    ("busy", "consultas demais em andamento"),
    ("connect", "não conecta ao HubSoft"),
    ("deadline", "o HubSoft passou do prazo"),
    ("no_token", "sem token: o último pedido falhou"),
    ("paused", "o HubSoft pediu uma pausa"),
    ("shed", "sem vaga em limiter.rate"),
    ("throttled", "o HubSoft limita os pedidos (429)"),
    ("timeout", "o HubSoft não respondeu"),
];

const KINDS: [Text; 7] =
    [KIND_BOX, KIND_CITY, KIND_DISTRICT, KIND_GROUP, KIND_INTERFACE, KIND_POP, KIND_STATUS];

/// Why calls are unavailable, from the reason's label and its cause in English. In Portuguese a rare cause is
/// left to the guide, which explains each label.
pub(super) fn cause<'c>(label: &str, english: &'c str, language: Language) -> &'c str {
    match language {
        Language::English => english,
        Language::Portuguese => {
            CAUSES.iter().find(|(own, _)| *own == label).map_or("", |(_, cause)| cause)
        }
    }
}

/// What customers fit, as a phrase.
pub(super) fn fits(kinds: &[String], language: Language) -> String {
    if kinds.is_empty() {
        return KIND_NONE.of(language).to_owned();
    }
    let kind = |kind: &String| {
        let known = KINDS.iter().find(|text| text.english == *kind);
        known.map_or_else(|| kind.clone(), |text| text.of(language).to_owned())
    };
    kinds.iter().map(kind).collect::<Vec<_>>().join(AND.of(language))
}

/// The verdict about a set of customers, as the evidence names it.
pub(super) fn verdict(verdict: &str, language: Language) -> String {
    let words = verdict.replace('_', " ");
    let all = [VERDICT_ALERT, VERDICT_NONE, VERDICT_UNKNOWN];
    let known = all.iter().find(|text| text.english == words);
    known.map_or(words, |text| text.of(language).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;
    use crate::sources::reasons;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["KIND_INTERFACE", "KIND_STATUS"]);
    }

    #[test]
    fn a_label_leaves_a_gap_before_its_number() {
        let wide =
            [ALERT_JUDGED, ALERT_NOTICED, LOAD, MEMORY, TIMES, TOLD, TOLD_FROM_DIRECTORY, TOLD_NOT];
        let more =
            [TOLD_NOT_FOUND, TOLD_OTHER_PROMPT, TOLD_UNAVAILABLE, TOTAL_AFFECTED, TOTAL_AFTER];
        let total =
            [TOTAL_ANSWERED, TOTAL_BEFORE, TOTAL_CALLS, TOTAL_OTHERS, TOTAL_PLACED, TOTAL_RIGHT];
        let last = [TOTAL_UNAVAILABLE, TOTAL_WRONG_ANSWERS, TOTAL_WRONG_PLAYS];
        let indented = [
            LOAD_ALERTS,
            LOAD_EACH_SECOND,
            LOAD_LOOKUPS,
            LOAD_OTHERS,
            LOAD_PROBES,
            LOAD_REFUSED,
            TOTAL_AGAINST,
        ];
        let width = |text: &Text| text.portuguese.chars().count();
        for text in wide.iter().chain(&more).chain(&total).chain(&last) {
            assert!(width(text) < 24, "{}", text.portuguese);
        }
        assert!(indented.iter().all(|text| width(text) < 22));
    }

    #[test]
    fn kinds_verdicts_and_causes_are_translated() {
        let kinds = ["pop", "district"].map(str::to_owned);
        assert_eq!(fits(&kinds, Language::Portuguese), "POP e bairro");
        assert_eq!(fits(&kinds, Language::English), "pop and district");
        assert_eq!(fits(&[], Language::Portuguese), "fora do escopo");
        assert_eq!(fits(&[], Language::English), "nothing of it");
        assert_eq!(verdict("no_alert", Language::Portuguese), "sem alerta");
        assert_eq!(verdict("no_alert", Language::English), "no alert");
        assert_eq!(cause("shed", "lookup skipped", Language::English), "lookup skipped");
        assert_eq!(
            cause("shed", "lookup skipped", Language::Portuguese),
            "sem vaga em limiter.rate"
        );
        assert_eq!(decimal("1.5s", Language::Portuguese), "1,5s");
        let labels = reasons::REASONS.map(|reason| reason.label);
        assert!(CAUSES.iter().all(|(label, _)| labels.contains(label)));
    }
}
