//! The state folder's files: any bytes are read as they were written, or refused.

#![no_main]

use std::io::{Read, Write};

use bina::runtime::secret::Secret;
use bina::sources::directory::{
    DirectoryKeys, ForgottenFile, SealedFacts, SealedKind, SealedReader, SealedWriter,
};
use libfuzzer_sys::fuzz_target;

/// Reads all; `None` if it is refused.
fn unseal(bytes: &[u8], keys: &DirectoryKeys) -> Option<Vec<u8>> {
    let mut reader = SealedReader::open(bytes, keys, SealedKind::Directory).ok()?;
    let mut content = Vec::new();
    let is_read = reader.read_to_end(&mut content).is_ok();
    let is_whole = reader.finish().is_ok();
    assert_eq!(is_read, is_whole);
    is_whole.then_some(content)
}

/// The first bytes say where the sealed file is changed, and how: cut, a byte changed, bytes added.
fn changed(mut sealed: Vec<u8>, place: u16, change: u8) -> Vec<u8> {
    let place = usize::from(place) % sealed.len();
    match change % 3 {
        0 => sealed.truncate(place),
        1 => sealed[place] ^= change | 1,
        _ => sealed.extend(vec![change; place + 1]),
    }
    sealed
}

fuzz_target!(|input: &[u8]| {
    let file = ForgottenFile::read(input);
    assert!(file.gone.len() + file.damaged <= input.len());
    let keys = DirectoryKeys::new(Secret::new("invented".into()), "https://api.example", "7");
    assert!(unseal(input, &keys).is_none(), "nobody has the key");
    let [low, high, change, content @ ..] = input else { return };
    let facts = SealedFacts { generation: 1, made_at_s: 2, rows: 3 };
    let writer = SealedWriter::new(Vec::new(), &keys, SealedKind::Directory, facts);
    let mut writer = writer.expect("memory");
    for part in content.chunks(usize::from(*change).max(1)) {
        writer.write_all(part).expect("memory");
    }
    let sealed = writer.finish().expect("memory");
    assert_eq!(unseal(&sealed, &keys).as_deref(), Some(content));
    let place = u16::from_le_bytes([*low, *high]);
    assert_eq!(unseal(&changed(sealed, place, *change), &keys), None);
});
