//! Works on the files of a PBX as the user whom they belong to.
//!
//! Root that reads and writes in a folder of another user can be led anywhere: between two looks at a path that
//! user may put a link in its place. A thread without root's rights can do there only what the user can.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;

use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use super::machine::is_root;

/// A user and the group of the files.
pub(super) type FileUser = (u32, u32);

/// The user other than root who can change what is at `path`: the first on the way to it to whom a folder belongs.
pub(super) fn user_of(path: &Path) -> Option<FileUser> {
    if !is_root() {
        return None;
    }
    let mut way: Vec<_> = path.ancestors().skip(1).collect();
    way.reverse();
    let mut owners = way.into_iter().filter_map(|folder| fs::metadata(folder).ok());
    owners.find(|about| about.uid() != 0).map(|about| (about.uid(), about.gid()))
}

/// Does `work` as `user`, or as this process where there is none.
pub(super) fn as_user<T: Send>(
    user: Option<FileUser>,
    work: impl FnOnce() -> io::Result<T> + Send,
) -> io::Result<T> {
    let Some((user, group)) = user else { return work() };
    thread::scope(|scope| {
        let worker = scope.spawn(move || {
            give_up_root(Uid::from_raw(user), Gid::from_raw(group))?;
            work()
        });
        worker.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    })
}

/// For this thread alone, which ends with what it does.
fn give_up_root(user: Uid, group: Gid) -> io::Result<()> {
    set_thread_groups(&[group])?;
    set_thread_res_gid(group, group, group)?;
    Ok(set_thread_res_uid(user, user, user)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_has_no_rights_of_root_and_the_process_keeps_them() {
        if !is_root() {
            eprintln!("SKIPPED: only root can give up its rights");
            return;
        }
        let folder = std::env::temp_dir().join(format!("bina-as-user-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let secret = folder.join("secret");
        fs::write(&secret, "root's").expect("a file");
        fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .expect("ours");
        let other = Some((54_321, 54_321));
        let read = as_user(other, || fs::read(&secret));
        assert_eq!(read.expect_err("it is root's").kind(), io::ErrorKind::PermissionDenied);
        let written = as_user(other, || fs::write(folder.join("new"), "x"));
        assert_eq!(written.expect_err("so is the folder").kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read(&secret).expect("root reads"), b"root's");
        std::os::unix::fs::chown(&folder, Some(54_321), Some(54_321)).expect("root may");
        assert_eq!(user_of(&folder.join("a/b")), other);
        as_user(other, || fs::write(folder.join("new"), "x")).expect("his own folder");
        assert_eq!(fs::metadata(folder.join("new")).expect("a file").uid(), 54_321);
        fs::remove_dir_all(&folder).expect("root may");
    }
}
