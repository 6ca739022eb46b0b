//! How one sample is written: integers of 8 to 32 bits, and floating point.

use super::AudioError;

/// Number of the format that states the true one after its other fields.
pub(super) const EXTENSIBLE: u16 = 0xFFFE;
const PCM: u16 = 1;
const FLOATING_POINT: u16 = 3;

/// How one sample is written, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SampleCoding {
    Float32,
    Float64,
    Signed16,
    Signed24,
    Signed32,
    /// 8-bit samples alone have no sign: silence is 128.
    Unsigned8,
}

impl SampleCoding {
    /// The coding of a format's number and its bits per sample.
    pub(super) fn new(format: u16, bits: u16) -> Result<Self, AudioError> {
        match (format, bits) {
            (PCM, 8) => Ok(Self::Unsigned8),
            (PCM, 16) => Ok(Self::Signed16),
            (PCM, 24) => Ok(Self::Signed24),
            (PCM, 32) => Ok(Self::Signed32),
            (FLOATING_POINT, 32) => Ok(Self::Float32),
            (FLOATING_POINT, 64) => Ok(Self::Float64),
            (PCM | FLOATING_POINT, _) => Err(AudioError::SampleBits { coding: format, bits }),
            _ => Err(AudioError::Coding(format)),
        }
    }

    /// Bytes of a sample.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Unsigned8 => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Float32 | Self::Signed32 => 4,
            Self::Float64 => 8,
        }
    }

    /// Reads one sample of [`Self::size`] bytes; full scale is -1 to 1. Other lengths are no number.
    pub(super) fn decode(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Unsigned8, &[a]) => (f32::from(a) - 128.0) / 128.0,
            (Self::Signed16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
            (Self::Signed24, &[a, b, c]) => of_integer([0, a, b, c]),
            (Self::Signed32, &[a, b, c, d]) => of_integer([a, b, c, d]),
            (Self::Float32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (Self::Float64, _) => {
                bytes.try_into().map_or(f32::NAN, |b| f64::from_le_bytes(b) as f32)
            }
            _ => f32::NAN,
        }
    }

    /// Whether a sample may be infinite or no number.
    pub(super) fn is_floating_point(self) -> bool {
        matches!(self, Self::Float32 | Self::Float64)
    }
}

/// A sample whose most significant bits are those of `bytes`, little-endian.
fn of_integer(bytes: [u8; 4]) -> f32 {
    (f64::from(i32::from_le_bytes(bytes)) / 2_147_483_648.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_full_scale_is_the_same_in_every_coding() {
        for (format, bits, bytes) in [
            (1, 8, &[192][..]),
            (1, 16, &[0, 0x40]),
            (1, 24, &[0, 0, 0x40]),
            (1, 32, &[0, 0, 0, 0x40]),
            (3, 32, &0.5_f32.to_le_bytes()),
            (3, 64, &0.5_f64.to_le_bytes()),
        ] {
            let coding = SampleCoding::new(format, bits).expect("a coding");
            assert_eq!(coding.size(), bytes.len());
            assert_eq!(coding.decode(bytes).to_bits(), 0.5_f32.to_bits(), "{coding:?}");
        }
    }

    #[test]
    fn the_lowest_value_is_full_scale_in_every_integer_coding() {
        for (bits, bytes) in
            [(8, &[0][..]), (16, &[0, 0x80]), (24, &[0, 0, 0x80]), (32, &[0, 0, 0, 0x80])]
        {
            let coding = SampleCoding::new(1, bits).expect("a coding");
            assert_eq!(coding.decode(bytes).to_bits(), (-1.0_f32).to_bits(), "{coding:?}");
        }
    }

    #[test]
    fn other_codings_are_rejected_with_their_number_and_bits() {
        assert_eq!(SampleCoding::new(7, 8), Err(AudioError::Coding(7)));
        let of_12_bits = AudioError::SampleBits { coding: 1, bits: 12 };
        assert_eq!(SampleCoding::new(1, 12), Err(of_12_bits));
        assert_eq!(SampleCoding::new(3, 16), Err(AudioError::SampleBits { coding: 3, bits: 16 }));
    }

    #[test]
    fn a_sample_of_another_length_is_no_number() {
        assert!(SampleCoding::Signed16.decode(&[1]).is_nan());
        assert!(SampleCoding::Float64.decode(&[0; 4]).is_nan());
    }
}
