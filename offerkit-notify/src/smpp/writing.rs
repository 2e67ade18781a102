//! A message as the PDUs that carry it.

use std::str::FromStr as _;

use offerkit_core::{id::DeliveryId, ports::Message};
use rusmpp::{
    pdus::SubmitSm,
    tlvs::MessageSubmissionRequestTlvValue as Tlv,
    types::{AnyOctetString, COctetString, OctetString},
    values::{DataCoding, EsmClass, MessagePayload, Npi, RegisteredDelivery, Ton},
};

use crate::sms::{Encoding, encoded, is_phone_number, parts, segments};

/// How a text goes that is longer than one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LongTexts {
    /// As parts, with a header in each that the phone puts them together by. Taken by most message centres.
    #[default]
    Headers,
    /// As parts, with the same in the optional parameters `sar_*`.
    Parameters,
    /// As one, in the optional parameter `message_payload`: the message centre cuts it.
    Payload,
}

/// `esm_class` of a message whose text begins with a header.
const WITH_HEADER: u8 = 0x40;

/// Where messages come from.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    ton: Ton,
    npi: Npi,
    address: COctetString<1, 21>,
}

impl Sender {
    /// A phone number such as `+15550100`, a short code, or a name of at most 11 letters, digits and spaces.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_name_char = |c: char| c.is_ascii_alphanumeric() || c == ' ';
        let (ton, npi, text) = if is_phone_number(text) {
            (Ton::International, Npi::Isdn, text.trim_start_matches('+'))
        } else if (3..=8).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit()) {
            (Ton::NetworkSpecific, Npi::Unknown, text)
        } else if (1..=11).contains(&text.len()) && text.chars().all(is_name_char) {
            (Ton::Alphanumeric, Npi::Unknown, text)
        } else {
            return None;
        };
        let address = COctetString::from_str(text).ok()?;
        Some(Self { ton, npi, address })
    }
}

/// What all messages of a notifier have in common.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) sender: Sender,
    pub(super) long_texts: LongTexts,
    pub(super) max_segments: usize,
    pub(super) asks_for_receipts: bool,
}

impl Form {
    /// The PDUs of a message, or why there are none. Every attempt makes the same.
    pub(super) fn pdus(&self, message: &Message) -> Result<Vec<SubmitSm>, String> {
        if !is_phone_number(&message.address) {
            return Err("the address is no phone number".to_owned());
        }
        let number = message.address.trim_start_matches('+');
        let destination = COctetString::from_str(number)
            .map_err(|_| "the address is no phone number".to_owned())?;
        let count = segments(&message.body).count;
        if count > self.max_segments {
            let allowed = self.max_segments;
            return Err(format!(
                "the text takes {count} parts, {allowed} are allowed"
            ));
        }
        let (encoding, parts) = parts(&message.body);
        let whole = SubmitSm::builder()
            .source_addr_ton(self.sender.ton)
            .source_addr_npi(self.sender.npi)
            .source_addr(self.sender.address.clone())
            .dest_addr_ton(Ton::International)
            .dest_addr_npi(Npi::Isdn)
            .destination_addr(destination)
            // The default of the type has a bit set.
            .esm_class(EsmClass::from(0))
            .registered_delivery(RegisteredDelivery::from(u8::from(self.asks_for_receipts)))
            .data_coding(match encoding {
                Encoding::Gsm7 => DataCoding::McSpecific,
                Encoding::Ucs2 => DataCoding::Ucs2,
            })
            .build();
        if let ([_], _) | (_, LongTexts::Payload) = (parts.as_slice(), self.long_texts) {
            return Ok(vec![text(whole, encoded(encoding, &message.body), 0)?]);
        }
        let total = u8::try_from(parts.len()).map_err(|_| "the text takes too many parts")?;
        let reference = reference(message.id);
        let numbered = (1_u8..).zip(parts);
        let pdus = numbered.map(|(number, part)| {
            let mut pdu = whole.clone();
            let mut bytes = Vec::new();
            if self.long_texts == LongTexts::Headers {
                pdu.esm_class = EsmClass::from(WITH_HEADER);
                let [_, low] = reference.to_be_bytes();
                // Concatenated messages with an 8-bit reference (3GPP TS 23.040, 9.2.3.24.1).
                bytes.extend([5, 0, 3, low, total, number]);
            } else {
                pdu.push_tlv(Tlv::SarMsgRefNum(reference));
                pdu.push_tlv(Tlv::SarTotalSegments(total));
                pdu.push_tlv(Tlv::SarSegmentSeqnum(number));
            }
            bytes.extend(encoded(encoding, part));
            text(pdu, bytes, number)
        });
        pdus.collect()
    }
}

/// With this text: as the short message where it fits, else as the payload.
fn text(mut pdu: SubmitSm, bytes: Vec<u8>, part: u8) -> Result<SubmitSm, String> {
    const SHORT: usize = 254;
    if bytes.len() <= SHORT {
        let short = OctetString::from_vec(bytes);
        pdu.set_short_message(short.map_err(|_| format!("part {part} of the text is too long"))?);
    } else {
        let payload = AnyOctetString::from_vec(bytes);
        pdu.push_tlv(Tlv::MessagePayload(MessagePayload::new(payload)));
    }
    Ok(pdu)
}

/// What the parts of a message have in common; the same on every attempt.
fn reference(id: DeliveryId) -> u16 {
    let bytes = id.as_uuid().into_bytes();
    let [.., high, low] = bytes;
    u16::from_be_bytes([high, low])
}
