//! Why the application does not start or reload, in both languages.

use crate::runtime::language::texts;

texts! {
    BUG = "a leitura dos arquivos falhou por um erro do bina (avise os desenvolvedores)", "reading the files panicked (report this bug)";
    LISTENER = "não foi possível escutar em {address} ({error}): encontre o programa que usa a porta com `ss -ltnp sport = :{port}`, ou escolha outra porta", "cannot listen on {address} ({error}): find the program that uses the port with `ss -ltnp sport = :{port}`, or choose another port";
    NO_THREAD = "não foi possível iniciar uma thread para ler arquivos: {error}", "cannot start a thread to read files: {error}";
    STILL_READING = "a recarga anterior ainda espera por um arquivo (verifique os discos e os sistemas de arquivos de rede)", "the previous reload still waits for a file (check disks and network file systems)";
    TOO_LATE = "os arquivos não puderam ser lidos em {longest} (verifique os discos e os sistemas de arquivos de rede)", "its files could not be read within {longest} (check disks and network file systems)";
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
