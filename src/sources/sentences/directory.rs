//! What is wrong with HubSoft's lists, as they were read, and with the files of the directory.

use crate::runtime::language::sentences;

sentences! {
    ALERTS_ENDLESS = "a lista de alertas do HubSoft tem mais de {max} páginas (remova alertas antigos no HubSoft)", "HubSoft's list of alerts has more than {max} pages (remove old alerts in HubSoft)";
    ALERTS_MOVED = "a lista de alertas do HubSoft mudou enquanto era lida", "HubSoft's list of alerts changed while it was read";
    ALERTS_PAGE = "o HubSoft enviou outra página da lista de alertas em vez da página {page} (fale com o suporte do HubSoft)", "HubSoft sent another page of the list of alerts than page {page} (contact HubSoft's support)";
    ALERTS_SHORT = "a lista do HubSoft tem {listed} alertas, mas declara {stated} (fale com o suporte do HubSoft)", "HubSoft's list has {listed} alerts, but states {stated} (contact HubSoft's support)";
    ALERTS_UNNUMBERED = "a lista de alertas do HubSoft não declara as páginas e o total (fale com o suporte do HubSoft)", "HubSoft's list of alerts does not state its pages and its total (contact HubSoft's support)";
    ALERTS_UNREADABLE = "{count} alertas da lista do HubSoft não podem ser lidos (avise os desenvolvedores do bina)", "{count} alerts in HubSoft's list cannot be read (report it to bina's developers)";
    CHANGING = "clientes mudaram enquanto isso", "customers were changed meanwhile";
    EMPTY = "a lista está vazia", "the list is empty";
    ENDLESS = "a lista de clientes se repete ou não tem fim (fale com o suporte do HubSoft)", "the list of customers repeats itself or has no end (contact HubSoft's support)";
    FILE_DAMAGED = "está danificado ou cortado", "it is damaged or truncated";
    FILE_FORMAT = "tem o formato {found}, e este bina lê o formato {read}", "it has format {found}, and this bina reads format {read}";
    FILE_KEPT = "`{path}` não é usado: {cause} (foi mantido; verifique o disco)", "`{path}` is not used: {cause} (it was kept; check the disk)";
    FILE_OLD = "tem {days} dias, mais do que directory.age_max_days ({max}) permite", "it is {days} days old, more than directory.age_max_days ({max}) allows";
    FILE_OTHER = "não é um arquivo deste tipo gravado pelo bina", "it is not a file of this kind that bina wrote";
    FILE_REMOVED = "`{path}` não é usado: {cause} (foi removido; a próxima leitura o substitui)", "`{path}` is not used: {cause} (it was removed; the next walk replaces it)";
    FILE_SECRET = "foi selado com outro segredo ou para outro HubSoft, ou o começo dele está danificado", "it was sealed with another secret or for another HubSoft, or its head is damaged";
    FILE_STUCK = "`{path}` não é usado: {cause} (remova-o; {error})", "`{path}` is not used: {cause} (remove it; {error})";
    FILE_UNREADABLE = "não pode ser lido: {error}", "it cannot be read: {error}";
    FILTER = "o filtro pela data da alteração lista todos os clientes, e não é usado por um dia", "the filter by the date of a change lists every customer, and is not used for a day";
    FORGOTTEN_DAMAGED = "o arquivo dos números esquecidos estava danificado e ficou guardado como `{path}`: pare o bina e restaure `forgotten` de um backup, ou execute `bina forget` de novo para os números dele; depois remova `{other}`", "the file of forgotten numbers was damaged and is kept as `{path}`: stop bina and restore `forgotten` from a backup, or run `bina forget` again for its numbers; then remove `{other}`";
    MISMATCH = "foram listados {read} de {total} clientes", "{read} of {total} customers were listed";
    MOVED = "o número de clientes mudou enquanto isso", "the number of customers changed meanwhile";
    NO_TOTAL = "a lista não declara quantos clientes há", "the list does not state how many customers there are";
    TOO_LONG = "a leitura demorou demais (aumente directory.duty_percent)", "the walk took too long (raise directory.duty_percent)";
    UNREADABLE_IDS = "os ids de {count} clientes não podem ser lidos", "the ids of {count} customers are unreadable";
}
