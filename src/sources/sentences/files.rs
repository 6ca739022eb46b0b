//! What is wrong with the state folder, and with what the running service is asked.

use crate::runtime::language::sentences;

sentences! {
    ANOTHER_USER = "a pasta de estado `{path}` é de outro usuário (execute `chown` nela para o usuário com que o bina roda)", "state folder `{path}` belongs to another user (run `chown` on it for the user that bina runs as)";
    CANNOT_CREATE = "não foi possível criar `{path}`: {error} ({remedy})", "cannot create `{path}`: {error} ({remedy})";
    CANNOT_LOCK = "não foi possível travar `{path}`: {error} ({remedy})", "cannot lock `{path}`: {error} ({remedy})";
    CANNOT_OPEN = "não foi possível abrir `{path}`: {error} ({remedy})", "cannot open `{path}`: {error} ({remedy})";
    CANNOT_READ = "não foi possível ler `{path}`: {error} ({remedy})", "cannot read `{path}`: {error} ({remedy})";
    CANNOT_REMOVE = "não foi possível remover `{path}`: {error} ({remedy})", "cannot remove `{path}`: {error} ({remedy})";
    CANNOT_RENAME = "não foi possível renomear `{path}`: {error} ({remedy})", "cannot rename `{path}`: {error} ({remedy})";
    CANNOT_USE = "`{path}` não pode ser usada: {error} ({remedy})", "`{path}` cannot be used: {error} ({remedy})";
    CANNOT_WRITE = "não foi possível gravar `{path}`: {error} ({remedy})", "cannot write `{path}`: {error} ({remedy})";
    DIRECTORY_OFF = "o diretório está desligado: ponha directory.enabled = true e recarregue", "the directory is off: set directory.enabled = true and reload";
    FOLDER_NONE = "`{path}` não é uma pasta (remova isso)", "`{path}` is not a folder (remove it)";
    FOLDER_WRITABLE = "outros usuários podem gravar em `{path}` (execute `chmod 700` nela)", "`{path}` is writable by other users (run `chmod 700` on it)";
    IN_USE = "a pasta de estado `{path}` está em uso por outro processo (pare o outro bina, ou indique outra pasta em service.state_folder)", "state folder `{path}` is in use by another process (stop the other bina, or set service.state_folder to another folder)";
    IT_IS_HERE = "{place}: está aqui", "{place}: it is here";
    NOT_COMPLETE = "`{typed}` não é um número brasileiro completo: escreva-o com o DDD", "`{typed}` is not a complete Brazilian number: write it with its area code";
    NO_FOLDER = "a pasta de estado `{path}` não é uma pasta (remova isso, ou indique outro caminho em service.state_folder)", "state folder `{path}` is not a folder (remove it, or set service.state_folder to another path)";
    NUMBER_MISSING = "falta o número (envie-o como number=NÚMERO)", "the number is missing (post it as number=NUMBER)";
    REMEDY_ABOVE = "crie a pasta acima dela", "create the folder above it";
    REMEDY_BELOW = "indique uma pasta abaixo de /var/lib/bina", "name a folder below /var/lib/bina";
    REMEDY_DISK = "verifique o disco, ou indique outra pasta em service.state_folder", "check the disk, or set service.state_folder to another folder";
    REMEDY_FREE = "libere espaço nesse sistema de arquivos", "free space on that file system";
    REMEDY_OWNER = "a pasta e os arquivos dela têm que ser do usuário com que o bina roda, com modos 0700 e 0600", "the folder and its files must belong to the user that bina runs as, with modes 0700 and 0600";
    REMEDY_READ_ONLY = "permita gravar nesse sistema de arquivos, ou indique outra pasta em service.state_folder", "make that file system writable, or set service.state_folder to another folder";
    REMEDY_REMOVE = "remova-o", "remove it";
    REMEDY_SHORTER = "escolha um caminho mais curto", "choose a shorter path";
    REMEDY_WHAT_STANDS = "remova o que está ali", "remove what stands there";
    WRITABLE = "outros usuários podem gravar na pasta de estado `{path}` (execute `chmod 700` nela)", "state folder `{path}` is writable by other users (run `chmod 700` on it)";
}
