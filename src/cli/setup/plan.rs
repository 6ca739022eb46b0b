//! Collects what is going to be written, before anything is.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::runtime::language::Message;
use crate::runtime::secret::Secret;
use crate::runtime::state_folder::FileRights;

use super::super::Failed;
use super::machine::{is_root, is_writable};
use super::texts;

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
}

/// Everything that is going to be written, in order.
#[derive(Default)]
pub(super) struct WritingPlan {
    /// Folders to create, each after the one that it is in.
    pub(super) folders: Vec<(PathBuf, Option<(u32, u32)>)>,
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
            self.keep_copy(path)?;
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
        let parts: [(&str, &dyn std::fmt::Display); 1] = [("path", &path.display())];
        match fs::read(path) {
            Ok(old) if old == bytes => {
                self.summary.push(texts::PLAN_SAME.message(&parts));
                return Ok(());
            }
            Ok(_) => {
                self.summary.push(texts::PLAN_REPLACED.message(&parts));
                self.keep_copy(path)?;
            }
            Err(_) => self.summary.push(texts::PLAN_NEW.message(&parts)),
        }
        self.add(path, FileContent::Bytes(bytes.to_vec()), OPEN, owner)
    }

    /// Recordings; those that are there already stay, as they may be the administrator's own.
    pub(super) fn recordings(
        &mut self,
        folder: &Path,
        recordings: Vec<(String, Vec<u8>)>,
        owner: Option<(u32, u32)>,
    ) -> io::Result<()> {
        let (all, mut new) = (recordings.len(), 0);
        for (name, bytes) in recordings {
            let path = folder.join(name);
            if !path.exists() {
                new += 1;
                self.add(&path, FileContent::Bytes(bytes), OPEN, owner)?;
            }
        }
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
        let mut bytes = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            bytes.push(b'\n');
        }
        bytes.extend(lines.as_bytes());
        let about = fs::metadata(path).ok();
        let mode = about.as_ref().map_or(OPEN, |about| about.mode() & 0o7777);
        let owner = about.map(|about| owner_of(&about)).or(owner);
        let parts: [(&str, &dyn std::fmt::Display); 2] =
            [("path", &path.display()), ("lines", &lines.trim_end())];
        self.summary.push(texts::PLAN_LINE.message(&parts));
        self.add(path, FileContent::Bytes(bytes), mode, owner)
    }

    fn keep_copy(&mut self, path: &Path) -> io::Result<()> {
        let (old, about) = (fs::read(path)?, fs::metadata(path)?);
        let copies =
            (1_u32..).map(|number| PathBuf::from(format!("{}.bak-{number}", path.display())));
        let free = copies.take(1_000).find(|copy| fs::symlink_metadata(copy).is_err());
        let copy = free.ok_or(io::ErrorKind::AlreadyExists)?;
        self.summary.push(texts::PLAN_COPY.message(&[("copy", &copy.display())]));
        self.add(&copy, FileContent::Bytes(old), about.mode() & 0o7777, Some(owner_of(&about)))
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
            if !self.folders.iter().any(|(known, _)| known == folder) {
                self.folders.push((folder.to_owned(), owner));
            }
        }
        let own = match fs::metadata(&path) {
            Ok(about) if !about.is_file() => {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    format!("{} is no file", path.display()),
                ));
            }
            Ok(about) => Some(owner_of(&about)),
            Err(_) => owner,
        };
        let owner = own.filter(|owner| Some(*owner) != process_owner());
        self.files.push(PlannedFile { path, content, rights: FileRights { mode, owner } });
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
