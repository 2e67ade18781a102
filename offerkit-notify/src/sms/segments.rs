//! How a text is cut into the parts that networks carry and bill.

/// How the characters of a text message are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Seven bits a character, with an extension table (3GPP TS 23.038).
    Gsm7,
    /// Two bytes a character, four outside the basic plane: for any text with a character that GSM-7 lacks.
    Ucs2,
}

impl Encoding {
    /// The units of a message that stands alone.
    const fn alone(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// The units of a part; the rest says which part of which message it is.
    const fn part(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    fn units(self, character: char) -> usize {
        match self {
            Self::Gsm7 => 1 + usize::from(EXTENSION.contains(character)),
            Self::Ucs2 => character.len_utf16(),
        }
    }
}

/// The characters of one unit. The escape to the extension table is none.
pub(super) const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
                     abcdefghijklmnopqrstuvwxyzäöñüà";

/// The characters of two units.
pub(super) const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// What a text costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// How it is written.
    pub encoding: Encoding,
    /// Its length: in septets for GSM-7, in pairs of bytes for UCS-2.
    pub units: usize,
    /// How many messages it takes. An empty text takes one.
    pub count: usize,
}

/// What `text` costs: how it is written, how long it is, and how many messages it takes.
///
/// 160 units of GSM-7 or 70 of UCS-2 are one message; a longer text is cut into parts of 153 or 67, and no character is cut.
///
/// ```
/// use offerkit_notify::sms::{Encoding, segments};
///
/// let plain = segments("Your gold card waits [5 % off].");
/// assert_eq!((plain.encoding, plain.units, plain.count), (Encoding::Gsm7, 33, 1));
/// let hindi = segments(&"आपका गोल्ड कार्ड तैयार है। ".repeat(3));
/// assert_eq!((hindi.encoding, hindi.count), (Encoding::Ucs2, 2));
/// ```
#[must_use]
pub fn segments(text: &str) -> Segments {
    let (encoding, parts) = parts(text);
    Segments {
        encoding,
        units: text.chars().map(|one| encoding.units(one)).sum(),
        count: parts.len(),
    }
}

/// The parts of `text`, one for each message that it takes.
#[must_use]
pub fn parts(text: &str) -> (Encoding, Vec<&str>) {
    let is_gsm7 = |one: char| BASIC.contains(one) || EXTENSION.contains(one);
    let encoding = if text.chars().all(is_gsm7) {
        Encoding::Gsm7
    } else {
        Encoding::Ucs2
    };
    let units: usize = text.chars().map(|one| encoding.units(one)).sum();
    if units <= encoding.alone() {
        return (encoding, vec![text]);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut room = encoding.part();
        let end =
            rest.char_indices()
                .find_map(|(at, one)| match room.checked_sub(encoding.units(one)) {
                    Some(left) => {
                        room = left;
                        None
                    }
                    None => Some(at),
                });
        let (part, more) = rest.split_at(end.unwrap_or(rest.len()));
        parts.push(part);
        rest = more;
    }
    (encoding, parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_tables_have_what_the_standard_lists() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        let mut all: Vec<_> = BASIC.chars().chain(EXTENSION.chars()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 137);
    }

    #[test]
    fn a_text_is_cut_at_the_limits() {
        for (text, encoding, units, count) in [
            (String::new(), Encoding::Gsm7, 0, 1),
            ("a".repeat(160), Encoding::Gsm7, 160, 1),
            ("a".repeat(161), Encoding::Gsm7, 161, 2),
            ("a".repeat(306), Encoding::Gsm7, 306, 2),
            ("a".repeat(307), Encoding::Gsm7, 307, 3),
            ("€".repeat(80), Encoding::Gsm7, 160, 1),
            ("€".repeat(81), Encoding::Gsm7, 162, 2),
            // 76 pairs fit into 153, so that one septet of each part stays empty.
            ("€".repeat(153), Encoding::Gsm7, 306, 3),
            ("₹".repeat(70), Encoding::Ucs2, 70, 1),
            ("₹".repeat(71), Encoding::Ucs2, 71, 2),
            ("₹".repeat(134), Encoding::Ucs2, 134, 2),
            ("₹".repeat(135), Encoding::Ucs2, 135, 3),
            ("😀".repeat(35), Encoding::Ucs2, 70, 1),
            ("😀".repeat(67), Encoding::Ucs2, 134, 3),
            ("ç".to_owned(), Encoding::Ucs2, 1, 1),
            ("\u{1b}".to_owned(), Encoding::Ucs2, 1, 1),
            ("\t".to_owned(), Encoding::Ucs2, 1, 1),
        ] {
            let expected = Segments {
                encoding,
                units,
                count,
            };
            assert_eq!(segments(&text), expected, "{text:?}");
        }
    }

    /// The units of every character, written out, and dealt one by one.
    fn naive(text: &str) -> (Encoding, usize) {
        let septets = |one: char| {
            if BASIC.chars().any(|basic| basic == one) {
                Some(1)
            } else {
                EXTENSION.chars().any(|more| more == one).then_some(2)
            }
        };
        let gsm: Option<Vec<usize>> = text.chars().map(septets).collect();
        let (encoding, units, alone, part) = if let Some(units) = gsm {
            (Encoding::Gsm7, units, 160, 153)
        } else {
            let units = text.chars().map(|one| one.encode_utf16(&mut [0; 2]).len());
            (Encoding::Ucs2, units.collect(), 70, 67)
        };
        if units.iter().sum::<usize>() <= alone {
            return (encoding, 1);
        }
        let (mut count, mut used) = (1, 0);
        for unit in units {
            if used + unit > part {
                (count, used) = (count + 1, 0);
            }
            used += unit;
        }
        (encoding, count)
    }

    fn text() -> impl Strategy<Value = String> {
        let gsm = prop::collection::vec(
            prop::sample::select([BASIC, EXTENSION].concat().chars().collect::<Vec<_>>()),
            0..500,
        );
        // About the limits, where a mistake of one shows.
        let edge = (
            1..4_usize,
            prop::sample::select(vec![67_usize, 70, 153, 160]),
            0..3_usize,
        );
        let edge = edge.prop_map(|(parts, part, off)| parts * part + off - 1);
        prop_oneof![
            (edge, prop::sample::select(vec!["a", "€", "₹", "😀"]))
                .prop_map(|(length, one)| one.repeat(length)),
            gsm.prop_map(|characters| characters.into_iter().collect()),
            "[a-z€]{0,400}",
            "[a-z₹😀]{0,250}",
            "\\PC{0,250}",
        ]
    }

    proptest! {
        #[test]
        fn the_count_is_the_naive_one(text in text()) {
            let counted = segments(&text);
            prop_assert_eq!((counted.encoding, counted.count), naive(&text));
        }

        #[test]
        fn the_parts_are_the_text_and_each_fits(text in text()) {
            let (encoding, parts) = parts(&text);
            prop_assert_eq!(parts.concat(), text.as_str());
            let limit = if parts.len() == 1 { encoding.alone() } else { encoding.part() };
            for part in parts {
                prop_assert!(part.chars().map(|one| encoding.units(one)).sum::<usize>() <= limit);
            }
        }
    }
}
