//! Links by which customers opt out, without a login.

use std::{fmt, sync::Arc};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::{Error, Offerkit};
use crate::{
    domain::{Channel, Consent, ConsentWord, Purpose},
    id::CustomerId,
};

/// Where customers opt out, and the secret that makes their links: what
/// [`OfferkitBuilder::opt_out_links`](super::OfferkitBuilder::opt_out_links) takes.
///
/// A link is the base URL with a token at its end, which the host's endpoint gives to
/// [`Offerkit::unsubscribe`]. The secret is the installation's own, the same for every process and kept for as long as
/// links are to work.
#[derive(Clone)]
pub struct OptOutLinks {
    base: Arc<str>,
    key: Hmac<Sha256>,
}

/// What no link can be made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptOutLinksError {
    /// One-click links are `https` URLs (RFC 8058).
    #[error("the base of opt-out links does not begin with `https://`")]
    NotHttps,
    /// A control character or a space.
    #[error("the base of opt-out links has a space or a control character")]
    Character,
    /// Shorter than 32 bytes.
    #[error("the secret of opt-out links has fewer than 32 bytes")]
    ShortSecret,
}

/// How many bytes of the code a token has.
const CODE_BYTES: usize = 16;
const VERSION: u8 = 1;

impl OptOutLinks {
    /// Links that begin with `base`, such as `https://bank.example/opt-out?token=`.
    ///
    /// # Errors
    ///
    /// [`OptOutLinksError`] for a base that is no `https` URL, and for a secret of fewer than 32 bytes.
    pub fn new(base: &str, secret: &[u8]) -> Result<Self, OptOutLinksError> {
        if !base.starts_with("https://") {
            return Err(OptOutLinksError::NotHttps);
        }
        if base.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(OptOutLinksError::Character);
        }
        if secret.len() < 32 {
            return Err(OptOutLinksError::ShortSecret);
        }
        let key = Hmac::new_from_slice(secret).map_err(|_| OptOutLinksError::ShortSecret)?;
        Ok(Self {
            base: base.into(),
            key,
        })
    }

    /// The link of a customer, for messages of a purpose over a channel.
    #[must_use]
    pub fn link(&self, customer: CustomerId, channel: Channel, purpose: Purpose) -> String {
        let mut token = payload(customer, channel, purpose).to_vec();
        let code = self.key.clone().chain_update(&token).finalize();
        token.extend(code.into_bytes().iter().take(CODE_BYTES));
        let mut link = self.base.to_string();
        let digits = token.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        link.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
        link
    }

    /// Whom a token stands for, if it was made with the secret.
    fn read(&self, token: &str) -> Option<(CustomerId, Channel, Purpose)> {
        let bytes = bytes(token)?;
        let (said, code) = bytes.split_at_checked(PAYLOAD_BYTES)?;
        if code.len() != CODE_BYTES {
            return None;
        }
        let key = self.key.clone().chain_update(said);
        key.verify_truncated_left(code).ok()?;
        let (head, customer) = said.split_at_checked(3)?;
        let [version, channel, purpose] = <[u8; 3]>::try_from(head).ok()?;
        let customer = CustomerId::from_uuid(Uuid::from_slice(customer).ok()?);
        let channel = Channel::ALL
            .into_iter()
            .find(|it| code_of(*it) == channel)?;
        let purpose = Purpose::ALL
            .into_iter()
            .find(|it| code_of_purpose(*it) == purpose)?;
        (version == VERSION).then_some((customer, channel, purpose))
    }
}

impl fmt::Debug for OptOutLinks {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptOutLinks")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

const PAYLOAD_BYTES: usize = 19;

fn payload(customer: CustomerId, channel: Channel, purpose: Purpose) -> [u8; PAYLOAD_BYTES] {
    let mut payload = [0; PAYLOAD_BYTES];
    let head = [VERSION, code_of(channel), code_of_purpose(purpose)];
    let customer = customer.as_uuid();
    let bytes = head.iter().chain(customer.as_bytes());
    for (place, byte) in payload.iter_mut().zip(bytes) {
        *place = *byte;
    }
    payload
}

// Links live longer than releases, so these numbers never change.
const fn code_of(channel: Channel) -> u8 {
    match channel {
        Channel::Email => 1,
        Channel::Sms => 2,
        Channel::Push => 3,
        Channel::Webhook => 4,
    }
}

const fn code_of_purpose(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::Marketing => 1,
        Purpose::Service => 2,
    }
}

/// The bytes of a token, in lower-case hexadecimal.
fn bytes(token: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = token.bytes().map(digit).collect();
    let digits = digits.filter(|digits| digits.len() == 2 * (PAYLOAD_BYTES + CODE_BYTES))?;
    let pairs = digits.chunks_exact(2);
    Some(
        pairs
            .map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit))
            .collect(),
    )
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

impl Offerkit {
    /// Opts a customer out of the messages that a link's token stands for, without a login. Done twice, it does nothing
    /// more. It binds every claim that begins after it: of a campaign that is being sent, the batch that was claimed before
    /// still goes out.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for any other text than a token of ours, whatever is wrong with it; [`Error::NotConfigured`]
    /// without [`OptOutLinks`].
    pub async fn unsubscribe(&self, token: &str) -> Result<(), Error> {
        let links = self.inner.opt_out.as_ref().ok_or(Error::NotConfigured(
            "this installation makes no opt-out links",
        ))?;
        let (customer, channel, purpose) =
            links.read(token).ok_or(Error::NotFound("opt-out link"))?;
        let contacts = &self.inner.contacts;
        let last = contacts.last_word(customer, purpose, channel).await?;
        if last.is_some_and(|last| last.word == ConsentWord::Withdrawn) {
            return Ok(());
        }
        let withdrawn = Consent {
            customer,
            purpose,
            channel,
            said_at: self.now(),
            word: ConsentWord::Withdrawn,
            source: "opt_out_link".parse()?,
        };
        contacts.keep_words(Arc::new(vec![withdrawn]), None).await?;
        Ok(())
    }

    /// The link by which a customer opts out of messages over a channel; service messages have none.
    pub(super) fn opt_out_link(
        &self,
        customer: CustomerId,
        channel: Channel,
        purpose: Purpose,
    ) -> Option<String> {
        match purpose {
            Purpose::Service => None,
            Purpose::Marketing => {
                let links = self.inner.opt_out.as_ref()?;
                Some(links.link(customer, channel, purpose))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://bank.example/opt-out?token=";
    const CUSTOMER: CustomerId = CustomerId::from_uuid(Uuid::from_u128(7));

    fn links(secret: u8) -> OptOutLinks {
        OptOutLinks::new(BASE, &[secret; 32]).unwrap()
    }

    #[test]
    fn a_token_says_whom_it_stands_for_and_no_other_text_does() {
        let (links, others) = (links(1), links(2));
        for channel in Channel::ALL {
            for purpose in Purpose::ALL {
                let link = links.link(CUSTOMER, channel, purpose);
                let token = link.strip_prefix(BASE).unwrap();
                assert_eq!(links.read(token), Some((CUSTOMER, channel, purpose)));
                assert_eq!(others.read(token), None, "another secret");
                for place in 0..token.len() {
                    let mut wrong = token.to_owned();
                    let digit = if token.as_bytes()[place] == b'0' {
                        "1"
                    } else {
                        "0"
                    };
                    wrong.replace_range(place..=place, digit);
                    assert_eq!(links.read(&wrong), None, "{wrong}");
                }
                assert_eq!(links.read(token.get(2..).unwrap()), None);
                assert_eq!(links.read(&format!("{token}00")), None);
                assert_eq!(links.read(&token.to_uppercase()), None);
            }
        }
        assert_eq!(links.read(""), None);
    }

    #[test]
    fn a_base_is_https_and_a_secret_long() {
        let error = |base, secret: &[u8]| OptOutLinks::new(base, secret).unwrap_err();
        assert_eq!(error("http://x", &[0; 32]), OptOutLinksError::NotHttps);
        assert_eq!(error("https://x y", &[0; 32]), OptOutLinksError::Character);
        assert_eq!(error(BASE, &[0; 31]), OptOutLinksError::ShortSecret);
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert_eq!(
            format!("{:?}", links(9)),
            format!("OptOutLinks {{ base: {BASE:?}, .. }}")
        );
    }
}
