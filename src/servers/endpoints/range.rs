//! Parses a `Range` header (RFC 9110, section 14): the requested bytes of a recording.

/// The requested part of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// From byte `first` to byte `last`, inclusive.
    Some { first: usize, last: usize },
    /// No byte of the recording is in the range.
    Unsatisfiable,
    /// All of it. A malformed header, or one with several ranges, is ignored: no player requests
    /// several ranges, and they would need a multipart body.
    Whole,
}

/// The part of a recording of `length` bytes that `header` requests.
pub(super) fn part(header: &str, length: usize) -> Part {
    let Some((first, last)) = ends(header) else { return Part::Whole };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Part::Whole,
        (Some(first), _) if first >= length => Part::Unsatisfiable,
        (Some(first), Some(last)) => Part::Some { first, last: last.min(length - 1) },
        (Some(first), None) if last.is_empty() => Part::Some { first, last: length - 1 },
        (None, Some(suffix)) if first.is_empty() => match suffix.min(length) {
            0 => Part::Unsatisfiable,
            suffix => Part::Some { first: length - suffix, last: length - 1 },
        },
        _ => Part::Whole,
    }
}

/// The texts on both sides of the dash of a single byte range.
fn ends(header: &str) -> Option<(&str, &str)> {
    let (unit, range) = header.split_once('=')?;
    let is_single = unit.eq_ignore_ascii_case("bytes") && !range.contains(',');
    range.split_once('-').filter(|_| is_single)
}

/// A number; one that overflows is beyond every recording.
fn number(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUGE: &str = "99999999999999999999999999";

    #[test]
    fn a_single_range_is_read_from_the_start_to_the_end_or_as_a_suffix() {
        for (header, first, last) in [
            ("bytes=0-0", 0, 0),
            ("bytes=0-499", 0, 499),
            ("bytes=500-999", 500, 999),
            ("bytes=500-", 500, 999),
            ("bytes=999-", 999, 999),
            ("bytes=900-5000", 900, 999),
            ("bytes=-1", 999, 999),
            ("bytes=-500", 500, 999),
            ("bytes=-5000", 0, 999),
            ("Bytes=007-008", 7, 8),
            (&format!("bytes=0-{HUGE}"), 0, 999),
            (&format!("bytes=-{HUGE}"), 0, 999),
        ] {
            assert_eq!(part(header, 1_000), Part::Some { first, last }, "{header}");
        }
    }

    #[test]
    fn a_range_after_the_end_or_of_no_bytes_is_unsatisfiable() {
        let huge = [format!("bytes={HUGE}-"), format!("bytes={HUGE}-{HUGE}")];
        for header in ["bytes=1000-", "bytes=1000-1000", "bytes=5000-6000", "bytes=-0"]
            .into_iter()
            .chain(huge.iter().map(String::as_str))
        {
            assert_eq!(part(header, 1_000), Part::Unsatisfiable, "{header}");
        }
        assert_eq!(part("bytes=0-", 0), Part::Unsatisfiable);
        assert_eq!(part("bytes=-1", 0), Part::Unsatisfiable);
    }

    #[test]
    fn several_ranges_and_malformed_ones_are_ignored() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "bytes=0-1,",
            "bytes=a-b",
            "bytes=0-x",
            "bytes=+1-2",
            "bytes=--5",
            "bytes=1-2-3",
            "bytes= 0-1",
            "bytes=0x1-2",
            "seconds=0-1",
            "0-1",
        ] {
            assert_eq!(part(header, 1_000), Part::Whole, "{header}");
        }
    }
}
