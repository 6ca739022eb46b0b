//! Collects what is going to be written, before anything is.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::runtime::language::Message;
use crate::runtime::plain_file;
use crate::runtime::secret::Secret;
use crate::runtime::state_folder::FileRights;

use super::super::Failed;
use super::as_user::{FileUser, as_user, user_of};
use super::machine::{is_root, is_writable};
use super::{FILE_BYTES_MAX, texts};

/// The mode of a file that everybody may read, and of one that only its owner may.
const OPEN: u32 = 0o644;
const PRIVATE: u32 = 0o600;
/// The mode of a secret that the service reads as a member of a group.
const GROUP: u32 = 0o640;

/// The content of a file.
pub(super) enum FileContent {
    Bytes(Vec<u8>),
    Secret(Secret),
}

impl FileContent {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Secret(secret) => secret.reveal().as_bytes(),
        }
    }
}

/// A file that is going to be written.
pub(super) struct PlannedFile {
    pub(super) path: PathBuf,
    pub(super) content: FileContent,
    pub(super) rights: FileRights,
    /// As whom it is written, if not as this process.
    pub(super) user: Option<FileUser>,
}

/// A folder that is going to be created.
pub(super) struct PlannedFolder {
    pub(super) path: PathBuf,
    pub(super) owner: Option<(u32, u32)>,
    /// As whom it is created, if not as this process.
    pub(super) user: Option<FileUser>,
}

/// Everything that is going to be written, in order.
#[derive(Default)]
pub(super) struct WritingPlan {
    /// Folders to create, each after the one that it is in.
    pub(super) folders: Vec<PlannedFolder>,
    pub(super) files: Vec<PlannedFile>,
    /// What a person is shown of it.
    pub(super) summary: Vec<Message>,
}

impl WritingPlan {
    /// The configuration: `old` is the file that is there. Of one that `is_own` a copy is kept; another is an
    /// example that nobody has changed.
    pub(super) fn configuration(
        &mut self,
        path: &Path,
        text: &str,
        (old, is_own): (Option<&str>, bool),
        has_secrets: bool,
    ) -> io::Result<()> {
        let parts: [(&str, &dyn std::fmt::Display); 1] = [("path", &path.display())];
        if old == Some(text) {
            self.summary.push(texts::PLAN_SAME.message(&parts));
            return Ok(());
        }
        self.summary.push(match old {
            Some(_) if is_own => texts::PLAN_CHANGED.message(&parts),
            Some(_) => texts::PLAN_FILLED.message(&parts),
            None => texts::PLAN_NEW.message(&parts),
        });
        if is_own {
            // It may contain the secrets of before.
            self.keep_copy(path, Some(PRIVATE))?;
        }
        let mode = if has_secrets { PRIVATE } else { OPEN };
        self.add(path, FileContent::Bytes(text.into()), mode, None)
    }

    /// A secret, in a file of its own that only its owner may read, and the service's `group` where there is one.
    pub(super) fn secret(
        &mut self,
        path: &Path,
        secret: &Secret,
        group: Option<u32>,
    ) -> io::Result<()> {
        let text = match path.exists() {
            true => texts::PLAN_SECRET_REPLACED,
            false => texts::PLAN_SECRET,
        };
        self.summary.push(text.message(&[("path", &path.display())]));
        self.add(path, FileContent::Secret(secret.clone()), PRIVATE, None)?;
        if let (Some(group), Some(file)) = (group, self.files.last_mut()) {
            let (user, own_group) = file.rights.owner.or_else(process_owner).unwrap_or_default();
            let owner = (group != own_group).then_some((user, group)).or(file.rights.owner);
            file.rights = FileRights { mode: GROUP, owner };
        }
        Ok(())
    }

    /// A file of the PBX; one that is there with another content is kept as a copy.
    pub(super) fn pbx_file(
        &mut self,
        path: &Path,
        bytes: &[u8],
        owner: Option<(u32, u32)>,
    ) -> io::Result<()> {
        self.below(path, |plan| {
            let parts: [(&str, &dyn std::fmt::Display); 1] = [("path", &path.display())];
            match read_plain(path)? {
                Some(old) if old == bytes => {
                    plan.summary.push(texts::PLAN_SAME.message(&parts));
                    return Ok(());
                }
                Some(_) => {
                    plan.summary.push(texts::PLAN_REPLACED.message(&parts));
                    plan.keep_copy(path, None)?;
                }
                None => plan.summary.push(texts::PLAN_NEW.message(&parts)),
            }
            plan.add(path, FileContent::Bytes(bytes.to_vec()), OPEN, owner)
        })
    }

    /// Recordings; those that are there already stay, as they may be the administrator's own.
    pub(super) fn recordings(
        &mut self,
        folder: &Path,
        recordings: Vec<(String, Vec<u8>)>,
        owner: Option<(u32, u32)>,
    ) -> io::Result<()> {
        let (all, first) = (recordings.len(), self.files.len());
        self.below(&folder.join("any.wav"), |plan| {
            for (name, bytes) in recordings {
                let path = folder.join(name);
                if !path.exists() {
                    plan.add(&path, FileContent::Bytes(bytes), OPEN, owner)?;
                }
            }
            Ok(())
        })?;
        let new = self.files.len() - first;
        let kept = all - new;
        self.summary.push(texts::PLAN_RECORDINGS.message(&[
            ("folder", &folder.display()),
            ("new", &new),
            ("kept", &kept),
        ]));
        Ok(())
    }

    /// Lines at the end of a file that stays as it is otherwise.
    pub(super) fn last_lines(
        &mut self,
        path: &Path,
        lines: &str,
        owner: Option<(u32, u32)>,
    ) -> io::Result<()> {
        self.below(path, |plan| {
            let mut bytes = read_plain(path)?.unwrap_or_default();
            if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                bytes.push(b'\n');
            }
            bytes.extend(lines.as_bytes());
            let about = fs::metadata(path).ok();
            let mode = about.as_ref().map_or(OPEN, |about| about.mode() & 0o7777);
            let owner = about.map(|about| owner_of(&about)).or(owner);
            let parts: [(&str, &dyn std::fmt::Display); 2] =
                [("path", &path.display()), ("lines", &lines.trim_end())];
            plan.summary.push(texts::PLAN_LINE.message(&parts));
            plan.add(path, FileContent::Bytes(bytes), mode, owner)
        })
    }

    /// Plans a copy of a file, with its rights unless others are given.
    fn keep_copy(&mut self, path: &Path, mode: Option<u32>) -> io::Result<()> {
        let (old, about) = (read_plain(path)?.unwrap_or_default(), fs::metadata(path)?);
        let mode = mode.unwrap_or_else(|| about.mode() & 0o7777);
        let copies =
            (1_u32..).map(|number| PathBuf::from(format!("{}.bak-{number}", path.display())));
        let free = copies.take(1_000).find(|copy| fs::symlink_metadata(copy).is_err());
        let copy = free.ok_or(io::ErrorKind::AlreadyExists)?;
        self.summary.push(texts::PLAN_COPY.message(&[("copy", &copy.display())]));
        self.add(&copy, FileContent::Bytes(old), mode, Some(owner_of(&about)))
    }

    /// Adds a file and the folders that it needs. Its owner stays what it is.
    fn add(
        &mut self,
        path: &Path,
        content: FileContent,
        mode: u32,
        owner: Option<(u32, u32)>,
    ) -> io::Result<()> {
        // A link is followed, so that it stays one; that of another user could lead to any file.
        if let (Ok(link), Ok(target)) = (fs::symlink_metadata(path), fs::metadata(path))
            && link.is_symlink()
            && ![0, target.uid()].contains(&link.uid())
        {
            let problem = format!("{} is a link to a file of another user", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folders: Vec<_> =
            path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        for folder in folders.into_iter().rev() {
            if !self.folders.iter().any(|known| known.path == folder) {
                let path = folder.to_owned();
                self.folders.push(PlannedFolder { path, owner, user: None });
            }
        }
        let own = match fs::metadata(&path) {
            Ok(about) if !about.is_file() => return Err(no_file(&path)),
            Ok(about) => Some(owner_of(&about)),
            Err(_) => owner,
        };
        let owner = own.filter(|owner| Some(*owner) != process_owner());
        let rights = FileRights { mode, owner };
        self.files.push(PlannedFile { path, content, rights, user: None });
        Ok(())
    }

    /// Plans what `work` adds beside `path`, as the user who controls that folder; as him it is written, too.
    fn below(
        &mut self,
        path: &Path,
        work: impl FnOnce(&mut Self) -> io::Result<()> + Send,
    ) -> io::Result<()> {
        let user = user_of(path);
        let (files, folders) = (self.files.len(), self.folders.len());
        as_user(user, || work(self))?;
        if user.is_some() {
            for file in &mut self.files[files..] {
                file.user = user;
                file.rights.owner = None;
            }
            for folder in &mut self.folders[folders..] {
                folder.user = user;
                folder.owner = None;
            }
        }
        Ok(())
    }

    /// Fails if this process may not write all of it.
    pub(super) fn require_writable(&self) -> Result<(), Failed> {
        let closed = self.files.iter().find(|file| !is_writable(&file.path));
        let foreign = || self.files.iter().find(|file| file.rights.owner.is_some() && !is_root());
        match closed.or_else(foreign) {
            Some(file) => Err(needs_root(&file.path)),
            None => Ok(()),
        }
    }
}

/// The content of a plain file; none if there is none. A pipe or a device is refused, not waited for.
pub(super) fn read_plain(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match plain_file::read(path, FILE_BYTES_MAX) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Err(no_file(path)),
        read => read.map(Some),
    }
}

fn no_file(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{} is no file", path.display()))
}

/// What only root may write is refused, before anything is.
pub(super) fn needs_root(path: &Path) -> Failed {
    Failed::configuration(texts::NEEDS_ROOT.message(&[("path", &path.display())]))
}

/// User and group of a file.
pub(super) fn owner_of(about: &Metadata) -> (u32, u32) {
    (about.uid(), about.gid())
}

fn process_owner() -> Option<(u32, u32)> {
    fs::metadata("/proc/self").ok().map(|about| owner_of(&about))
}
