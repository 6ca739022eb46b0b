//! The texts of the help in both languages.
//!
//! The English ones are those of the definition of the command line, which a test compares; they are the keys.

use crate::runtime::language::Text;

const fn text(english: &'static str, portuguese: &'static str) -> Text {
    Text { portuguese, english }
}

/// The paragraphs of the commands, their options and examples.
pub(super) const HELP: &[Text] = &[
    text(
        "Identify HubSoft customers for Asterisk and FreeSWITCH before the phone is picked up",
        "Identifica os clientes do HubSoft para o Asterisk e o FreeSWITCH antes que alguém atenda",
    ),
    text(
        "A PBX sends the caller's number over HTTP or FastAGI. bina looks the customer up in HubSoft's API and returns variables, which name the audio to play when the customer has an alert. Every call is answered within the deadline (800 ms), even when HubSoft is slow or down.",
        "O PBX manda por HTTP ou FastAGI o número de quem liga. O bina procura o cliente na API do HubSoft e devolve variáveis, com o áudio a tocar quando o cliente tem um alerta. Toda chamada é respondida dentro do prazo (800 ms), mesmo com o HubSoft lento ou fora do ar.",
    ),
    text(
        "Try bina without HubSoft and without a PBX:\n  bina demo                               run a self-contained demo\n  bina rehearse                           rehearse a mass outage\nSet it up and operate it:\n  sudo bina setup                         set up a new installation\n  bina check -c /etc/bina/bina.toml       check the configuration\n  bina lookup 37988242968 --explain       look one number up and explain the answer\n  bina doctor --number 37988242968        diagnose a problem\n  bina serve -c /etc/bina/bina.toml       answer calls\n  bina alert list                         show the active alerts (add, end, extend)\n  bina report --since 2h                  show who called and who was told what\n  bina say \"Volta 18h30\" -o volta.wav     speak a text as callers would hear it\n  bina forget 37988242968                 purge a customer's number from the service\n  bina directory status                   show what is known when HubSoft is down",
        "Para experimentar sem HubSoft e sem PBX:\n  bina demo                               roda uma demonstração completa\n  bina rehearse                           ensaia uma massiva\nPara instalar e operar:\n  sudo bina setup                         configura uma instalação nova\n  bina check -c /etc/bina/bina.toml       confere a configuração\n  bina lookup 37988242968 --explain       procura um número e explica a resposta\n  bina doctor --number 37988242968        diagnostica um problema\n  bina serve -c /etc/bina/bina.toml       atende às chamadas\n  bina alert list                         mostra os alertas ativos (add, end, extend)\n  bina report --since 2h                  mostra quem ligou e quem foi avisado de quê\n  bina say \"Volta 18h30\" -o volta.wav     fala um texto como quem liga o ouviria\n  bina forget 37988242968                 apaga do serviço o número de um cliente\n  bina directory status                   mostra o que se sabe com o HubSoft fora do ar",
    ),
    text(
        "Exit codes: 0 success, 1 runtime failure, 2 invalid configuration or command line,\n3 a text that is not spoken (bina say).\nSet BINA_LOG to error, warn, info or debug to change the log level (logs go to standard error).",
        "Códigos de saída: 0 sucesso, 1 falha na execução, 2 configuração ou comando\ninválido, 3 texto que não é falado (bina say).\nBINA_LOG muda o nível do log: error, warn, info ou debug (ele vai para a saída\nde erros).",
    ),
    text(
        "Set up a new installation: ask, try the credentials, and write the files after a yes",
        "Configura uma instalação nova: pergunta, testa as credenciais e grava depois de um sim",
    ),
    text(
        "Asks for HubSoft's address and credentials and tries them, finds the PBX of this machine, shows what it would write, and writes it after a yes: the configuration, the secrets, and for Asterisk the subroutines and the recordings. It never changes how calls are routed. Exits with 1 when something failed, 2 when an answer is wrong.",
        "Pergunta o endereço e as credenciais do HubSoft e as testa, acha o PBX desta máquina, mostra o que gravaria e grava depois de um sim: a configuração, os segredos e, para o Asterisk, as sub-rotinas e os áudios. Nunca muda o caminho das chamadas. Termina com 1 quando algo falhou, 2 quando uma resposta está errada.",
    ),
    text(
        "Take the answers from this TOML file instead of asking (docs/install.md lists them)",
        "Lê as respostas deste arquivo TOML em vez de perguntar (docs/instalacao.pt-BR.md as lista)",
    ),
    text(
        "Show what would be written, and write nothing",
        "Mostra o que seria gravado e não grava nada",
    ),
    text(
        "Folder that stands for the root of the file system",
        "Pasta no lugar da raiz do sistema de arquivos",
    ),
    text(
        "Language of what is printed for people [default: that of LC_ALL, LC_MESSAGES or LANG]",
        "Idioma do que é mostrado a pessoas [padrão: o de LC_ALL, LC_MESSAGES ou LANG]",
    ),
    text(
        "Add, list, extend or end an alert of your own in the running service",
        "Cria, lista, prorroga ou encerra um alerta local no serviço em execução",
    ),
    text(
        "Callers in its scope hear the prompt that the rules choose for its text. It works while HubSoft is down, is kept over restarts, and always ends: after 4 hours unless an end is given. The service itself is asked, at listen.metrics.",
        "Quem liga e está no escopo ouve o áudio que as regras escolhem pelo texto. Funciona com o HubSoft fora do ar, sobrevive a um reinício e sempre acaba: em 4 horas, se nenhum fim é dado. O pedido vai ao próprio serviço, em listen.metrics.",
    ),
    text(
        "Check a configuration and print its effect, without starting the service",
        "Confere uma configuração e mostra o efeito dela, sem iniciar o serviço",
    ),
    text(
        "Exits with 0 when the next start will succeed with it, 1 when the service's user could not read a file that it needs (judged as root, or with --unit), 2 when the configuration is invalid.",
        "Sai com 0 quando a próxima partida vai dar certo com ela, 1 quando o usuário do serviço não conseguiria ler um arquivo de que precisa (conferido como root, ou com --unit), 2 quando a configuração é inválida.",
    ),
    text(
        "Folder of the prompt files: also check that each one exists and is playable (for Asterisk /var/lib/asterisk/sounds/pt_BR)",
        "Pasta dos áudios: confere também se cada um existe e pode ser tocado (no Asterisk, /var/lib/asterisk/sounds/pt_BR)",
    ),
    text(
        "Print nothing but what is wrong, for scripts and the unit's ExecReload=",
        "Só mostra o que está errado, para scripts e para o ExecReload= da unidade",
    ),
    text(
        "Write the completions for a shell to standard output",
        "Escreve na saída padrão o que um shell completa",
    ),
    text("Write the manual pages to a folder", "Grava as páginas de manual em uma pasta"),
    text(
        "Run a self-contained demo: a simulated HubSoft, bina, and sample calls",
        "Roda uma demonstração completa: um HubSoft simulado, o bina e chamadas de exemplo",
    ),
    text("Address and port to listen on", "Endereço e porta em que atende"),
    text(
        "Play no outage: only what is typed at the demo happens",
        "Sem queda: só acontece o que for digitado",
    ),
    text(
        "Show, fill or clear the directory of the running service",
        "Mostra, preenche ou esvazia o diretório do serviço em execução",
    ),
    text(
        "The directory is the list of all customers, read ahead of the calls; from it a caller is recognised when HubSoft does not answer in time. The service itself is asked, at listen.metrics. Exits with 1 when the walk was refused, failed, or was not whole.",
        "O diretório é a lista de todos os clientes, lida antes das chamadas; por ele se reconhece quem liga quando o HubSoft não responde a tempo. O pedido vai ao próprio serviço, em listen.metrics. Sai com 1 quando a leitura é recusada, falha ou fica incompleta.",
    ),
    text(
        "With status: print it as JSON, for programs",
        "Com status: mostra em JSON, para programas",
    ),
    text(
        "Diagnose everything a call depends on, and print a remedy for each problem",
        "Diagnostica tudo de que uma chamada depende e diz o que fazer em cada problema",
    ),
    text(
        "Checks the configuration and its secrets, prompt files, ports, DNS, connection, certificate, token, one lookup, and the clock. Prints one line each, within 30 s. HubSoft receives a token request and one lookup (with --number up to four). No name and no complete number is printed. Exits with 0 when nothing failed, 1 when a check failed, 2 when the configuration is invalid.",
        "Confere a configuração e os segredos dela, os áudios, as portas, o DNS, a conexão, o certificado, o token, uma consulta e o relógio. Mostra uma linha para cada item, em até 30 s. O HubSoft recebe um pedido de token e uma consulta (com --number, até quatro). Nenhum nome e nenhum número completo aparece. Sai com 0 quando nada falhou, 1 quando um item falhou, 2 quando a configuração é inválida.",
    ),
    text(
        "A customer's number, preferably a mobile: also test how this HubSoft matches numbers",
        "Número de um cliente, de preferência celular: testa também como este HubSoft compara números",
    ),
    text(
        "Folder of the prompt files, as for `bina check`",
        "Pasta dos áudios, como no `bina check`",
    ),
    text(
        "Purge a number from the cache, the directory and the journal of the running service",
        "Apaga um número do cache, do diretório e do registro do serviço em execução",
    ),
    text(
        "Every customer who has the number is removed from the directory, and no later reading of the list brings the number back. HubSoft keeps what it has: the next call from the number is looked up again. Exits with 1 when --verify finds the number or the directory is off and its files are left, with 2 when it is no complete number.",
        "Todo cliente que tem o número sai do diretório, e nenhuma leitura posterior da lista traz o número de volta. O HubSoft mantém o que tem: a próxima chamada do número é consultada de novo. Sai com 1 quando --verify acha o número, ou quando o diretório está desligado e ficaram arquivos dele; com 2 quando não é um número completo.",
    ),
    text("The customer's number, in any format", "Número do cliente, em qualquer formato"),
    text(
        "Check that nothing of the number is left, instead of purging it",
        "Não apaga: confere se não resta nada do número",
    ),
    text(
        "Let the directory learn the number again, after it was purged by mistake",
        "Deixa o diretório aprender o número de novo, depois de apagado por engano",
    ),
    text(
        "Look up one caller number and print the answer a PBX would receive",
        "Procura o número de quem liga e mostra a resposta que um PBX receberia",
    ),
    text(
        "The caller's number, in any format a PBX may present",
        "Número de quem liga, em qualquer formato que um PBX apresente",
    ),
    text("The called number", "Número chamado"),
    text(
        "The trunk by which the call comes: a name of [[trunk]], or the address of its gateway",
        "Tronco por onde a chamada chega: um nome de [[trunk]], ou o endereço do gateway",
    ),
    text("Format of the answer", "Formato da resposta"),
    text(
        "Print to standard error the requests sent to HubSoft, their results, the matching rule, and what the running service would answer from: cache, directory, alerts and their evidence",
        "Mostra na saída de erros os pedidos ao HubSoft, os resultados, a regra escolhida e de onde o serviço em execução responderia: cache, diretório, alertas e suas evidências",
    ),
    text(
        "Rehearse the day of an outage against a simulated HubSoft on this machine",
        "Ensaia o dia de uma massiva com um HubSoft simulado nesta máquina",
    ),
    text(
        "A fibre is cut: thousands of different customers call within minutes, and others among them. The report says who heard the right thing, and what would help if too few did. Exits with 0 when every call was answered in time. Ctrl-C ends the rehearsal early and prints the report so far. No data leaves this machine.",
        "Uma fibra se rompe: milhares de clientes diferentes ligam em minutos, e outros no meio deles. O relatório diz quem ouviu o que devia, e o que ajudaria se foram poucos. Sai com 0 quando toda chamada foi respondida a tempo. Ctrl-C encerra o ensaio antes e mostra o relatório até ali. Nenhum dado sai desta máquina.",
    ),
    text(
        "Report who called, and who was told of which alert",
        "Relata quem ligou e quem foi avisado de qual alerta",
    ),
    text(
        "Counts calls, told and repeat callers, by alert, district and time; --alert lists who heard one alert. It shows customer codes and hashes, no number and no name. The service itself is asked, at listen.metrics; if none runs, its files are read.",
        "Conta chamadas, avisados e quem ligou de novo, por alerta, bairro e horário; --alert lista quem ouviu um alerta. Mostra códigos de clientes e hashes, nenhum número e nenhum nome. O pedido vai ao próprio serviço, em listen.metrics; se nenhum roda, os arquivos dele são lidos.",
    ),
    text("Speak a text as callers would hear it", "Fala um texto como quem liga o ouviria"),
    text(
        "Shows the text as the speech engine is given it, or why it is not spoken. Exits with 1 when the engine failed, and with 3 when the text is refused.",
        "Mostra o texto como o motor de voz o recebe, ou por que não é falado. Sai com 1 quando o motor falha, e com 3 quando o texto é recusado.",
    ),
    text(
        "Answer calls until SIGTERM or Ctrl-C; SIGHUP reloads the configuration",
        "Atende às chamadas até SIGTERM ou Ctrl-C; SIGHUP recarrega a configuração",
    ),
    text("Configuration file", "Arquivo de configuração"),
    text(
        "Folder of the unit bina.service, for whose user the files are judged (as root it is found)",
        "Pasta da unidade bina.service: os arquivos são julgados como o usuário dela os vê (o root a acha sozinho)",
    ),
    text(
        "Add an alert: callers in its scope hear the prompt of its rule from now on",
        "Cria um alerta: quem liga e está no escopo ouve o áudio da regra a partir de agora",
    ),
    text(
        "At least one scope is required, and any of them is enough for a caller to hear the alert. Write names as HubSoft has them; capitals and accents do not matter. A name that several places have is followed by where it is: \"Centro, Betim\", \"OLT-01: gpon 0/1/3\".",
        "Dê ao menos um escopo; um só deles basta para quem liga ouvir o alerta. Escreva os nomes como no HubSoft; maiúsculas e acentos não importam. Se vários lugares têm o nome, diga também onde fica: \"Centro, Betim\", \"OLT-01: gpon 0/1/3\".",
    ),
    text("List the active alerts", "Lista os alertas ativos"),
    text("Print JSON, for programs", "Mostra em JSON, para programas"),
    text(
        "List the places that an alert may name, with their customers",
        "Lista os lugares que um alerta pode indicar, com os clientes de cada um",
    ),
    text("What kind of place", "Tipo de lugar"),
    text(
        "A part of the name; capitals and accents do not matter",
        "Parte do nome; maiúsculas e acentos não importam",
    ),
    text("End an alert now", "Encerra um alerta agora"),
    text("Its id, as `bina alert list` shows it", "Id do alerta, como o `bina alert list` mostra"),
    text(
        "Give an alert another end, up to 24 hours from now",
        "Dá outro fim a um alerta, no máximo 24 horas a partir de agora",
    ),
    text(
        "Examples:\n  bina alert add \"Fibra rompida\" --district \"Jardim América\" --until 18:30\n  bina alert add \"Queda de energia\" --pop \"POP Norte\" --for 2h --rule energia\n  bina alert add \"Falha geral na rede\" --everyone --until 18h",
        "Exemplos:\n  bina alert add \"Fibra rompida\" --district \"Jardim América\" --until 18:30\n  bina alert add \"Queda de energia\" --pop \"POP Norte\" --for 2h --rule energia\n  bina alert add \"Falha geral na rede\" --everyone --until 18h",
    ),
    text(
        "End, by the clock of hubsoft.timezone: 18:30, or \"2026-12-01 08:00\"",
        "Fim, no fuso de hubsoft.timezone: 18:30, ou \"2026-12-01 08:00\"",
    ),
    text("Time until the end, e.g. 90m, 2h or 1d", "Tempo até o fim, p. ex. 90m, 2h ou 1d"),
    text(
        "What is the matter, in a sentence: the rules choose the prompt by it",
        "O que houve, em uma frase: as regras escolhem o áudio por ela",
    ),
    text("Everyone in a city", "Todos de uma cidade"),
    text("Everyone in a district", "Todos de um bairro"),
    text(
        "Everyone on a piece of equipment, by its name or address",
        "Todos de um equipamento, pelo nome ou endereço",
    ),
    text(
        "Everyone on an interface of a piece of equipment",
        "Todos de uma interface de um equipamento",
    ),
    text("Everyone on an optical box", "Todos de uma caixa óptica"),
    text("Everyone at a POP", "Todos de um POP"),
    text("Everyone who calls this number", "Todos os que ligam para este número"),
    text(
        "Every caller, also those who are no customers or hide their number",
        "Todas as chamadas, também de quem não é cliente ou oculta o número",
    ),
    text(
        "Rule of the configuration that chooses the prompt, whatever the text says",
        "Regra da configuração que escolhe o áudio, diga o texto o que disser",
    ),
    text(
        "Begin: 2h, 30m or 7d ago, a time of the last 24 hours, a day, or \"2026-11-30 18:30\"",
        "Início: há 2h, 30m ou 7d, uma hora das últimas 24 horas, um dia, ou \"2026-11-30 18:30\"",
    ),
    text("End, in the same form [default: now]", "Fim, na mesma forma [padrão: agora]"),
    text(
        "Id of an alert, of HubSoft or of your own: list who heard it",
        "Id de um alerta, do HubSoft ou local: lista quem o ouviu",
    ),
    text("Form of the report", "Formato do relatório"),
    text("The text of an alert", "Texto de um alerta"),
    text(
        "Write the recording to this file: WAV, 8 kHz, mono, 16 bits",
        "Grava o áudio neste arquivo: WAV, 8 kHz, mono, 16 bits",
    ),
    text("Customers and their calls", "Clientes e chamadas"),
    text("The alert", "O alerta"),
    text(
        "Customers of the provider, all of them in HubSoft's list",
        "Clientes do provedor, todos na lista do HubSoft",
    ),
    text(
        "Different customers whom the alert concerns and who call, once each",
        "Clientes diferentes que o alerta atinge e que ligam, uma vez cada um",
    ),
    text(
        "Other customers who call meanwhile, and must hear nothing of it",
        "Outros clientes que ligam enquanto isso, e não devem ouvir o alerta",
    ),
    text(
        "Time span of the calls, most of which come after a fifth of it",
        "Duração das chamadas; a maioria vem depois de um quinto dela",
    ),
    text(
        "Share of the callers that are in the cache beforehand, 0 to 1",
        "Fração de quem liga que já está no cache, de 0 a 1",
    ),
    text(
        "Another number brings other customers, times and places",
        "Outro número traz outros clientes, horários e lugares",
    ),
    text("What its scope names", "O que o escopo dele indica"),
    text(
        "Time before the first call at which it is published in HubSoft, e.g. 60s [default: 0s]",
        "Quanto antes da primeira chamada ele é cadastrado no HubSoft, p. ex. 60s [padrão: 0s]",
    ),
    text(
        "Time after the first call at which it is published instead",
        "Ou quanto depois da primeira chamada ele é cadastrado",
    ),
    text(
        "Time after the first call at which it is ended",
        "Quanto depois da primeira chamada ele é encerrado",
    ),
    text("Its end is entered in HubSoft beforehand", "O fim dele é cadastrado antes no HubSoft"),
    text(
        "Alerts of the same kind that bina has judged beforehand: two of them count as a record",
        "Alertas do mesmo tipo que o bina já julgou: dois deles valem como histórico",
    ),
    text(
        "HubSoft's median response time in milliseconds; a few answers take much longer",
        "Tempo de resposta do HubSoft em milissegundos (mediana); algumas respostas demoram bem mais",
    ),
    text(
        "Requests per second that HubSoft allows, as in limiter.rate",
        "Pedidos por segundo que o HubSoft permite, como em limiter.rate",
    ),
    text(
        "Time after the first call from which HubSoft accepts connections and never answers",
        "Quanto depois da primeira chamada o HubSoft aceita conexões e nunca mais responde",
    ),
    text(
        "Share of the places in HubSoft that join its tables, 0 to 0.97",
        "Fração dos lugares do HubSoft que se ligam às tabelas dele, de 0 a 0.97",
    ),
    text(
        "Seconds between two readings of the list of alerts, as alerts.poll_s",
        "Segundos entre duas leituras da lista de alertas, como em alerts.poll_s",
    ),
    text(
        "Deadline of a call in milliseconds, as lookup.deadline_ms [default: 800]",
        "Prazo de uma chamada em milissegundos, como em lookup.deadline_ms [padrão: 800]",
    ),
    text(
        "Neither directory nor alert feed: each caller is looked up in HubSoft",
        "Sem diretório e sem lista de alertas: cada chamada é consultada no HubSoft",
    ),
    text(
        "Rehearse the same calls a second time, without directory and alert feed",
        "Ensaia as mesmas chamadas outra vez, sem diretório e sem lista de alertas",
    ),
];

/// The names of values; one with an option is that of this option.
pub(super) const NAMES: &[Text] = &[
    text("ADDRESS:PORT", "ENDEREÇO:PORTA"),
    text("FILE", "ARQUIVO"),
    text("FOLDER", "PASTA"),
    text("FORMAT", "FORMATO"),
    text("KIND", "TIPO"),
    text("LANGUAGE", "IDIOMA"),
    text("NAME", "NOME"),
    text("NUMBER", "NÚMERO"),
    text("SCOPE", "ESCOPO"),
    text("SECONDS", "SEGUNDOS"),
    text("SHARE", "FRAÇÃO"),
    text("TASK", "TAREFA"),
    text("TEXT", "TEXTO"),
    text("TIME", "TEMPO"),
    text("--since TIME", "QUANDO"),
    text("--until TIME", "QUANDO"),
];

/// What a value means, where each has a line.
pub(super) const VALUES: &[Text] = &[
    text("Interfaces (PONs)", "Interfaces (as PONs)"),
    text(
        "A POP and interfaces, and both have to fit",
        "Um POP e interfaces, e os dois têm de corresponder",
    ),
    text(
        "A POP and interfaces, and one of them is enough",
        "Um POP e interfaces, e basta um dos dois",
    ),
    text(
        "Districts and a service status, and both have to fit",
        "Bairros e um status do serviço, e os dois têm de corresponder",
    ),
    text(
        "Districts and a group of customers that no answer of HubSoft shows",
        "Bairros e um grupo de clientes que nenhuma resposta do HubSoft mostra",
    ),
    text(
        "Show customers, numbers, age, joins and the progress of a walk",
        "Mostra clientes, números, idade, ligações e o andamento de uma leitura",
    ),
    text(
        "Read the whole list of customers now, and show the progress",
        "Lê agora a lista completa de clientes e mostra o andamento",
    ),
    text(
        "Empty the directory, in memory and on disk, and read the list again",
        "Esvazia o diretório, na memória e no disco, e lê a lista de novo",
    ),
];

/// What clap adds. A longer one comes before one that it begins with.
pub(super) const CLAP: &[Text] = &[
    text("Usage: ", "Uso: "),
    text("[OPTIONS]", "[OPÇÕES]"),
    text("\nCommands:\n", "\nComandos:\n"),
    text("\nArguments:\n", "\nArgumentos:\n"),
    text("\nOptions:\n", "\nOpções:\n"),
    text(
        "Print this message or the help of the given subcommand(s)",
        "Mostra esta mensagem ou a ajuda dos comandos dados",
    ),
    text("Print help (see a summary with", "Mostra a ajuda (resumo com"),
    text("Print help (see more with", "Mostra a ajuda (completa com"),
    text("Print help", "Mostra a ajuda"),
    text("Print version", "Mostra a versão"),
    text("[default: ", "[padrão: "),
    text("[possible values: ", "[valores possíveis: "),
    text("Possible values:", "Valores possíveis:"),
];
