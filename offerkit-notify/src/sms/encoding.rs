//! The bytes of a text.

use super::{
    Encoding,
    segments::{BASIC, EXTENSION},
};

/// Says that a character of the extension table follows. In the basic table it stands in the way of none.
const ESCAPE: u8 = 0x1B;
/// Where the characters of the extension table stand, in the order of [`EXTENSION`].
const EXTENSION_CODES: [u8; 10] = [0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65];

/// The text, a septet of GSM-7 in each byte, or in the two bytes of UTF-16 that UCS-2 means today.
///
/// A character that the encoding lacks is left out; [`parts`](super::parts) names one that lacks none.
pub(crate) fn encoded(encoding: Encoding, text: &str) -> Vec<u8> {
    match encoding {
        Encoding::Gsm7 => text.chars().flat_map(septets).collect(),
        Encoding::Ucs2 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    }
}

fn septets(character: char) -> Vec<u8> {
    let place = (0_u8..).zip(BASIC.chars());
    let mut place = place.filter(|(_, one)| *one == character);
    if let Some((place, _)) = place.next() {
        return vec![place + u8::from(place >= ESCAPE)];
    }
    let extension = EXTENSION_CODES.into_iter().zip(EXTENSION.chars());
    let mut found = extension.filter(|(_, one)| *one == character);
    found
        .next()
        .map_or_else(Vec::new, |(code, _)| vec![ESCAPE, code])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_stand_where_the_standard_has_them() {
        for (text, bytes) in [
            ("@£$¥", &[0x00, 0x01, 0x02, 0x03][..]),
            (
                "\nØø\rÅåΔ_",
                &[0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11],
            ),
            ("ΞÆæßÉ !", &[0x1A, 0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x21]),
            ("09AZaz", &[0x30, 0x39, 0x41, 0x5A, 0x61, 0x7A]),
            (
                "¡ÄÖÑÜ§¿äöñüà",
                &[
                    0x40, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F,
                ],
            ),
            (
                "^{}\\[~]|€",
                &[
                    0x1B, 0x14, 0x1B, 0x28, 0x1B, 0x29, 0x1B, 0x2F, 0x1B, 0x3C, 0x1B, 0x3D, 0x1B,
                    0x3E, 0x1B, 0x40, 0x1B, 0x65,
                ],
            ),
        ] {
            assert_eq!(encoded(Encoding::Gsm7, text), bytes, "{text}");
        }
        assert_eq!(
            encoded(Encoding::Ucs2, "a₹😀"),
            [0, 0x61, 0x20, 0xB9, 0xD8, 0x3D, 0xDE, 0x00]
        );
    }

    #[test]
    fn every_character_has_bytes_of_its_own() {
        let mut all: Vec<_> = BASIC
            .chars()
            .chain(EXTENSION.chars())
            .map(septets)
            .collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 137);
    }
}
