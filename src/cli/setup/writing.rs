//! Writes what was planned: each file whole or not at all.

use std::fmt::Display;
use std::path::Path;

use crate::runtime::language::{Language, Message};
use crate::runtime::state_folder::place_file;

use super::super::error_texts::INTERRUPTED;
use super::super::{Failed, print_line};
use super::as_user::as_user;
use super::machine::create_folder;
use super::plan::WritingPlan;
use super::texts;

/// Writes the folders and files of `plan` in order, and stops at the first that fails or when `is_interrupted`.
/// What is written and what is not is printed.
pub(super) fn write(
    plan: &WritingPlan,
    language: Language,
    mut is_interrupted: impl FnMut() -> bool,
) -> Result<(), Failed> {
    let failed = |error: &dyn Display, path: &Path| {
        texts::NOT_WRITTEN.message(&[("path", &path.display()), ("error", error)])
    };
    for folder in &plan.folders {
        let created = as_user(folder.user, || create_folder(&folder.path, folder.owner));
        if let Err(error) = created {
            return Err(stopped(plan, 0, language, failed(&error, &folder.path)));
        }
    }
    for (at, file) in plan.files.iter().enumerate() {
        if is_interrupted() {
            return Err(stopped(plan, at, language, INTERRUPTED.into()));
        }
        let place = || place_file(&file.path, file.content.bytes(), file.rights);
        if let Err(error) = as_user(file.user, place) {
            return Err(stopped(plan, at, language, failed(&error, &file.path)));
        }
        print_line(texts::WRITTEN.filled(language, &[("path", &file.path.display())]));
    }
    Ok(())
}

/// Lists the files from `first` on, which are as they were.
fn stopped(plan: &WritingPlan, first: usize, language: Language, why: Message) -> Failed {
    for file in &plan.files[first..] {
        print_line(texts::LEFT.filled(language, &[("path", &file.path.display())]));
    }
    Failed::runtime(texts::STOPPED.message(&[("why", &why)]))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;
    use crate::runtime::secret::Secret;

    /// A folder of its own, removed at its end.
    struct WritingFolder(PathBuf);

    impl WritingFolder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("bina-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).expect("a folder");
            Self(folder)
        }

        fn plan(&self) -> WritingPlan {
            let mut plan = WritingPlan::default();
            let secret = Secret::new("hush".into());
            plan.secret(&self.0.join("new/secret"), &secret, None).expect("planned");
            plan.configuration(&self.0.join("b.toml"), "new", (Some("old"), false), false)
                .expect("planned");
            plan
        }
    }

    impl Drop for WritingFolder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn an_interrupt_leaves_the_rest_as_it_was() {
        let folder = WritingFolder::new("interrupted");
        fs::write(folder.0.join("b.toml"), "old").expect("a file");
        let mut asked = 0;
        let is_interrupted = || {
            asked += 1;
            asked > 1
        };
        let failed = write(&folder.plan(), Language::English, is_interrupted).expect_err("stopped");
        assert!(failed.message().english.contains("interrupted"), "{failed:?}");
        let read = |name: &str| fs::read_to_string(folder.0.join(name)).expect(name);
        assert_eq!((read("new/secret").as_str(), read("b.toml").as_str()), ("hush", "old"));
        let mode = |name: &str| fs::metadata(folder.0.join(name)).expect(name).permissions().mode();
        assert_eq!((mode("new/secret") & 0o777, mode("new") & 0o777), (0o600, 0o755));
    }

    #[test]
    fn a_file_that_cannot_be_written_stays_whole() {
        let folder = WritingFolder::new("unwritable");
        fs::write(folder.0.join("b.toml"), "old").expect("a file");
        let plan = folder.plan();
        // The name under which it is written first is taken, by what cannot be removed as a file.
        fs::create_dir_all(folder.0.join("b.toml.new/x")).expect("a folder");
        let failed = write(&plan, Language::English, || false).expect_err("no place");
        assert!(failed.message().english.contains("b.toml"), "{failed:?}");
        assert_eq!(fs::read_to_string(folder.0.join("b.toml")).expect("there"), "old");
        let names = fs::read_dir(&folder.0).expect("there").count();
        assert_eq!(names, 3, "new, b.toml and the folder in its way");
    }
}
