//! Why a command fails, in both languages.

use crate::runtime::language::texts;

texts! {
    ALERTS_MISSING = "o bina em `{address}` não tem alertas locais: reinicie o serviço depois de uma atualização", "bina at `{address}` has no local alerts: restart the service after an upgrade";
    ALERTS_NO_LISTENER = "listen.metrics é `off`: os alertas são pedidos ali, porque só o serviço conhece quem liga: configure listen.metrics e reinicie o serviço", "listen.metrics is `off`: alerts are requested there, because only the service knows its callers: set listen.metrics and restart the service";
    DIRECTORY_MISSING = "o bina em `{address}` não tem diretório: ponha directory.enabled = true e recarregue, ou reinicie o serviço depois de uma atualização", "bina at `{address}` has no directory: set directory.enabled = true and reload, or restart the service after an upgrade";
    DIRECTORY_NOT_WHOLE = "a leitura não foi completa: {problem}", "the walk was not whole: {problem}";
    DIRECTORY_NO_LISTENER = "listen.metrics é `off`: os pedidos vão a essa escuta, porque só o serviço abre os arquivos dele: configure-a e reinicie o serviço", "listen.metrics is `off`: the requests go to that listener, because only the service opens its files: set it and restart the service";
    EXPLAIN_NO_LISTENER = "listen.metrics é `off`: o cache, o diretório e os alertas do serviço não são mostrados", "listen.metrics is `off`: the cache, the directory and the alerts of the service are not shown";
    FORGET_NO_LISTENER = "listen.metrics é `off`: o pedido vai a essa escuta, porque só o serviço abre os arquivos dele. Configure listen.metrics e reinicie o serviço. Sem ela, um reinício esvazia o cache, mas o diretório mantém o número: apague o cliente no HubSoft, pare o serviço, remova directory.sealed e walk.sealed da pasta de estado, e inicie-o", "listen.metrics is `off`: the request goes to that listener, because only the service opens its files. Set listen.metrics and restart the service. Without it, a restart empties the cache, but the directory keeps the number: delete the customer in HubSoft, stop the service, remove directory.sealed and walk.sealed from its state folder, and start it";
    INTERRUPTED = "interrompido", "interrupted";
    JSON_FOR_STATUS = "--json só vale para `bina directory status`", "--json is for `bina directory status` only";
    REFUSED = "o bina em `{address}` recusou o pedido ({status}): veja o log dele", "bina at `{address}` refused the request ({status}): see its log";
    REPORT_NO_FILES = "o bina não está rodando, e não há pasta de estado `{folder}`: inicie-o, ou indique em service.state_folder onde está o journal dele", "bina does not run, and there is no state folder `{folder}`: start it, or set service.state_folder to where its journal is";
    REPORT_NO_LISTENER = "listen.metrics é `off`: os arquivos são lidos", "listen.metrics is `off`: the files are read";
    SAY_COMPLAINT = "{error}\no motor escreveu: {complaint}", "{error}\nthe engine wrote: {complaint}";
    SAY_NO_ENGINE = "[speech] não indica um motor: instale rhvoice e rhvoice-brazilian-portuguese (seção non-free do Debian), e configure speech.command = [\"RHVoice-test\", \"-p\", \"Letícia-F123\", \"-o\", \"-\"]; ou configure speech.url (docs/fala.pt-BR.md tem outros)", "[speech] names no engine: install rhvoice and rhvoice-brazilian-portuguese (Debian's section non-free), and set speech.command = [\"RHVoice-test\", \"-p\", \"Letícia-F123\", \"-o\", \"-\"]; or set speech.url (docs/speech.md has others)";
    SAY_REFUSED = "o texto não é falado ({label}): {refusal}", "the text is not spoken ({label}): {refusal}";
    SAY_UNWRITTEN = "não foi possível gravar {file}: {error}", "{file} cannot be written: {error}";
    UNREACHABLE = "o bina não responde em `{address}` ({error}): inicie-o com `systemctl start bina`", "cannot reach bina at `{address}` ({error}): start it with `systemctl start bina`";
    UNREADABLE_ANSWER = "não foi possível ler a resposta do serviço ({error}): reinicie-o depois de uma atualização do bina", "cannot read the answer of the service ({error}): restart it after an upgrade of bina";
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
