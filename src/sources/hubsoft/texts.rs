//! What is wrong with `[hubsoft]`, in both languages.

use crate::runtime::language::texts;

texts! {
    ATTEMPT = "hubsoft.connect_ms ({connect}) está acima de hubsoft.attempt_ms ({attempt}), que encerra a requisição antes: diminua-o", "hubsoft.connect_ms ({connect}) is above hubsoft.attempt_ms ({attempt}), which ends the request first: lower it";
    BASE_URL = "hubsoft.base_url {wrong} ({remedy})", "hubsoft.base_url {wrong} ({remedy})";
    BASE_URL_REMEDY = "escreva https://api.PROVEDOR.hubsoft.com.br", "write https://api.PROVIDER.hubsoft.com.br";
    CA_FILE = "{error}: {path}", "{error}: {path}";
    CLIENT_ID_REMEDY = "veja as configurações da integração no HubSoft", "see the integration settings in HubSoft";
    EXAMPLE_URL = "hubsoft.base_url ainda é o exemplo: troque PROVIDER pelo nome do seu provedor", "hubsoft.base_url is still the example: replace PROVIDER by the name of your provider";
    EXAMPLE_USER = "hubsoft.username ainda é o exemplo: escreva o e-mail do usuário da integração", "hubsoft.username is still the example: write the e-mail of the integration's user";
    NAME_BLANK = "começa ou termina com um espaço: tire-o", "begins or ends with a blank: remove it";
    NAME_CONTROL = "contém uma quebra de linha ou outro caractere de controle: digite de novo", "contains a line break or another control character: retype it";
    NAME_WRONG = "hubsoft.{key} {wrong}", "hubsoft.{key} {wrong}";
    PANEL = "hubsoft.base_url parece o endereço do painel (`{host}`): o endereço da API começa com api., como https://api.{host}", "hubsoft.base_url looks like the address of the panel (`{host}`): the address of the API begins with api., like https://api.{host}";
    PLAIN_HTTP = "hubsoft.base_url é http sem criptografia para outra máquina: a rede pode ler o token e os clientes; escreva https", "hubsoft.base_url is plain http to another machine: the network can read token and customers; write https";
    SECRET_BLANK = "começa ou termina com um espaço, que conta: tire-o, a menos que seja de propósito", "begins or ends with a blank, which counts: remove it, unless it is intended";
    SECRET_CONTROL = "contém um caractere de controle, que os editores não mostram: digite o segredo de novo", "contains a control character, which editors do not show: retype the secret";
    SECRET_EMPTY = "hubsoft.{key} está vazio", "hubsoft.{key} is empty";
    SECRET_EXAMPLE = "ainda é um exemplo: escreva o valor que o HubSoft mostra", "is still an example: write the value that HubSoft shows";
    SECRET_LINES = "tem mais de uma linha: escreva só o segredo, na primeira linha", "has more than one line: write only the secret, on the first line";
    SECRET_MISSING = "falta hubsoft.{key}: ponha em {file_key} um arquivo que o contenha, ou acrescente uma credencial do systemd chamada {key}", "hubsoft.{key} is missing: set {file_key} to a file that contains it, or add a systemd credential named {key}";
    SECRET_TWICE = "hubsoft.{key} e hubsoft.{file_key} estão ambos configurados: deixe um", "hubsoft.{key} and hubsoft.{file_key} are both set: keep one";
    SECRET_WRONG = "{source} {wrong}", "{source} {wrong}";
    SETUP_BASE_URL = "hubsoft.base_url não pode ter um caminho: escreva https://api.PROVEDOR.hubsoft.com.br", "hubsoft.base_url cannot have a path: write https://api.PROVIDER.hubsoft.com.br";
    SETUP_CA_FILE = "hubsoft.ca_file não contém um certificado PEM legível", "hubsoft.ca_file holds no readable PEM certificate";
    TIMEZONE = "hubsoft.timezone: `{text}` não é um fuso horário do Brasil; esperava-se uma diferença como `-03:00` ou um de {names}", "hubsoft.timezone: `{text}` is not a Brazilian time zone; expected an offset like `-03:00` or one of {names}";
    URL_API = "tem que terminar antes de /api ou /oauth, que o bina acrescenta", "must end before /api or /oauth, which bina appends";
    URL_CREDENTIALS = "não pode conter usuário nem senha", "must not contain a user or password";
    URL_INTEGRATION = "tem que terminar antes de /api/v1/integracao", "must end before /api/v1/integracao";
    URL_INVALID = "contém um espaço, aspas ou uma quebra de linha", "contains a blank, a quote or a line break";
    URL_NONE = "não é um endereço", "is not an address";
    URL_NO_PORT = "tem uma porta que não existe: a última é a 65535", "has a port that does not exist: the last one is 65535";
    URL_PLAIN = "é http sem criptografia, que expõe o token e os clientes à rede: escreva https, ou ponha hubsoft.insecure_http = true para um teste nesta máquina", "is plain http, which exposes token and customers to the network: write https, or set hubsoft.insecure_http = true for a test on this machine";
    URL_QUERY = "não pode ter parâmetros nem fragmento", "must not have a query or a fragment";
    URL_SCHEME = "tem que começar com https://", "must begin with https://";
    URL_ZERO_PORT = "tem a porta `0`, que não é válida", "has port `0`, which is invalid";
    USERNAME_REMEDY = "o e-mail do usuário da integração", "the e-mail of the integration's user";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn every_text_has_both_languages() {
        hold(ALL, &["BASE_URL", "CA_FILE", "NAME_WRONG", "SECRET_WRONG"]);
    }
}
