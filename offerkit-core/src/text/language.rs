//! Languages, as BCP 47 names them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{TextError, text_traits};

const KIND: &str = "language tag";
const ALLOWED: &str =
    "the parts of a BCP 47 tag, language, script, region and variants: `hi`, `pt-BR`, `zh-Hant`";

/// A language: `hi`, `pt-BR`, `zh-Hant-TW`. Language, script, region and variants of a BCP 47 tag, without its extensions,
/// which say nothing about a text; written as the standard recommends, whatever the case it was given in.
///
/// ```
/// use offerkit_core::text::LanguageTag;
///
/// let tag: LanguageTag = "PT-br".parse()?;
/// assert_eq!(tag.as_str(), "pt-BR");
/// assert_eq!(tag.primary(), "pt");
/// assert!("Hindi (India)".parse::<LanguageTag>().is_err());
/// # Ok::<_, offerkit_core::text::TextError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LanguageTag(Box<str>);

impl LanguageTag {
    /// The most characters.
    pub const MAX_CHARS: usize = 35;

    /// The language alone: `pt` of `pt-BR`.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split_once('-').map_or(&self.0, |(first, _)| first)
    }

    /// The language that a customer's record means: a tag, also one with extensions or written as a locale (`pt_BR.UTF-8`).
    /// None where it names no language in either way.
    #[must_use]
    pub fn of_record(text: &str) -> Option<Self> {
        let text = text.trim().split(['.', '@']).next().unwrap_or_default();
        let text = text.replace('_', "-");
        // A part of one character begins an extension.
        let parts: Vec<_> = text.split('-').take_while(|part| part.len() != 1).collect();
        parts.join("-").parse().ok()
    }

    /// The tag without its last part, unless nothing is left.
    pub(crate) fn wider(&self) -> Option<Self> {
        self.0.rsplit_once('-').map(|(rest, _)| Self(rest.into()))
    }
}

impl FromStr for LanguageTag {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let length = text.chars().count();
        if length > Self::MAX_CHARS {
            return Err(TextError::TooLong {
                kind: KIND,
                length,
                limit: Self::MAX_CHARS,
            });
        }
        if text.is_empty() {
            return Err(TextError::Empty { kind: KIND });
        }
        normalised(text)
            .map(|tag| Self(tag.into()))
            .ok_or_else(|| TextError::Character {
                kind: KIND,
                text: text.to_owned(),
                allowed: ALLOWED,
            })
    }
}

text_traits!(LanguageTag);

/// Where a part of a tag may stand: after one of a lower place, variants in any number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Language,
    Script,
    Region,
    Variant,
}

/// The tag in its recommended case: language and variants small, the script with a capital, the region in capitals.
fn normalised(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let language = parts.next().filter(|part| {
        matches!(part.len(), 2 | 3) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    })?;
    let mut tag = language.to_ascii_lowercase();
    let (mut last, mut variants) = (Place::Language, Vec::new());
    for part in parts {
        let place = place(part)?;
        if place < last || (place == last && place != Place::Variant) {
            return None;
        }
        last = place;
        let small = part.to_ascii_lowercase();
        tag.push('-');
        match place {
            Place::Region => tag.push_str(&part.to_ascii_uppercase()),
            Place::Script => {
                let mut letters = small.chars();
                tag.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                tag.push_str(letters.as_str());
            }
            Place::Language | Place::Variant => {
                tag.push_str(&small);
                if variants.contains(&small) {
                    return None;
                }
                variants.push(small);
            }
        }
    }
    Some(tag)
}

fn place(part: &str) -> Option<Place> {
    let all = |test: fn(&u8) -> bool| part.bytes().all(|byte| test(&byte));
    let begins_with_digit = part
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit());
    match part.len() {
        2 if all(u8::is_ascii_alphabetic) => Some(Place::Region),
        3 if all(u8::is_ascii_digit) => Some(Place::Region),
        4 if all(u8::is_ascii_alphabetic) => Some(Place::Script),
        4 if begins_with_digit && all(u8::is_ascii_alphanumeric) => Some(Place::Variant),
        5..=8 if all(u8::is_ascii_alphanumeric) => Some(Place::Variant),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Option<String> {
        text.parse().ok().map(|tag: LanguageTag| tag.to_string())
    }

    #[test]
    fn tags_are_written_in_one_way() {
        for (given, written) in [
            ("HI", "hi"),
            ("pt-br", "pt-BR"),
            ("ZH-hANT-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("sl-ROZAJ-Biske", "sl-rozaj-biske"),
            ("de-ch-1901", "de-CH-1901"),
            ("gsw", "gsw"),
        ] {
            assert_eq!(tag(given).as_deref(), Some(written), "{given}");
            assert_eq!(tag(written).as_deref(), Some(written), "{written}");
        }
    }

    #[test]
    fn other_texts_are_no_tags() {
        for text in [
            "",
            "h",
            "hindi",
            "hi-",
            "-hi",
            "hi--IN",
            "hi_IN",
            "hi IN",
            "12",
            "hi-IN-IN",
            "hi-IN-Deva",
            "en-u-hc-h12",
            "x-own",
            "zh-yue",
            "हि",
            "de-1901-1901",
            "hi\n",
            "sl-rozaj-biske-nedis-solba-1994-abcdefgh",
        ] {
            assert_eq!(tag(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_record_may_write_a_language_in_other_ways() {
        let read = |text| LanguageTag::of_record(text).map(|tag| tag.to_string());
        for (written, language) in [
            (" hi ", "hi"),
            ("pt_BR", "pt-BR"),
            ("pt_BR.UTF-8", "pt-BR"),
            ("sr_RS@latin", "sr-RS"),
            ("en-GB-u-hc-h12", "en-GB"),
        ] {
            assert_eq!(read(written).as_deref(), Some(language), "{written}");
        }
        for text in ["", "Hindi", "C", "POSIX", "x-own", "\u{0}"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_tag_grows_wider_until_the_language_is_left() {
        let mut tag = "zh-Hant-TW".parse::<LanguageTag>().ok();
        let mut seen = Vec::new();
        while let Some(wider) = tag.as_ref().and_then(LanguageTag::wider) {
            seen.push(wider.to_string());
            tag = Some(wider);
        }
        assert_eq!(seen, ["zh-Hant", "zh"]);
    }
}
