//! Reads the configuration file section by section, and reports all its problems at once.
//!
//! Each module declares and reads its own settings with `Settings::read(&mut Section)`, which is the
//! only place of their name, kind, limits and default. `app::config` calls the modules in order.
//!
//! ```text
//! text -> tree -> Section --- number, word, text, file ... ---> the module's Settings
//!                    |                                 |
//!                 unknown                problems and warnings, by line and column
//!                    |                                 |
//!                    '-------------> File::problems <--'
//! ```
//! An invalid setting is reported and its default returned, so that reading continues.

mod catalogue;
mod file;
mod files;
mod folders;
mod nearest;
mod place;
mod ports;
mod section;
mod syntax;
mod texts;
mod tree;
mod values;

pub use self::catalogue::{Absent, Setting, SettingKind, Unit};
pub use self::file::{File, Problem};
pub use self::files::{own_group, sealed, shown_to_others};
pub use self::folders::{Folders, HandedOver, NamedFile};
pub use self::place::Place;
pub use self::ports::port_problem;
pub use self::section::Section;
pub use self::tree::Marked;
pub use self::values::Whole;
