//! Reads plain files within a size limit, and rejects files that could block or be endless.
//!
//! Opening a pipe waits for its writer, and a device has no end. Symbolic links to plain files are
//! followed.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::language::{Message, sentences};

sentences! {
    FOLDER = "é uma pasta", "it is a folder";
    LONGER = "é maior que {size}", "it is longer than {size}";
    NOT_TEXT = "não é texto em UTF-8", "it is not UTF-8 text";
    PIPE = "é um pipe, socket ou dispositivo", "it is a pipe, socket or device";
}

/// Why a file could not be read, in both languages; what the system says of it stays English.
pub fn problem(error: &io::Error) -> Message {
    Message::read(&error.to_string(), &[SENTENCES])
}

/// Reads the file at `path`, of at most `max` bytes.
pub fn read(path: &Path, max: u64) -> io::Result<Vec<u8>> {
    // Checked before opening, which may block, and after it, because the file may have been replaced.
    require_plain(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    let about = file.metadata()?;
    require_plain(&about)?;
    let too_long =
        || io::Error::new(ErrorKind::FileTooLarge, format!("it is longer than {}", size(max)));
    if about.len() > max {
        return Err(too_long());
    }
    // Full capacity at once: a growing buffer would leave copies of a secret behind.
    let mut bytes = Vec::with_capacity(about.len() as usize + 1);
    file.take(max + 1).read_to_end(&mut bytes)?;
    // The file may have grown since, or its metadata may lack a length.
    if bytes.len() as u64 > max { Err(too_long()) } else { Ok(bytes) }
}

/// Reads a text file in the same way.
pub fn read_text(path: &Path, max: u64) -> io::Result<String> {
    let bytes = read(path, max)?;
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

fn require_plain(about: &Metadata) -> io::Result<()> {
    if about.is_file() {
        return Ok(());
    }
    let kind = if about.is_dir() { "it is a folder" } else { "it is a pipe, socket or device" };
    Err(io::Error::new(ErrorKind::InvalidInput, kind))
}

fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 1 << 20 => format!("{} MiB", bytes >> 20),
        bytes => format!("{} KiB", bytes >> 10),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::runtime::language::hold;

    #[test]
    fn each_problem_is_read_in_both_languages() {
        hold(ALL, &[]);
        let folder = problem(&read(&std::env::temp_dir(), 1).expect_err("a folder"));
        assert_eq!((&*folder.portuguese, &*folder.english), ("é uma pasta", "it is a folder"));
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let long = problem(&read(Path::new(file), 0).expect_err("long"));
        assert_eq!(long.portuguese, "é maior que 0 KiB");
        assert!(require_plain(&fs::metadata("/dev/null").expect("a device")).is_err_and(|error| {
            problem(&error).portuguese == "é um pipe, socket ou dispositivo"
        }));
        let other = io::Error::from(ErrorKind::NotFound);
        assert_eq!(problem(&other).portuguese, problem(&other).english);
    }

    #[test]
    fn only_plain_files_are_read_and_only_up_to_the_limit() {
        let folder = std::env::temp_dir().join(format!("bina-plain-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("file");
        fs::write(&file, [b'x'; 2_048]).expect("a file");
        symlink(&file, folder.join("link")).expect("a link");
        symlink(folder.join("loop"), folder.join("loop")).expect("a link");
        for name in ["file", "link"] {
            assert_eq!(read(&folder.join(name), 2_048).expect(name).len(), 2_048);
            let long = read(&folder.join(name), 1_024).expect_err(name).to_string();
            assert_eq!(long, "it is longer than 1 KiB");
        }
        for path in [folder.as_path(), Path::new("/dev/zero"), Path::new("/dev/null")] {
            assert_eq!(read(path, 1).expect_err("refused").kind(), ErrorKind::InvalidInput);
        }
        assert!(read(&folder.join("loop"), 1).is_err());
        fs::write(&file, [0xff]).expect("a file");
        assert_eq!(read_text(&file, 9).expect_err("bytes").kind(), ErrorKind::InvalidData);
        fs::remove_dir_all(&folder).expect("it is there");
    }
}
