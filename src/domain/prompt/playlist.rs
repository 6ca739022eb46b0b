//! Formats the sounds of a rule for each PBX.

/// Maximum sounds of one rule; a caller hangs up long before the ninth.
pub const SOUNDS_MAX: usize = 8;
/// Maximum bytes of a prompt argument: far below the limits of both PBXs for an application argument,
/// and small enough to keep the whole Asterisk answer under its limit of 4,095.
pub const PLAYLIST_BYTES_MAX: usize = 512;

/// How one PBX names a sound: a prefix and a suffix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundForm {
    pub prefix: String,
    pub suffix: String,
}

impl SoundForm {
    pub(super) fn element(&self, sound: &str) -> String {
        format!("{}{sound}{}", self.prefix, self.suffix)
    }
}

/// The sounds of one rule, formatted once for each PBX.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Playlist {
    /// An argument for Asterisk's `Playback`: elements joined by `&`.
    pub asterisk: String,
    /// An argument for FreeSWITCH's `playback`: a path, or `file_string://a!b`.
    pub freeswitch: String,
}

impl Playlist {
    /// Formats `sounds` for both PBXs; returns `None` beyond `SOUNDS_MAX` or `PLAYLIST_BYTES_MAX`.
    pub fn new(sounds: &[&str], asterisk: &SoundForm, freeswitch: &SoundForm) -> Option<Self> {
        let elements =
            |form: &SoundForm| sounds.iter().map(|sound| form.element(sound)).collect::<Vec<_>>();
        Self::of_elements(&elements(asterisk), &elements(freeswitch))
    }

    /// Joins what each PBX plays, in order; returns `None` beyond `SOUNDS_MAX` or `PLAYLIST_BYTES_MAX`.
    pub(super) fn of_elements(asterisk: &[String], freeswitch: &[String]) -> Option<Self> {
        let scheme = if freeswitch.len() > 1 { "file_string://" } else { "" };
        let list = Self {
            asterisk: asterisk.join("&"),
            freeswitch: format!("{scheme}{}", freeswitch.join("!")),
        };
        let fits = asterisk.len() <= SOUNDS_MAX
            && list.asterisk.len().max(list.freeswitch.len()) <= PLAYLIST_BYTES_MAX;
        fits.then_some(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(prefix: &str, suffix: &str) -> SoundForm {
        SoundForm { prefix: prefix.into(), suffix: suffix.into() }
    }

    fn playlist(sounds: &[&str]) -> Option<Playlist> {
        Playlist::new(sounds, &form("bina/", ""), &form("bina/", ".wav"))
    }

    #[test]
    fn playlists_are_formatted_for_each_pbx_and_bounded() {
        let two = playlist(&["a", "b"]).expect("two short sounds");
        assert_eq!(two.asterisk, "bina/a&bina/b");
        assert_eq!(two.freeswitch, "file_string://bina/a.wav!bina/b.wav");
        assert_eq!(playlist(&["a"]).expect("one short sound").freeswitch, "bina/a.wav");
        assert_eq!(playlist(&["a"; 9]), None);
        assert_eq!(playlist(&["x".repeat(300).as_str(); 2]), None);
    }
}
