//! The folded words by which an expected end is recognised, or refused.

/// Announce an expectation.
pub(super) const EXPECTATIONS: [&str; 6] =
    ["estimativa", "expectativa", "prev", "previsao", "previcao", "prognostico"];

/// State that something is expected, and need a word for the end beside them.
pub(super) const EXPECTED: [&str; 6] =
    ["estimada", "estimado", "prevista", "previstas", "previsto", "previstos"];

/// Name the end of a fault.
pub(super) const ENDS: [&str; 20] = [
    "conclusao",
    "correcao",
    "encerramento",
    "fim",
    "finalizacao",
    "liberacao",
    "normalizacao",
    "reativacao",
    "recuperacao",
    "reestabelecimento",
    "regularizacao",
    "religamento",
    "resolucao",
    "restabelecimento",
    "restauracao",
    "retomada",
    "retorno",
    "solucao",
    "termino",
    "volta",
];

/// Name the end so clearly that `até` is enough.
pub(super) const CLEAR_ENDS: [&str; 4] =
    ["normalizacao", "reestabelecimento", "regularizacao", "restabelecimento"];

/// Look ahead, before a participle or an infinitive.
pub(super) const AHEAD: [&str; 13] = [
    "deve", "devem", "devera", "deverao", "estar", "estara", "estarao", "ira", "sera", "serao",
    "ser", "vai", "vao",
];

/// Are the end, behind a word of `AHEAD`.
pub(super) const END_VERBS: [&str; 4] =
    ["normalizar", "reestabelecer", "regularizar", "restabelecer"];

/// Begin the participles for an end: it is over, unless a word denies it or looks ahead.
pub(super) const OVER: [&str; 8] = [
    "concluid",
    "finalizad",
    "normalizad",
    "reestabelecid",
    "regularizad",
    "resolvid",
    "restabelecid",
    "solucionad",
];

/// Deny a participle of `OVER`, or look ahead.
pub(super) const NOT_OVER: [&str; 14] = [
    "apos", "assim", "ate", "estar", "estiver", "for", "forem", "nao", "para", "quando", "seja",
    "ser", "sera", "serao",
];

/// May stand between an expectation, the end and the time.
pub(super) const BETWEEN: [&str; 75] = [
    "a",
    "acesso",
    "afetada",
    "afetado",
    "afetados",
    "aproximada",
    "aproximadamente",
    "aproximado",
    "area",
    "as",
    "ate",
    "atividades",
    "atual",
    "atualizada",
    "bairro",
    "cerca",
    "cidade",
    "com",
    "completa",
    "completo",
    "conexao",
    "da",
    "das",
    "data",
    "de",
    "dia",
    "do",
    "dos",
    "e",
    "em",
    "energia",
    "esta",
    "eletrica",
    "fibra",
    "fica",
    "geral",
    "hora",
    "horario",
    "inclusive",
    "internet",
    "link",
    "local",
    "manutencao",
    "na",
    "no",
    "nossa",
    "nosso",
    "nova",
    "novo",
    "o",
    "os",
    "p",
    "para",
    "pela",
    "pelo",
    "por",
    "pra",
    "pras",
    "prazo",
    "prestado",
    "rede",
    "regiao",
    "sinal",
    "sistema",
    "sistemas",
    "tecnica",
    "tempo",
    "toda",
    "todo",
    "todos",
    "torno",
    "total",
    "trabalho",
    "trabalhos",
    "hrs",
];

/// Begin such words.
pub(super) const BETWEEN_STEMS: [&str; 1] = ["servic"];

/// Directly before a number of hours, these make it a duration, a start or something unclear.
pub(super) const NEVER_BEFORE: [&str; 32] = [
    "a", "antes", "apos", "cada", "cerca", "da", "das", "de", "dentro", "depois", "desde", "do",
    "dos", "durante", "e", "em", "entre", "ha", "mais", "menos", "na", "nas", "no", "nos", "o",
    "os", "ou", "pelas", "por", "prazo", "tempo", "toda",
];

/// Deny an expectation within a few words behind them.
pub(super) const DENIALS: [&str; 6] = ["jamais", "nao", "nem", "nenhum", "nenhuma", "nunca"];

/// May stand between `sem` and what is missing.
pub(super) const BEHIND_WITHOUT: [&str; 6] = ["ainda", "nenhuma", "nova", "qualquer", "ter", "uma"];

/// Begin words with which no end is clear, wherever they stand.
pub(super) const UNCLEAR: [&str; 23] = [
    "adiad",
    "altera",
    "anterior",
    "antig",
    "atras",
    "cancel",
    "confirmar",
    "definir",
    "depend",
    "errad",
    "estend",
    "eventual",
    "imprevis",
    "inconclus",
    "indefin",
    "postergad",
    "prorrog",
    "provavel",
    "reagend",
    "remarc",
    "talvez",
    "ultrapass",
    "venci",
];

/// Begin words of a text about a start or a visit: an expectation without a word for the end may be
/// that one's.
pub(super) const OTHER_PLANS: [&str; 18] = [
    "abertura", "agend", "caminho", "cheg", "chuv", "deslocam", "entreg", "inici", "instal",
    "janela", "ligac", "manuten", "mudanca", "program", "temporal", "troca", "visita", "vistoria",
];

/// Before a time, these mean that it is no end: something began or was reported then.
pub(super) const BEGINNINGS: [&str; 14] = [
    "atualizacao",
    "atualizada",
    "atualizado",
    "comecou",
    "desde",
    "houve",
    "informado",
    "inicio",
    "iniciada",
    "iniciado",
    "iniciou",
    "ocorreu",
    "ocorrido",
    "partir",
];

/// Days of the week, which are read only to refuse them.
pub(super) const WEEKDAYS: [&str; 9] =
    ["segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo", "feira", "feriado"];

/// Returns whether `word` begins with an entry of `stems`.
pub(super) fn begins(stems: &[&str], word: &str) -> bool {
    stems.iter().any(|stem| word.starts_with(stem))
}
