//! Determines whether the user a PBX runs as can read a file, from the modes of the file and its
//! folders.
//!
//! Opening the file proves nothing: `bina check` mostly runs as root, who can read everything.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::runtime::language::Message;
use crate::runtime::plain_file;

use super::super::check_texts as texts;

/// The users PBXs run as.
const NAMES: [&str; 2] = ["asterisk", "freeswitch"];
/// Longest list of users or groups that is read.
const LIST_BYTES_MAX: u64 = 1 << 20;

/// Mode bits, in the position of "others".
const READ: u32 = 0o4;
const ENTER: u32 = 0o1;

/// The users that must be able to read the files.
pub(super) struct Readers {
    /// Empty where this machine has none of them: then every user must be able to.
    users: Vec<User>,
    /// Paths that were reported already.
    reported: BTreeSet<PathBuf>,
}

#[derive(Debug, PartialEq, Eq)]
struct User {
    name: String,
    id: u32,
    groups: Vec<u32>,
}

impl Readers {
    /// The PBX users of this machine.
    pub(super) fn of_this_machine() -> Self {
        let list =
            |path| plain_file::read_text(Path::new(path), LIST_BYTES_MAX).unwrap_or_default();
        Self { users: users(&list("/etc/passwd"), &list("/etc/group")), reported: BTreeSet::new() }
    }

    /// A warning for each mode that prevents the PBX from reading `file`: its own, or that of a
    /// folder above.
    pub(super) fn warnings(&mut self, file: &Path) -> Vec<Message> {
        let Ok(file) = fs::canonicalize(file) else { return Vec::new() };
        let folders = file.ancestors().skip(1).map(|folder| (folder, ENTER));
        let mut warnings = Vec::new();
        for (path, bit) in folders.chain([(file.as_path(), READ)]) {
            let Ok(about) = fs::metadata(path) else { continue };
            if self.may(&about, bit) || !self.reported.insert(path.to_owned()) {
                continue;
            }
            warnings.push(self.warning(path, &about, bit));
        }
        warnings
    }

    /// Where there are two PBXs, access for one of them is sufficient.
    fn may(&self, about: &Metadata, bit: u32) -> bool {
        let mode = about.mode();
        let owner = about.uid();
        let group = about.gid();
        if self.users.is_empty() {
            return mode & bit != 0;
        }
        self.users.iter().any(|user| user.may(mode, owner, group, bit))
    }

    fn warning(&self, path: &Path, about: &Metadata, bit: u32) -> Message {
        let names: Vec<_> = self.users.iter().map(|user| user.name.as_str()).collect();
        let who = match names[..] {
            [] => texts::PBX_OTHERS.into(),
            _ => Message {
                portuguese: names.join(texts::PBX_AND.portuguese),
                english: names.join(texts::PBX_AND.english),
            },
        };
        let mode = about.mode() & 0o7777;
        let text = if bit == READ { texts::PBX_READ } else { texts::PBX_ENTER };
        text.message(&[
            ("path", &path.display()),
            ("mode", &format_args!("{mode:04o}")),
            ("owner", &about.uid()),
            ("who", &who),
        ])
    }
}

impl User {
    fn may(&self, mode: u32, owner: u32, group: u32, bit: u32) -> bool {
        let bits = match self.id {
            0 => return true,
            id if id == owner => mode >> 6,
            _ if self.groups.contains(&group) => mode >> 3,
            _ => mode,
        };
        bits & bit != 0
    }
}

/// Parses the PBXs' users from `/etc/passwd`, and their groups from `/etc/group`.
fn users(passwd: &str, groups: &str) -> Vec<User> {
    let read = |line: &str| {
        let fields: Vec<_> = line.split(':').collect();
        let name = fields.first().filter(|name| NAMES.contains(*name))?;
        let id = fields.get(2)?.parse().ok()?;
        let own: u32 = fields.get(3)?.parse().ok()?;
        let others = groups.lines().filter_map(|line| member_of(line, name));
        Some(User { name: (*name).to_owned(), id, groups: others.chain([own]).collect() })
    };
    passwd.lines().filter_map(read).collect()
}

/// The id of the group in `line`, if `name` is a member.
fn member_of(line: &str, name: &str) -> Option<u32> {
    let fields: Vec<_> = line.split(':').collect();
    let members = fields.get(3)?;
    let is_member = members.split(',').any(|member| member.trim() == name);
    if is_member { fields.get(2)?.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const PASSWD: &str = "root:x:0:0::/root:/bin/sh\nasterisk:x:995:993::/var/lib/asterisk:\n";
    const GROUP: &str = "root:x:0:\naudio:x:29:ana,asterisk\nasterisk:x:993:\n";

    #[test]
    fn the_users_of_pbxs_are_found_with_their_groups() {
        let user =
            |id, groups: &[u32]| User { name: "asterisk".to_owned(), id, groups: groups.to_vec() };
        assert_eq!(users(PASSWD, GROUP), [user(995, &[29, 993])]);
        assert_eq!(users("asterisk\nasterisk:x:y:z\n::\n", ":::\n"), []);
        assert_eq!(users("asterisk:x:0:0::/root:\n", ""), [user(0, &[0])]);
    }

    #[test]
    fn a_user_has_the_access_of_the_first_matching_class() {
        let asterisk = users(PASSWD, GROUP).remove(0);
        let may = |mode, owner, group| asterisk.may(mode, owner, group, READ);
        assert!(may(0o644, 0, 0) && may(0o640, 0, 993) && may(0o640, 0, 29) && may(0o600, 995, 0));
        assert!(
            !may(0o600, 0, 0) && !may(0o640, 0, 0) && !may(0o044, 995, 0) && !may(0o604, 0, 29)
        );
    }

    #[test]
    fn an_unreadable_file_and_folder_are_reported_once() {
        let folder = std::env::temp_dir().join(format!("bina-readers-{}", std::process::id()));
        let below = folder.join("bina");
        fs::create_dir_all(&below).expect("a folder");
        let mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
        };
        let files = ["a.wav", "b.wav"].map(|name| below.join(name));
        for file in &files {
            fs::write(file, "").expect("a file");
            mode(file, 0o644);
        }
        let any_user = || Readers { users: Vec::new(), reported: BTreeSet::new() };
        assert_eq!(any_user().warnings(&files[0]), Vec::<Message>::new());
        mode(&below, 0o750);
        mode(&files[1], 0o600);
        let mut readers = any_user();
        let warnings: Vec<_> = files.iter().flat_map(|file| readers.warnings(file)).collect();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].english.contains("bina has mode 0750 and owner "), "{}", warnings[0]);
        assert!(warnings[0].english.contains("run `chmod a+x /"), "{}", warnings[0]);
        assert!(warnings[1].english.contains("b.wav has mode 0600"), "{}", warnings[1]);
        fs::remove_dir_all(&folder).expect("it is there");
    }
}
