//! Addresses as they stand in SMTP commands.

use offerkit_core::text::EmailAddress;

/// An address that is safe to put into a command or header.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Mailbox {
    text: String,
    at: usize,
}

impl Mailbox {
    /// `None` for what is no address, and for what could end a command or header early: any control character, white space
    /// or angle bracket, quoted or not.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_unsafe =
            |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '\\');
        if text.contains(is_unsafe) {
            return None;
        }
        text.parse::<EmailAddress>().ok()?;
        let (local, domain) = text.rsplit_once('@')?;
        // A domain in any script has a form in ASCII (RFC 5891), so only the part before it needs SMTPUTF8.
        let domain = if domain.is_ascii() {
            domain.to_owned()
        } else {
            idna::domain_to_ascii(domain).ok()?
        };
        Some(Self {
            at: local.len(),
            text: format!("{local}@{domain}"),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// Whether the server has to know SMTPUTF8 (RFC 6531).
    pub(super) fn needs_utf8(&self) -> bool {
        !self.text.is_ascii()
    }
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailbox(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_end_a_command_is_no_address() {
        for text in [
            "asha@example.com\r\nRCPT TO:<all@example.com>",
            "asha@example.com\n",
            "asha\r@example.com",
            "\"asha\r\nDATA\r\n\"@example.com",
            "\"asha> SIZE=1\"@example.com",
            "asha@example.com>",
            "asha@example.com\0",
            "asha@example.com\u{85}",
            "asha@exam\u{2028}ple.com",
            "asha",
            "@example.com",
            "",
        ] {
            assert_eq!(Mailbox::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_domain_in_any_script_needs_no_smtputf8() {
        let mailbox = Mailbox::parse("asha@भारत.example").unwrap();
        assert_eq!(mailbox.as_str(), "asha@xn--h2brj9c.example");
        assert_eq!(mailbox.domain(), "xn--h2brj9c.example");
        assert!(!mailbox.needs_utf8());
        assert!(Mailbox::parse("आशा@example.com").unwrap().needs_utf8());
    }

    proptest! {
        #[test]
        fn an_address_that_is_taken_is_one_word(text in "\\PC{0,6}[\\x00-\\x7f\u{85}\u{2028}<>]{0,3}@[a-z\\x00-\\x20<>]{1,6}\\.com") {
            if let Some(mailbox) = Mailbox::parse(&text) {
                prop_assert!(!mailbox.as_str().contains(|c: char| c.is_control() || c.is_whitespace() || c == '<' || c == '>'));
            }
        }
    }
}
