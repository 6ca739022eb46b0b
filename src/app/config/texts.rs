//! What is wrong with a file, its listeners and combinations of settings, in both languages.

use crate::runtime::language::texts;

texts! {
    ATTEMPT = "hubsoft.attempt_ms ({attempt}) está abaixo de lookup.deadline_ms ({deadline}), e uma requisição expira enquanto a chamada dela ainda espera: aumente-o, para que uma resposta atrasada fique no cache", "hubsoft.attempt_ms ({attempt}) is below lookup.deadline_ms ({deadline}), so a request times out while its call still waits: raise it, so that a late answer is cached";
    BODIES = "hubsoft.body_bytes_max e lookup.flights_max permitem {mib} MiB de respostas simultâneas: diminua um deles, porque bina.service está limitado a 512 MiB (MemoryMax)", "hubsoft.body_bytes_max and lookup.flights_max allow {mib} MiB of concurrent responses: lower one of them, because bina.service is limited to 512 MiB (MemoryMax)";
    EXPOSED = "listen.{name}: `{address}` exporia dados de clientes a todos na rede: {remedy}; ou escute só em 127.0.0.1", "listen.{name}: `{address}` would expose customer data to everyone on the network: {remedy}; or listen on 127.0.0.1 only";
    EXPOSED_AGI = "o FastAGI não tem senhas, por isso indique o PBX em access.networks", "FastAGI has no passwords, so name the PBX in access.networks";
    EXPOSED_CONSOLE = "configure console.password_file", "set console.password_file";
    EXPOSED_OTHER = "indique o PBX em access.networks, ou configure access.token_files, access.basic_files ou tls.client_ca_file", "name the PBX in access.networks, or set access.token_files, access.basic_files or tls.client_ca_file";
    FILE_NOT_PERMITTED = "permita que o usuário do bina o leia; em um terminal, use sudo", "let bina's user read it; at a terminal, use sudo";
    FILE_NOT_PLAIN = "indique um arquivo comum com -c ARQUIVO", "name a plain file with -c FILE";
    FILE_NOT_THERE = "indique o arquivo com -c ARQUIVO", "name the file with -c FILE";
    FILE_NOT_UTF8 = "salve-o em UTF-8", "save it as UTF-8";
    FILE_TOO_LARGE = "confira se é o arquivo certo", "check that it is the right file";
    FILE_UNREADABLE = "não foi possível ler ({error}): {remedy}", "cannot be read ({error}): {remedy}";
    NO_PBX = "listen.{name} responde a outras máquinas, mas listen.pbx não indica nenhuma delas: um PBX ali fica limitado a 64 conexões e 50 requisições por segundo", "listen.{name} answers other machines, but listen.pbx names none of them: a PBX there is limited to 64 connections and 50 requests a second";
    PLAIN_TEXT = "listen.{name} responde a outras máquinas sem criptografia, o que se pode ler na rede: configure tls.cert_file e tls.key_file", "listen.{name} answers other machines in plain text, which can be read on the network: set tls.cert_file and tls.key_file";
    PREFIX_ADDRESS = "{path} não é um endereço completo (esperava-se p. ex. \"http://127.0.0.1:8573/prompts/\")", "{path} is not a complete address (expected e.g. \"http://127.0.0.1:8573/prompts/\")";
    PREFIX_CHARACTERS = "{path} tem que ser de A-Z a-z 0-9 _ / . : - sem `..`", "{path} must be of A-Z a-z 0-9 _ / . : - without `..`";
    PREFIX_JOINED = "{pbx}.prompt_prefix não termina com `/`, e `aviso` é tocado como {prefix}aviso: escreva \"{prefix}/\" se é uma pasta", "{pbx}.prompt_prefix does not end with `/`, so `aviso` is played as {prefix}aviso: write \"{prefix}/\" if it is a folder";
    PREFIX_SLASH = "{path} tem que terminar com `/` depois do host e do caminho (esperava-se p. ex. \"http://127.0.0.1:8573/prompts/\")", "{path} must end with `/` after host and path (expected e.g. \"http://127.0.0.1:8573/prompts/\")";
    PROMPT_NAME = "o nome de prompt `{name}` tem que ter 1 a 64 caracteres de a-z 0-9 _ -", "prompt name `{name}` must be 1 to 64 of a-z 0-9 _ -";
    RECORDING = "gravação não servida: {problem}", "recording not served: {problem}";
    REJECTED_PBX = "`{pbx}` está em listen.pbx, mas em nenhuma de access.networks: as conexões dele são recusadas, a menos que seja esta máquina; acrescente-o lá", "`{pbx}` is in listen.pbx but in none of access.networks: its connections are rejected unless it is this machine; add it there";
    SOUND_CHARACTERS = "o som do prompt `{name}` tem que ser de A-Z a-z 0-9 _ / . - sem `..`, e não começar com `/`: pastas e endereços vão em prompt_prefix", "the sound of prompt `{name}` must be of A-Z a-z 0-9 _ / . - without `..`, not beginning with `/`: folders and addresses belong into prompt_prefix";
    SOUND_DOUBLED = "o prompt `{name}` é tocado como {prefix}{sound}, porque {pbx}.prompt_prefix acrescenta {prefix}: tire essa pasta do som, a menos que haja nela uma com o mesmo nome", "prompt `{name}` is played as {prefix}{sound}, as {pbx}.prompt_prefix adds {prefix}: leave that folder out of the sound, unless there is one in it of the same name";
    SOUND_ENDING = "o som do prompt `{name}` termina com {ending}: tire isso, o PBX ou prompt_suffix o acrescenta", "the sound of prompt `{name}` ends with {ending}: leave it out, the PBX or prompt_suffix adds it";
    SOUND_NO_FILE = "o som do prompt `{name}` não é um nome de arquivo: cada parte entre `/` tem que começar com letra, dígito ou `_`", "the sound of prompt `{name}` is not a file name: each part between `/` must begin with a letter, a digit or `_`";
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
