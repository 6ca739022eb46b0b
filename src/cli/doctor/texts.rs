//! What `bina doctor` prints, in both languages.

use crate::runtime::language::texts;

texts! {
    ALERTS_FORBIDDEN_TABLE = "dê a hubsoft.username a permissão de lê-la", "give hubsoft.username the permission to read it";
    ALERTS_HIDDEN = "alguns têm escopos que o bina não sabe situar, e o HubSoft é consultado para mais chamadas: {kinds}", "some have scopes that bina cannot place, so HubSoft is asked about more callers: {kinds}";
    ALERTS_JOINED = "as tabelas do HubSoft nomeiam todos os lugares dos escopos", "HubSoft's tables name every place of their scopes";
    ALERTS_MEANWHILE = "{trouble} (sem a lista, o HubSoft é consultado sobre alertas em cada chamada)", "{trouble} (without the list, HubSoft is asked about alerts in each call)";
    ALERTS_NO_TABLES = "sem as tabelas de nomes: {trouble}", "no tables of names: {trouble}";
    ALERTS_OFF = "estão desligados (alerts.enabled = false)", "they are off (alerts.enabled = false)";
    ALERTS_PAGES = " na primeira de {last} páginas", " on the first of {last} pages";
    ALERTS_READ = "a lista do HubSoft pode ser lida: {count} ativos{pages}{scopes}", "HubSoft's list can be read: {count} active{pages}{scopes}";
    ALERTS_SCOPES = ", com escopos dos tipos {kinds}", ", with scopes of the kinds {kinds}";
    ALERTS_UNNAMED = "à tabela do HubSoft do tipo `{kind}` faltam {lacking} de {all} ids de escopos: {remedy}", "HubSoft's table of the kind `{kind}` lacks {lacking} of {all} ids of scopes: {remedy}";
    ALERTS_UNNAMED_REMEDY = "corrija o alerta no HubSoft, ou veja `bina directory status`", "correct the alert in HubSoft, or see `bina directory status`";
    ALERTS_UNREADABLE = "{count} alertas não podem ser lidos, e nenhum é dado por encerrado pela lista: avise os desenvolvedores do bina", "{count} alerts cannot be read, so that none is taken for ended by the list: report it to bina's developers";
    ALERTS_WITHOUT_SCOPE = ", sem um escopo que o bina saiba situar", ", without a scope that bina can place";
    CERTIFICATE_END = "{certificate} e {end}, {ms} ms", "{certificate} and {end}, {ms} ms";
    CERTIFICATE_ENDED = "venceu em {date}, e hoje é {today}", "expired on {date}, and today is {today}";
    CERTIFICATE_ENDS = "vence em {date}, em {days} dias", "expires on {date}, in {days} days";
    CERTIFICATE_FAILED = "{trouble}; ele {end}", "{trouble}; it {end}";
    CERTIFICATE_NEAR = "{certificate} e {end}: faça renová-lo, porque depois disso as consultas falham", "{certificate} and {end}: have it renewed, because lookups fail after that";
    CERTIFICATE_PINNED = "o certificado está fixado por hubsoft.ca_file (SHA-256 {sha_256})", "the certificate is pinned by hubsoft.ca_file (SHA-256 {sha_256})";
    CERTIFICATE_TRUSTED = "o certificado é confiável", "the certificate is trusted";
    CERTIFICATE_WITHOUT_END = "{certificate}, {ms} ms", "{certificate}, {ms} ms";
    CLOCK_AHEAD = "está {seconds} s adiantado em relação ao do HubSoft: {remedy}", "it is {seconds} s ahead of HubSoft's: {remedy}";
    CLOCK_BEHIND = "está {seconds} s atrasado em relação ao do HubSoft: {remedy}", "it is {seconds} s behind HubSoft's: {remedy}";
    CLOCK_REMEDY = "veja em `timedatectl` se está sincronizado", "see `timedatectl` whether it is synchronised";
    CLOCK_UNKNOWN = "o HubSoft não enviou a hora: {remedy}", "HubSoft has sent no time: {remedy}";
    CLOCK_WITHIN = "a menos de {seconds} s do relógio do HubSoft", "within {seconds} s of HubSoft's";
    CONFIGURATION_FIRST = "corrija antes a configuração: todas as outras verificações foram puladas", "fix the configuration first: all other checks were skipped";
    CONFIGURATION_VALID = "{path} é válido", "{path} is valid";
    CONNECTED = "conectado {times}", "connected {times}";
    CONNECTED_BUT = "{connected}, mas {closed}", "{connected}, but {closed}";
    CONNECTED_TO = "a {address} em {ms} ms", "to {address} in {ms} ms";
    CONNECTION_SLOW = "levou {took} ms, limite {most} ms: aumente hubsoft.connect_ms", "took {took} ms, limit {most} ms: raise hubsoft.connect_ms";
    DIRECTORY_FORBIDDEN = "o HubSoft não deixa o usuário da API ler a tabela do tipo `{kind}`, e alertas desse tipo podem não achar clientes: dê essa permissão a hubsoft.username", "HubSoft does not let its API user read the table of the kind `{kind}`, so alerts of that kind may miss customers: give hubsoft.username the permission for it";
    DIRECTORY_LAST_WALK = "{content}; última leitura: {last}", "{content}; last walk: {last}";
    DIRECTORY_NONE_JOINS = "nenhum nome do tipo `{kind}` se liga à tabela do HubSoft: veja `bina directory status`", "no name of the kind `{kind}` joins HubSoft's table: see `bina directory status`";
    DIRECTORY_NO_LISTENER = "configure listen.metrics, onde o serviço o informa", "set listen.metrics, where the service reports it";
    DIRECTORY_OFF = "está desligado (directory.enabled = false)", "it is off (directory.enabled = false)";
    DIRECTORY_OLD = "{content}; veja `bina directory status`", "{content}; see `bina directory status`";
    DIRECTORY_POOR = "só {percent} % dos nomes do tipo `{kind}` se ligam à tabela do HubSoft; corrija lá os mais comuns: {names}", "only {percent} % of the names of the kind `{kind}` join HubSoft's table; correct the commonest there: {names}";
    DIRECTORY_START = "inicie o serviço: ele lê o diretório e o informa aqui", "start the service: it reads the directory and reports it here";
    DNS_ADDRESS = "{host} é um endereço e dispensa consulta", "{host} is an address and needs no lookup";
    DNS_FAILED = "{host} ({error}, após {ms} ms): confira hubsoft.base_url e os servidores em /etc/resolv.conf", "{host} ({error}, after {ms} ms): check hubsoft.base_url and the servers in /etc/resolv.conf";
    DNS_FOUND = "{host} é {addresses}, após {ms} ms", "{host} is {addresses}, after {ms} ms";
    DNS_NO_ADDRESS = "nenhum endereço", "no address";
    DNS_NO_ANSWER = "sem resposta", "no answer";
    END_FAILED = "{count} verificações falharam: comece pela primeira", "{count} checks failed: begin with the first one";
    END_FAILED_ONE = "uma verificação falhou: a linha dela diz o que fazer", "one check failed: its line names the remedy";
    END_TOTALS = "{ok} ok, avisos: {warnings}, falhas: {failed}", "{ok} ok, {warnings} warning, {failed} failed";
    LOOKUP_ANSWERED = "respondida para um número não atribuído, {ms} ms", "answered for an unassigned number, {ms} ms";
    LOOKUP_FAILED = "a consulta falhou, resolva isso antes", "the lookup failed, fix that first";
    LOOKUP_NO_TOKEN = "não há token, resolva isso antes", "there is no token, fix that first";
    LOOKUP_RETURNED = "{phone}: devolvidos: {returned}; com este número exato: {own}; {ms} ms", "{phone}: {returned} returned, {own} with this exact number, {ms} ms";
    LOOKUP_SLOW = "{seen}, acima de lookup.deadline_ms ({most}): as chamadas passam do prazo; fale com o suporte do HubSoft sobre o tempo de resposta", "{seen}, exceeds lookup.deadline_ms ({most}): calls time out; contact HubSoft's support about its response time";
    MATCHING_ADVISE_EXACT = "buscas com e sem o nono dígito acham clientes diferentes: tire hubsoft.phone_match = \"suffix\" da configuração", "searches with and without its ninth digit find different customers: remove hubsoft.phone_match = \"suffix\" from the configuration";
    MATCHING_ADVISE_SUFFIX = "uma só busca acha um celular com e sem o nono dígito: hubsoft.phone_match = \"suffix\" poupa a segunda busca", "one search finds a mobile with and without its ninth digit: hubsoft.phone_match = \"suffix\" saves the second search";
    MATCHING_COUNTS = "{name}: devolvidos: {returned}; com este número exato: {own}", "{name}: {returned} returned, {own} with this exact number";
    MATCHING_ENDS = "este HubSoft compara o final dos números; o bina descarta clientes cujo número é outro", "this HubSoft compares the ends of numbers; bina discards customers whose number differs";
    MATCHING_EXACT = "este HubSoft só acha números exatos: um número guardado lá em outro formato não é achado", "this HubSoft matches exact numbers only: a number in another format there is not found";
    MATCHING_EXACT_COUNTRY = "este HubSoft só acha números exatos, com ou sem 55", "this HubSoft matches exact numbers only, with or without 55";
    MATCHING_FAILED = "{name}: {trouble}", "{name}: {trouble}";
    MATCHING_LAST = "os últimos {length} dígitos", "its last {length} digits";
    MATCHING_MANY = "não se sabe como ele compara: mais clientes têm o mesmo final do que o HubSoft lista", "the matching method cannot be determined: more customers end alike than HubSoft lists";
    MATCHING_NONE = "nenhum cliente tem este número, ou o formato dele lá não é achado por busca nenhuma: tente o de outro cliente, ou troque-o por dígitos com DDD", "no customer has this number, or its format there matches no search: try another customer's, or change it to digits with area code";
    MATCHING_NOT_FOUND = "as chamadas não acham este cliente; não se sabe a causa", "calls do not find this customer; the cause cannot be determined";
    MATCHING_OTHER_FORMATS = "este HubSoft só acha o cliente por formatos que as chamadas não usam: troque o número lá por dígitos com DDD", "this HubSoft finds the customer only by formats that calls do not use: change the number there to digits with area code";
    MATCHING_PARTS = "este HubSoft acha partes de números; o bina descarta clientes cujo número é outro", "this HubSoft matches parts of numbers; bina discards customers whose number differs";
    MATCHING_UNKNOWN = "as chamadas acham este cliente; não se sabe como o HubSoft compara", "calls find this customer; the matching method cannot be determined";
    MATCHING_UNVERIFIED = "vieram clientes, mas nenhum campo de telefone deles tem este número exato: confira o formato no HubSoft (o melhor é só dígitos, com DDD); bina_lookups_unverified_total conta essas consultas", "customers were returned, but none of their phone fields contains this exact number: check its format in HubSoft (digits with area code are best); bina_lookups_unverified_total counts such lookups";
    MATCHING_WHOLE = "os {length} dígitos", "its {length} digits";
    MATCHING_WITHOUT_NINTH = "{length} dígitos, sem o 9", "{length} digits, without the 9";
    MATCHING_WITH_COUNTRY = "{length} dígitos, com 55 na frente", "{length} digits, with 55 in front";
    NETWORK_FIRST = "o HubSoft não pode ser alcançado, resolva isso antes", "HubSoft cannot be reached, fix that first";
    NO_AREA_CODE = "o número de --number não pode ser consultado ({reason}): escreva-o com o DDD", "--number cannot be looked up ({reason}): include its area code";
    PORT_ANSWERS = "o bina responde em {address}", "bina answers at {address}";
    PORT_FREE = "{address} está livre; o bina não está rodando e pode iniciar", "{address} is free; bina is not running and can start";
    PORT_FREE_RUNNING = "{address} está livre, embora o bina esteja rodando: reinicie o bina para abrir esta escuta", "{address} is free, although bina runs: restart bina to open this listener";
    PORT_IMPOSSIBLE = "não é possível escutar em `{address}` ({error}): escolha outro endereço", "cannot listen on `{address}` ({error}): choose another address";
    PORT_TAKEN = "`{address}` está em uso por outro programa, ou por um bina travado: encontre-o com `ss -ltnp sport = :{port}`; se for o bina: `sudo systemctl kill -s KILL bina`", "`{address}` is in use by another program, or by a bina that hangs: find it with `ss -ltnp sport = :{port}`; if it is bina: `sudo systemctl kill -s KILL bina`";
    PROMPTS_NAME_FOLDER = "indique a pasta deles com --sounds PASTA", "name their folder with --sounds FOLDER";
    PROMPTS_PLAYABLE = "todos os {count} em {folder} podem ser tocados", "all {count} in {folder} are playable";
    SECRET_GONE = "{path} desapareceu ({error}): restaure-o", "{path} has disappeared ({error}): restore it";
    SECRET_OWNER = "{path}: só o dono (uid {owner}) pode lê-lo", "{path}: only its owner (uid {owner}) can read it";
    SECRET_UNREADABLE = "{path}: {problem}", "{path}: {problem}";
    SERVICE_ALERTS_LATE = "a lista de alertas do HubSoft foi lida pela última vez há {minutes} min", "HubSoft's list of alerts was last read {minutes} min ago";
    SERVICE_ALERTS_NEVER = "a lista de alertas do HubSoft ainda não foi lida", "HubSoft's list of alerts was not read yet";
    SERVICE_ALERTS_OFF = "ele não lê a lista de alertas do HubSoft (alerts.enabled)", "it does not read HubSoft's list of alerts (alerts.enabled)";
    SERVICE_ALERTS_PROBLEM = "{state}: {problem}", "{state}: {problem}";
    SERVICE_ALERTS_READ = "a lista de alertas do HubSoft foi lida há {age} s", "HubSoft's list of alerts was read {age} s ago";
    SERVICE_BREAKER_CLOSED = "disjuntor fechado: o HubSoft é consultado", "circuit breaker closed: HubSoft is queried";
    SERVICE_BREAKER_HALF_OPEN = "disjuntor meio aberto: o HubSoft não respondeu, e é consultado uma vez como teste", "circuit breaker half-open: HubSoft did not answer, and is queried once to test it";
    SERVICE_BREAKER_OPEN = "disjuntor aberto: o HubSoft não respondeu, e por ora as chamadas são respondidas sem ele; as linhas de DNS a consulta dizem por quê", "circuit breaker open: HubSoft did not answer, so calls are answered without it for now; the lines from DNS to lookup say why";
    SERVICE_BREAKER_UNKNOWN = "não se entende o estado dele: reinicie-o depois de uma atualização do bina", "its state is not understood: restart it after an upgrade of bina";
    SERVICE_NO_LISTENER = "configure listen.metrics, onde ele informa a lista de alertas", "set listen.metrics, where it reports the list of alerts";
    SERVICE_NO_TOKEN = "ele não tem token ({why}): se a linha `token` está ok, os segredos dele são os de quando iniciou: `sudo systemctl restart bina`", "it has no token ({why}): if the line `token` is ok, its secrets are those of its start: `sudo systemctl restart bina`";
    SERVICE_NO_TOKEN_YET = "ele ainda não pediu um token", "it has not requested a token yet";
    SERVICE_SILENT = "sem resposta a {path} em {longest}: se continuar, `sudo systemctl restart bina`", "no answer to {path} within {longest}: if it lasts, `sudo systemctl restart bina`";
    SERVICE_STOPPED = "o bina não está rodando aqui: `sudo systemctl start bina`", "bina does not run here: `sudo systemctl start bina`";
    SERVICE_TOKEN = "ele tem um token", "it has a token";
    SEVERITY_FAILED = "falha", "failed";
    SEVERITY_OK = "ok", "ok";
    SEVERITY_WARNING = "aviso", "warning";
    SKIPPED = "pulado: {how}", "skipped: {how}";
    SPEECH_LATE = "o motor não falou uma frase a tempo: veja `bina say`", "the engine did not speak a sentence in time: see `bina say`";
    SPEECH_SHORT = "o motor falou menos de um segundo: tente `bina say -o ARQUIVO`", "the engine spoke less than a second: try `bina say -o FILE`";
    SPEECH_SPOKE = "{engine} falou uma frase de {seconds} s", "{engine} spoke a sentence of {seconds} s";
    TCP_NO_ANSWER = "{address} não responde: verifique firewall e rota, ou o HubSoft está fora do ar", "{address} does not answer: check firewall and route, or HubSoft is down";
    TCP_NO_IPV6 = "{address} pulado, porque esta máquina não tem IPv6", "{address} skipped, because this machine has no IPv6";
    TCP_REFUSED = "{address} recusa conexões: confira a porta em hubsoft.base_url, ou o HubSoft está fora do ar", "{address} refuses connections: check the port in hubsoft.base_url, or HubSoft is down";
    TCP_UNREACHABLE = "{address} não pode ser alcançado ({error}): verifique rede e rota", "{address} cannot be reached ({error}): check network and route";
    TLS_NO_ANSWER = "sem resposta ao handshake TLS: confira a porta em hubsoft.base_url", "no response to the TLS handshake: check the port in hubsoft.base_url";
    TLS_OFF = "desligado (hubsoft.insecure_http): a rede pode ler o token e os clientes; escreva https", "off (hubsoft.insecure_http): the network can read the token and customers; write https";
    TLS_SPOKEN = "a porta fala TLS, mas hubsoft.base_url tem http: escreva https", "the port speaks TLS, but hubsoft.base_url has http: write https";
    TOKEN_RECEIVED = "recebido após {ms} ms", "received after {ms} ms";
    TROUBLE_TOOK = "{trouble} ({ms} ms)", "{trouble} ({ms} ms)";
    TRUNK_GOOD = "{trunk}: {all} chamadas desde o início do serviço, {no_number} no_number, {not_found} not_found", "{trunk}: {all} calls since the service started, {no_number} no_number, {not_found} not_found";
    TRUNK_NOBODY = "{trunk}: {percent}% de {all} chamadas sem cliente ({no_number} no_number, {not_found} not_found): ligue de um número conhecido, veja no PBX que dígitos o tronco apresenta, e compare com `bina lookup DÍGITOS --trunk {trunk} --explain`; depois acerte strip, prefix, category_digit ou default_ddd no [[trunk]] (docs/numeros.pt-BR.md)", "{trunk}: {percent}% of {all} calls without a customer ({no_number} no_number, {not_found} not_found): call from a known number, see in the PBX which digits the trunk presents, and compare with `bina lookup DIGITS --trunk {trunk} --explain`; then correct strip, prefix, category_digit or default_ddd in its [[trunk]] (docs/numbers.md)";
    TRUNK_NONE_NOBODY = "{percent}% de {all} chamadas sem tronco configurado não têm cliente ({no_number} no_number, {not_found} not_found): veja no PBX que dígitos o tronco apresenta; se não são os de quem liga (dígito de categoria, prefixo, DDD cortado), descreva-o num [[trunk]] (docs/numeros.pt-BR.md)", "{percent}% of {all} calls without a configured trunk have no customer ({no_number} no_number, {not_found} not_found): see in the PBX which digits the trunk presents; if they are not the caller's (category digit, prefix, area code cut off), describe it in a [[trunk]] (docs/numbers.md)";
    WHAT_ALERTS = "alertas", "alerts";
    WHAT_CLOCK = "relógio", "clock";
    WHAT_CONFIGURATION = "configuração", "configuration";
    WHAT_CONNECTION = "conexão", "connection";
    WHAT_DIRECTORY = "diretório", "directory";
    WHAT_LOOKUP = "consulta", "lookup";
    WHAT_MATCHING = "busca", "matching";
    WHAT_PROMPTS = "prompts", "prompt files";
    WHAT_SECRET = "segredo", "secret";
    WHAT_SERVICE = "serviço", "service";
    WHAT_SPEECH = "fala", "speech";
    WHAT_TOKEN_LOOKUP = "token, consulta", "token, lookup";
    WHAT_TRUNKS = "troncos", "trunks";
    WHAT_ZONE = "fuso horário", "timezone";
    ZONE_AHEAD = "o alerta mais novo foi criado daqui a {minutes} min por hubsoft.timezone ({zone}): compare os relógios das duas máquinas", "the newest alert was made {minutes} min from now by hubsoft.timezone ({zone}): compare the clocks of both machines";
    ZONE_NO_ALERT = "o HubSoft não lista nenhum alerta cuja hora se possa comparar", "HubSoft lists no alert whose time could be compared";
    ZONE_OK = "o alerta mais novo não é do futuro ({zone})", "the newest alert is not of the future ({zone})";
    ZONE_OTHER = "o alerta mais novo foi criado daqui a {minutes} min por hubsoft.timezone ({zone}), e os alertas começam e acabam tarde: configure hubsoft.timezone = \"{other}\"", "the newest alert was made {minutes} min from now by hubsoft.timezone ({zone}), so alerts begin and end late: set hubsoft.timezone = \"{other}\"";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(
            ALL,
            &[
                "CERTIFICATE_WITHOUT_END",
                "MATCHING_FAILED",
                "SECRET_UNREADABLE",
                "SERVICE_ALERTS_PROBLEM",
                "SEVERITY_OK",
                "TROUBLE_TOOK",
            ],
        );
    }
}
