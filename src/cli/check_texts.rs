//! What `bina check` prints, and what is wrong with the files that a configuration names, in both languages.

use crate::runtime::language::texts;

texts! {
    CHECK_CONSOLE = "  console     http://{address}, com senha", "  console     http://{address}, with a password";
    CHECK_CONSOLE_READ_ONLY = "  console     http://{address}, só mostra (não há console.password_file)", "  console     http://{address}, shows only (there is no console.password_file)";
    CHECK_DEADLINE = "  prazo       {ms} ms", "  deadline    {ms} ms";
    CHECK_DIRECTORY = "  diretório   {directory}", "  directory   {directory}";
    CHECK_DIRECTORY_FOLDER = "em {folder}", "in {folder}";
    CHECK_DIRECTORY_NAMES = "com nomes", "with names";
    CHECK_DIRECTORY_NO_FOLDER = "no StateDirectory= da unidade, senão só na memória", "in the unit's StateDirectory=, else in memory only";
    CHECK_DIRECTORY_NO_NAMES = "sem nomes", "without names";
    CHECK_DIRECTORY_OFF = "desligado (directory.enabled = false)", "off (directory.enabled = false)";
    CHECK_DIRECTORY_ON = "ligado, lido às {at}, {names}, {folder}", "on, read at {at}, {names}, {folder}";
    CHECK_FETCHED = "              buscada em {url}", "              fetched at {url}";
    CHECK_FREESWITCH = "  FreeSWITCH  responde ao contexto {entry}, a chamada continua em {context}{file}", "  FreeSWITCH  answers context {entry}, the call continues in {context}{file}";
    CHECK_FREESWITCH_FILE = " de {file}", " of {file}";
    CHECK_HUBSOFT = "  HubSoft     {url} (até {limit} clientes)", "  HubSoft     {url} (up to {limit} customers)";
    CHECK_IN_FREESWITCH = "              no FreeSWITCH {sounds}", "              in FreeSWITCH {sounds}";
    CHECK_LISTENS = "  escuta      http://{http}{agi}", "  listens     http://{http}{agi}";
    CHECK_NONE = "nenhum", "none";
    CHECK_OTHER_ALERT = "outro alerta", "other alert";
    CHECK_PLAYS = "  {what} toca {sounds}", "  {what} plays {sounds}";
    CHECK_PLAYS_NOTHING = "  {what} não toca nada", "  {what} plays nothing";
    CHECK_PROMPTS = "  prompts     {names}", "  prompts     {names}";
    CHECK_PROTECTED = "  protegido   por {means}", "  protected   by {means}";
    CHECK_PROTECTED_CREDENTIALS = "credenciais", "credentials";
    CHECK_PROTECTED_NETWORKS = "redes", "networks";
    CHECK_RULE = "regra {number} {name}", "rule {number} {name}";
    CHECK_SAYS = "              diz {sounds} quando o texto do alerta (*) já foi falado", "              says {sounds} once the alert's text (*) has been spoken";
    CHECK_SOUNDS = "  áudios      todos os {count} estão em {folder}", "  sounds      all {count} found in {folder}";
    CHECK_SPEECH = "  fala        {engine}", "  speech      {engine}";
    CHECK_THREADS = "  threads     {threads}", "  threads     {threads}";
    CHECK_VALID = "{path}: válido", "{path}: valid";
    CHECK_WARNING = "  aviso       {warning}", "  warning     {warning}";
    FILE_GROUP_REMEDY = "execute `sudo chgrp bina {path} && sudo chmod 640 {path}`", "run `sudo chgrp bina {path} && sudo chmod 640 {path}`";
    FILE_MODE = "modo {mode}, e o usuário dela não é o dono", "mode {mode}, and its user is not the owner";
    FILE_MODE_REMEDY = "execute `sudo chmod o+r {path}`", "run `sudo chmod o+r {path}`";
    FILE_USE_REMEDY = "execute `sudo chmod o+rx {path}`", "run `sudo chmod o+rx {path}`";
    FILE_WARNING = "{path}: {problem}", "{path}: {problem}";
    FOLDER_CLOSED = "{folder} está fechada para o usuário dela", "{folder} is closed to its user";
    FOLDER_CLOSED_REMEDY = "execute `sudo chmod o+x {folder}`", "run `sudo chmod o+x {folder}`";
    HIDDEN = "{setting}= esconde {folder}", "{setting}= hides {folder}";
    HIDDEN_REMEDY = "deixe-o em /etc/bina", "keep it in /etc/bina";
    NO_PROMPTS = "`{folder}` não é uma pasta legível: indique a pasta dos prompts", "`{folder}` is not a readable folder: name the folder of the prompts";
    NO_SOURCE = "não existe, e LoadCredential={name} o entrega ao serviço: crie o arquivo, ou corrija a linha com `sudo systemctl edit bina`", "it does not exist, and LoadCredential={name} hands it over: create the file, or correct the line with `sudo systemctl edit bina`";
    NO_UNIT = "{folder} não tem bina.service: indique a pasta dele", "{folder} has no bina.service: name its folder";
    PASTE = "execute `sudo systemctl edit bina`, cole estas linhas, depois `sudo systemctl restart bina`:", "run `sudo systemctl edit bina`, paste these lines, then `sudo systemctl restart bina`:";
    PBX_AND = " e ", " and ";
    PBX_ENTER = "{path} tem modo {mode} e dono {owner}: {who} não pode entrar ali, e um PBX que não roda como root não toca nada: execute `chmod a+x {path}`", "{path} has mode {mode} and owner {owner}: {who} cannot enter it, so a PBX that does not run as root plays nothing: run `chmod a+x {path}`";
    PBX_OTHERS = "outro usuário", "other users";
    PBX_READ = "{path} tem modo {mode} e dono {owner}: {who} não pode lê-lo, e um PBX que não roda como root não toca nada: execute `chmod a+r {path}`", "{path} has mode {mode} and owner {owner}: {who} cannot read it, so a PBX that does not run as root plays nothing: run `chmod a+r {path}`";
    PROMPT = "prompt {name}: {problem}", "prompt {name}: {problem}";
    PROMPT_FILE = "{file} {problem}", "{file} {problem}";
    PROMPT_MISSING = "{file} não existe: copie-o para lá, ou corrija [prompts]", "there is no {file}: copy it there, or correct [prompts]";
    PROMPT_SIBLING = "ao lado de {first} está {others}, que o Asterisk toca em vez dele se convém ao codec da chamada: remova-o, ou gere-o de novo a cada gravação", "beside {first} there is {others}, which Asterisk plays instead if it suits the call's codec: remove it, or regenerate it with each recording";
    PROMPT_UNREADABLE = "não pode ser lido ({error}): verifique dono e modo", "cannot be read ({error}): check its owner and mode";
    START_FAILS = "a próxima partida vai falhar: {path}: {problem}", "the next start will fail: {path}: {problem}";
    UNREADABLE_ADD = "acrescente as linhas abaixo à unidade", "add the lines below to the unit";
    UNREADABLE_ADD_RENAME = "acrescente as linhas abaixo à unidade, e escreva na configuração só `{name}`, sem a pasta", "add the lines below to the unit, and write only `{name}` in the configuration, without the folder";
    UNREADABLE_MOVE = "mova os segredos para arquivos próprios (client_secret_file, password_file), depois {remedy}", "move its secrets into files of their own (client_secret_file, password_file), then {remedy}";
    UNREADABLE_RENAME = "escreva na configuração só `{name}`, sem a pasta", "write only `{name}` in the configuration, without the folder";
    UNREADABLE_UNIT = "o bina.service não consegue lê-lo ({why}): {remedy}", "bina.service cannot read it ({why}): {remedy}";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["CHECK_PROMPTS", "CHECK_THREADS", "FILE_WARNING", "PROMPT", "PROMPT_FILE"]);
    }
}
