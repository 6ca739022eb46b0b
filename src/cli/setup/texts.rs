//! The sentences of `bina setup`, in both languages.

use crate::runtime::language::texts;

texts! {
    ADDRESS_EMPTY = "é preciso um endereço, p. ex. `minhanet` ou `api.minhanet.hubsoft.com.br`", "an address is needed, e.g. `minhanet` or `api.minhanet.hubsoft.com.br`";
    ADDRESS_EXAMPLE = "isso é o exemplo: escreva o nome do seu provedor no HubSoft, como no endereço do painel", "that is the example: write your provider's name at HubSoft, as in the panel's address";
    ADDRESS_MEANT = "  API do HubSoft: {url}", "  HubSoft's API: {url}";
    ADDRESS_NO_PROVIDER = "falta o nome do provedor, p. ex. `api.minhanet.hubsoft.com.br`", "the provider's name is missing, e.g. `api.minhanet.hubsoft.com.br`";
    ADDRESS_SCHEME = "`{typed}` não é um endereço https: escreva p. ex. `api.minhanet.hubsoft.com.br`", "`{typed}` is no https address: write e.g. `api.minhanet.hubsoft.com.br`";
    ADDRESS_WRONG = "`{typed}` não é um endereço: escreva p. ex. `minhanet` ou `api.minhanet.hubsoft.com.br`", "`{typed}` is no address: write e.g. `minhanet` or `api.minhanet.hubsoft.com.br`";
    ANSWERS_MISSING = "{path}: falta a resposta `{key}`", "{path}: the answer `{key}` is missing";
    ANSWERS_TWICE = "`{key}` está no arquivo e também em outro: deixe um dos dois", "`{key}` is in the file and in another one: keep one of them";
    ANSWERS_UNREADABLE = "as respostas em {path} não podem ser lidas ({problem}): confira o caminho de --answers", "the answers in {path} cannot be read ({problem}): check the path of --answers";
    ANSWERS_WRONG = "{path}: `{key}`: {why}", "{path}: `{key}`: {why}";
    ANY_REFUSED = "O HubSoft recusa as credenciais e não diz quais: confira as quatro em Configuração > Integração > API.", "HubSoft refuses the credentials and does not say which: check all four in Configuração > Integração > API.";
    ASK_INCLUDE = "\n{lines}\nAcrescentar isso no fim de {path}?", "\n{lines}\nAdd this at the end of {path}?";
    ASK_NUMBER = "Número de um cliente para uma consulta de teste (vazio: nenhuma)", "A customer's number for a test look-up (empty: none)";
    ASK_PBX = "PBX ({words})", "PBX ({words})";
    ASK_RELOAD = "Recarregar o dialplan agora (asterisk -rx 'dialplan reload')?", "Reload the dialplan now (asterisk -rx 'dialplan reload')?";
    ASK_SERVICE = "Ligar e iniciar o serviço agora (systemctl enable --now bina)?", "Enable and start the service now (systemctl enable --now bina)?";
    ASK_SNIPPET = "Instalar as sub-rotinas (bina.conf) e os áudios para o {name}? Nenhuma chamada muda com isso.", "Install the subroutines (bina.conf) and the recordings for {name}? No call changes by that.";
    ASK_TRY = "Testar as credenciais no HubSoft agora?", "Try the credentials at HubSoft now?";
    ASK_UNTESTED = "O HubSoft não pôde ser testado. Continuar assim mesmo (não: perguntar o endereço de novo)?", "HubSoft could not be tried. Go on all the same (no: ask for the address again)?";
    ASK_WRITE = "Gravar tudo isso (sim/não)?", "Write all of this (yes/no)?";
    BASE_URL = "Endereço do HubSoft (o nome do provedor, o do painel ou o da API)", "HubSoft's address (the provider's name, that of the panel, or that of the API)";
    BEGIN = "Configuração do bina em {path}. Nada é gravado antes de um sim; Ctrl-C sai sem mudar nada.", "Setup of bina in {path}. Nothing is written before a yes; Ctrl-C leaves without a change.";
    BY_HAND = "{path} está escrito de um modo que não se muda linha a linha: altere base_url, client_id, username e default_ddd à mão", "{path} is written in a way that cannot be changed line by line: change base_url, client_id, username and default_ddd by hand";
    CHECKED = "{path}: válido", "{path}: valid";
    CLIENT_ID = "client_id", "client_id";
    CLIENT_REFUSED = "O HubSoft não aceita o cliente: confira client_id e client_secret.", "HubSoft does not accept the client: check client_id and client_secret.";
    CLIENT_SECRET = "client_secret (não aparece)", "client_secret (not shown)";
    CONFIGURATION_UNREADABLE = "{path} não pode ser lido: {problem}", "{path} cannot be read: {problem}";
    DATA_FOLDER = "Pasta de dados do Asterisk, a que contém sounds (asterisk -rx 'core show settings': Data directory)", "Data folder of Asterisk, the one with sounds (asterisk -rx 'core show settings': Data directory)";
    DATA_FOLDER_WRONG = "`{typed}` não é uma pasta: escreva o caminho inteiro, p. ex. /var/lib/asterisk", "`{typed}` is no folder: write the whole path, e.g. /var/lib/asterisk";
    DDD_WRONG = "`{typed}` não é um DDD: escreva dois dígitos, p. ex. 37, ou deixe vazio", "`{typed}` is not a Brazilian area code: write two digits, e.g. 37, or leave it empty";
    DEFAULT_DDD = "DDD de quem liga sem DDD (vazio: nenhum)", "Area code of callers without one (empty: none)";
    DESTINATION = "Falta ligar as chamadas ao bina, o que só você faz. Admin > Custom Destinations > Add:\n  Target       {target}\n  Description  bina\n  Return       Yes\n  Destination  para onde as chamadas vão hoje\nDepois, em Connectivity > Inbound Routes, escolha esse destino para a rota. Para desfazer, escolha o destino antigo.", "What is left is to connect calls to bina, which only you do. Admin > Custom Destinations > Add:\n  Target       {target}\n  Description  bina\n  Return       Yes\n  Destination  where the calls go today\nThen choose this destination in Connectivity > Inbound Routes. To undo, choose the old destination.";
    END_FAILED = "está gravado, mas algo acima falhou: `sudo bina doctor` diz o que fazer", "it is written, but something above failed: `sudo bina doctor` names the remedy";
    FAILED_UNCHANGED = "{why}\nnada foi alterado", "{why}\nnothing was changed";
    GUIDE = "Falta ligar as chamadas ao bina, o que só você faz: siga {guide}", "What is left is to connect calls to bina, which only you do: follow {guide}";
    GUIDE_MORE = "Mais, com testes e o que fazer quando não funciona: {guide}", "More, with tests and what to do when it does not work: {guide}";
    LEFT = "  não gravado: {path}", "  not written: {path}";
    LINE = "Falta ligar as chamadas ao bina, o que só você faz. Cole esta linha logo depois da primeira linha (exten => …,1,…) do contexto por onde as chamadas entram:\n\n{line}\n\nSe essa primeira linha já atende ou desvia (Answer, Goto, Dial…), o bina vem antes dela:\n\n{first}\n same => n,…o que a primeira linha fazia\n\nConfira com `sudo asterisk -rx 'dialplan show CONTEXTO'`: a linha tem que aparecer. Para desfazer, apague a linha e recarregue o dialplan.", "What is left is to connect calls to bina, which only you do. Paste this line right behind the first line (exten => …,1,…) of the context by which calls come in:\n\n{line}\n\nIf that first line answers or goes elsewhere (Answer, Goto, Dial…), bina comes before it:\n\n{first}\n same => n,…what the first line did\n\nSee with `sudo asterisk -rx 'dialplan show CONTEXT'`: the line must be there. To undo, delete the line and reload the dialplan.";
    LIST_READ = "a lista de todos os clientes pode ser lida: {count}", "the list of all customers can be read: {count}";
    LIST_REFUSED = "{trouble} (sem a lista não há diretório: com o HubSoft lento ou fora do ar, ninguém é reconhecido; dê ao usuário a permissão de listar clientes)", "{trouble} (without the list there is no directory: with HubSoft slow or down, nobody is recognised; give the user the permission to list customers)";
    LOOKUP_ALERT_SILENT = "O cliente foi achado e tem um alerta, mas nenhuma regra casa: nada toca.", "The customer was found and has an alert, but no rule matches: nothing is played.";
    LOOKUP_FOUND = "O cliente foi achado e não tem alerta: a chamada segue sem áudio.", "The customer was found and has no alert: the call goes on without a prompt.";
    LOOKUP_NOT_FOUND = "O HubSoft responde, e nenhum cliente tem esse número.", "HubSoft answers, and no customer has this number.";
    LOOKUP_PLAYS = "O cliente foi achado e tem um alerta: toca {prompt} (regra {rule}).", "The customer was found and has an alert: {prompt} is played (rule {rule}).";
    LOOKUP_UNAVAILABLE = "A consulta falhou: `sudo bina lookup NÚMERO --explain` mostra por quê.", "The look-up failed: `sudo bina lookup NUMBER --explain` shows why.";
    NAME_CONTROL = "há um caractere invisível: copie só o texto", "there is an invisible character: copy the text alone";
    NAME_EMPTY = "é preciso uma resposta: veja Configuração > Integração > API no HubSoft", "an answer is needed: see Configuração > Integração > API in HubSoft";
    NAME_EXAMPLE = "isso é o exemplo: escreva o usuário da integração no HubSoft", "that is the example: write the integration's user in HubSoft";
    NEEDS_ROOT = "{path} só pode ser gravado pelo root: rode `sudo bina setup`, ou --dry-run para só ver", "only root can write {path}: run `sudo bina setup`, or --dry-run to see only";
    NEXT = "Próximo comando: sudo systemctl enable --now bina (se ele já roda: sudo systemctl restart bina)", "Next command: sudo systemctl enable --now bina (if it runs already: sudo systemctl restart bina)";
    NO = "não", "no";
    NOT_INCLUDED = "O dialplan foi recarregado, mas não tem as sub-rotinas do bina: confira se o Asterisk lê o arquivo com `#tryinclude bina.conf` (sudo asterisk -rx 'dialplan show s@bina')", "The dialplan was reloaded, but has not the subroutines of bina: see whether Asterisk reads the file with `#tryinclude bina.conf` (sudo asterisk -rx 'dialplan show s@bina')";
    NOT_WRITTEN = "{path} não pôde ser gravado ({error})", "{path} could not be written ({error})";
    NO_RECORDINGS = "Os áudios não estão em /usr/share/bina/sounds: copie-os depois, como diz o guia.", "The recordings are not in /usr/share/bina/sounds: copy them later, as the guide says.";
    NO_TERMINAL = "não há terminal para perguntar: rode em um terminal, ou dê as respostas com --answers ARQUIVO", "there is no terminal to ask at: run it in a terminal, or give the answers with --answers FILE";
    NUMBER_WRONG = "não é um número que se possa consultar ({reason}): escreva-o com DDD, ou deixe vazio", "it is no number that can be looked up ({reason}): write it with its area code, or leave it empty";
    PASSWORD = "password (não aparece)", "password (not shown)";
    PBX_FOUND = "PBX nesta máquina: {name} {version} ({sign})", "PBX on this machine: {name} {version} ({sign})";
    PBX_NONE_FOUND = "Nenhum PBX foi achado nesta máquina.", "No PBX was found on this machine.";
    PBX_WRONG = "escreva um destes: {words}", "write one of these: {words}";
    PLAN_CHANGED = "muda {path}: só essas configurações", "changes {path}: these settings only";
    PLAN_COPY = "guarda o de antes em {copy}", "keeps the one of before in {copy}";
    PLAN_FILLED = "preenche {path}, o exemplo que veio com o bina", "fills in {path}, the example that came with bina";
    PLAN_LINE = "acrescenta ao fim de {path}:\n{lines}", "adds at the end of {path}:\n{lines}";
    PLAN_NEW = "cria {path}", "creates {path}";
    PLAN_RECORDINGS = "copia para {folder} {new} áudios; {kept} já estão lá e ficam", "copies {new} recordings to {folder}; {kept} are there already and stay";
    PLAN_REPLACED = "substitui {path}", "replaces {path}";
    PLAN_SAME = "{path} já está como deve", "{path} is as it should be";
    PLAN_SECRET = "cria {path}, que só o dono pode ler", "creates {path}, which only its owner can read";
    PLAN_SECRET_REPLACED = "substitui o segredo em {path}, que só o dono pode ler", "replaces the secret in {path}, which only its owner can read";
    RELOADED = "O dialplan foi recarregado.", "The dialplan was reloaded.";
    RELOAD_FAILED = "O Asterisk não recarregou o dialplan: rode `sudo asterisk -rx 'dialplan reload'` e veja o que ele diz.", "Asterisk did not reload the dialplan: run `sudo asterisk -rx 'dialplan reload'` and see what it says.";
    RELOAD_LATER = "Depois de colar: sudo asterisk -rx 'dialplan reload'", "After pasting: sudo asterisk -rx 'dialplan reload'";
    SECRET_CONTROL = "há uma quebra de linha ou um caractere invisível: copie só o segredo", "there is a line break or an invisible character: copy the secret alone";
    SECRET_EMPTY = "é preciso um segredo: veja Configuração > Integração > API no HubSoft", "a secret is needed: see Configuração > Integração > API in HubSoft";
    SECRET_GIVEN = "dado no arquivo", "given in the file";
    SECRET_KEPT = "manter o atual", "keep the present one";
    STARTED = "O serviço está rodando: `journalctl -u bina` mostra o log.", "The service runs: `journalctl -u bina` shows its log.";
    START_FAILED = "O serviço não iniciou: veja `systemctl status bina` e `sudo bina check`.", "The service did not start: see `systemctl status bina` and `sudo bina check`.";
    STOPPED = "{why}: cada arquivo listado como gravado está inteiro, os outros estão como antes; rode `sudo bina setup` de novo", "{why}: each file that is listed as written is whole, the others are as before; run `sudo bina setup` again";
    SUMMARY = "Isto será gravado:", "This will be written:";
    SUMMARY_SAME = "Nada a gravar:", "Nothing is to be written:";
    UNCHANGED = "Nada foi alterado.", "Nothing was changed.";
    UNREACHED = "o HubSoft não pôde ser testado: resolva o que está acima, ou responda untested = true", "HubSoft could not be tried: solve what is above, or answer untested = true";
    USERNAME = "username (o usuário da integração)", "username (the integration's user)";
    USER_REFUSED = "O HubSoft não aceita o usuário: confira username e password.", "HubSoft does not accept the user: check username and password.";
    WAITING = "… esperando o HubSoft", "… waiting for HubSoft";
    WAITING_PBX = "… esperando o Asterisk", "… waiting for Asterisk";
    WAITING_SERVICE = "… esperando o serviço", "… waiting for the service";
    WHAT_LIST = "lista", "list";
    WHERE_CREDENTIALS = "As credenciais vêm do HubSoft: Configuração > Integração > API.", "The credentials come from HubSoft: Configuração > Integração > API.";
    WRITTEN = "  gravado: {path}", "  written: {path}";
    WRITTEN_INTERRUPTED = "interrompido: os arquivos listados acima estão gravados, o resto não foi feito; rode `sudo bina setup` de novo", "interrupted: the files listed above are written, the rest was not done; run `sudo bina setup` again";
    YES = "sim", "yes";
    YES_OR_NO = "responda sim ou não", "answer yes or no";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["ANSWERS_WRONG", "ASK_PBX", "CLIENT_ID"]);
    }
}
