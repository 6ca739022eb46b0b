//! Why a local alert is refused, and what is wrong with what is kept of it.

use crate::runtime::language::sentences;

sentences! {
    ADDRESS = "em que endereço", "at which address";
    AMBIGUOUS = "vários lugares se chamam `{typed}`: {question}: {others} ou {last}? (escreva assim: `{example}`)", "several places are called `{typed}`: {question}: {others} or {last}? (write it like `{example}`)";
    AMBIGUOUS_MORE = "vários lugares se chamam `{typed}`: {question}: {shown} ou outros {more}? (escreva assim: `{example}`)", "several places are called `{typed}`: {question}: {shown} or {more} others? (write it like `{example}`)";
    BLANK = "o alerta não tem texto: diga em uma frase o que houve", "the alert has no text: say in a sentence what is the matter";
    BODY = "o corpo não é o JSON esperado: {error}", "the body is not the JSON that is expected: {error}";
    BOTH_ENDS = "um alerta termina em uma hora (`until`) ou depois de `minutes`: dê um dos dois", "an alert ends `until` a time or after `minutes`: give one of the two";
    BUG = "um erro do bina interrompeu isto: veja o log", "a bug of bina ended it: see the log";
    CITY = "em que cidade", "in which city";
    CLOCK = "o relógio desta máquina não está certo (veja `timedatectl`): quando for acertado, este alerta acaba, e tem que ser criado de novo", "the clock of this machine is not set (see `timedatectl`): once it is, this alert is over, and has to be added again";
    DAMAGED = "{count} linhas dele estão danificadas", "{count} of its lines are damaged";
    DAY = "`{day}` é um dia sem hora: acrescente a hora, como `{day} 18:00`", "`{day}` is a day without a time: add the time, like `{day} 18:00`";
    DID = "`{did}` não é um número chamado: escreva-o como `3732221234` ou `0800 777 1234`", "`{did}` is not a called number: write it like `3732221234` or `0800 777 1234`";
    DIRECTORY = "os lugares são procurados no diretório, que ainda não tem clientes ou está desligado: veja `bina directory status`; um alerta para números chamados ou para todos não precisa de diretório", "places are looked up in the directory, which has no customers yet or is off: see `bina directory status`; an alert for called numbers or for everyone needs no directory";
    DOUBLED = "`{typed}` é o nome de vários itens de uma tabela ({kind}), que o diretório não distingue: indique a interface ou o equipamento", "`{typed}` is the name of several entries of a table ({kind}), which the directory cannot tell apart: name the interface or the equipment";
    END_MISSING = "falta o fim: diga em `until` até quando, ou em `minutes` por quantos minutos", "no end is given: say `until` when, or how many `minutes`";
    END_PAST = "o fim `{end}` já passou (são {now}): dê uma hora posterior, com o dia se for amanhã", "the end `{end}` is in the past (it is {now}): give a later time, with its day if it is tomorrow's";
    END_LATE = "o fim `{end}` está a mais de 24 h (são {now}): escolha um anterior, e prorrogue o alerta quando for preciso", "the end `{end}` is more than 24 h away (it is {now}): choose an earlier one, and extend the alert when it is needed longer";
    EQUIPMENT = "em que equipamento", "on which equipment";
    FILE_KEPT_LOST = "um reinício perde as últimas mudanças dos alertas locais; o bina tenta gravar de novo: {error}", "a restart loses the latest changes of local alerts; saving is tried again: {error}";
    FILE_UNREAD = "o arquivo dos alertas locais não pode ser lido: os alertas dele faltam, e um reinício perde as últimas mudanças; ele fica como está, e o bina tenta ler de novo: {why}", "the file of local alerts cannot be read: its alerts are missing, and a restart loses the latest changes; it stays as it is, and reading is tried again: {why}";
    IDS_USED = "{count} alertas acabaram em um dia, e os ids deles ainda não podem ser usados de novo: espere uma hora", "{count} alerts have ended within a day, whose ids must not be used again yet: wait an hour";
    ID_MISSING = "falta o id do alerta: DELETE /v1/alerts?id=ID", "the id of the alert is missing: DELETE /v1/alerts?id=ID";
    LONG = "o texto tem mais de {max} caracteres: encurte-o", "the text is longer than {max} characters: shorten it";
    NAMES = "o escopo tem mais de {max} nomes: use um tipo maior de lugar, ou dois alertas", "the scope has more than {max} names: use a larger kind of place, or two alerts";
    NEAREST = "não há {kind} `{typed}`; nomes próximos: {names}", "no {kind} `{typed}`; nearest: {names}";
    NOT_FOUND = "não há {kind} `{typed}` no diretório: escreva o nome como o HubSoft o tem", "no {kind} `{typed}` in the directory: write the name as HubSoft has it";
    NO_FOLDER = "não há pasta de estado, e os alertas locais se perdem em um reinício (use StateDirectory= do systemd, ou configure service.state_folder)", "there is no state folder, so local alerts are lost at a restart (use StateDirectory= of systemd, or set service.state_folder)";
    NO_SCOPE = "o alerta não tem escopo: indique city, district, equipment, interface, box, pop ou did, ou diga `everyone`", "the alert has no scope: name a city, district, equipment, interface, box, pop or did, or say `everyone`";
    RULE = "não há regra `{rule}`: a configuração tem {known}", "there is no rule `{rule}`: the configuration has {known}";
    RULE_NONE = "não há regra `{rule}`: a configuração não tem nenhuma", "there is no rule `{rule}`: the configuration has none";
    SILENT = "não toca nada: nenhuma regra casa com o texto para qualquer chamada (encerre-o, e crie-o de novo com o nome de uma regra, ou configure general.prompt)", "it plays nothing: no rule matches its text for every caller (end it, and add it again with the name of a rule, or set general.prompt)";
    OPTION_NO_END = "falta o fim: diga em --until até quando, ou em --for por quanto tempo", "no end is given: say --until when, or --for how long";
    OPTION_NO_SCOPE = "o alerta não tem escopo: dê --city, --district, --equipment, --interface, --box, --pop ou --did com um nome, ou --everyone", "the alert has no scope: say --city, --district, --equipment, --interface, --box, --pop or --did with a name, or --everyone";
    STATE = "em que estado", "in which state";
    TIME = "`{text}` não é uma hora: escreva-a como `18:30`, ou com o dia como `2026-12-01 08:00`", "`{text}` is not a time: write it like `18:30`, or with the day like `2026-12-01 08:00`";
    TOO_MANY = "{count} alertas locais estão ativos, que é o limite: encerre um antes (`bina alert list`)", "{count} local alerts are active, which is the limit: end one first (`bina alert list`)";
    UNKNOWN_ID = "nenhum alerta ativo tem o id `{id}`: veja `bina alert list` (os alertas do HubSoft são encerrados no HubSoft)", "no active alert has the id `{id}`: see `bina alert list` (HubSoft's alerts are ended in HubSoft)";
    WHICH = "qual", "which one";
}
