//! Customers in the binary format of `COPY`: lengths before values, so that no text needs escaping.

use std::slice;

use offerkit_core::{
    domain::customer::{Gender, KycStatus, MaritalStatus},
    ports::StoreError,
};
use sqlx::{Encode, Postgres, encode::IsNull, postgres::PgArgumentBuffer};

use super::plan::Write;
use crate::error::backend;

/// How many bytes are sent at once, so that the server is at work while the next are made.
const PIECE: usize = 65_536;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Neither flags nor an extension of the header.
const HEADER: [u8; 8] = [0; 8];
const FIELDS: u16 = 21;
const NULL: i32 = -1;
const END: i16 = -1;
/// The only version of `jsonb` on the wire.
const JSONB: u8 = 1;

#[derive(Debug, thiserror::Error)]
#[error("a value is longer than a message of the server's protocol takes")]
struct TooLong;

/// The pieces of a copy, one after the other.
pub(crate) struct Encoder<'w, 'c> {
    writes: slice::Iter<'w, Write<'c>>,
    buffer: PgArgumentBuffer,
    is_begun: bool,
    is_over: bool,
}

impl<'w, 'c> Encoder<'w, 'c> {
    pub(super) fn new(writes: &'w [Write<'c>]) -> Self {
        Self {
            writes: writes.iter(),
            buffer: PgArgumentBuffer::default(),
            is_begun: false,
            is_over: false,
        }
    }

    /// Encodes until a piece is complete, and tells whether there was anything left.
    fn fill(&mut self) -> Result<bool, StoreError> {
        self.buffer.clear();
        if !self.is_begun {
            self.is_begun = true;
            self.buffer.extend_from_slice(SIGNATURE);
            self.buffer.extend_from_slice(&HEADER);
        }
        while !self.is_over && self.buffer.len() < PIECE {
            if let Some(write) = self.writes.next() {
                self.row(write)?;
            } else {
                self.is_over = true;
                self.buffer.extend_from_slice(&END.to_be_bytes());
            }
        }
        Ok(!self.buffer.is_empty())
    }

    fn row(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        let it = write.customer;
        self.buffer.extend_from_slice(&FIELDS.to_be_bytes());
        self.value(&write.id.as_uuid())?;
        self.optional(it.external_id())?;
        self.value(&it.full_name())?;
        self.optional(it.email())?;
        self.optional(it.phone())?;
        self.optional(it.dob())?;
        self.optional(it.gender().map(Gender::as_str))?;
        self.optional(it.kyc_status().map(KycStatus::as_str))?;
        self.optional(it.segment())?;
        self.optional(it.occupation())?;
        self.optional(it.annual_income())?;
        self.optional(it.credit_score())?;
        self.optional(it.state())?;
        self.optional(it.city())?;
        self.optional(it.pin_code())?;
        self.optional(it.marital_status().map(MaritalStatus::as_str))?;
        self.optional(it.account_age_months())?;
        self.optional(it.preferred_language())?;
        self.value(&it.is_active())?;
        self.value(&write.created_at.as_datetime())?;
        self.field(|buffer| {
            buffer.push(JSONB);
            serde_json::to_writer(&mut **buffer, it.attributes())?;
            Ok(IsNull::No)
        })
    }

    fn optional<T: for<'q> Encode<'q, Postgres>>(
        &mut self,
        value: Option<T>,
    ) -> Result<(), StoreError> {
        if let Some(value) = value {
            return self.value(&value);
        }
        self.buffer.extend_from_slice(&NULL.to_be_bytes());
        Ok(())
    }

    fn value<T: for<'q> Encode<'q, Postgres>>(&mut self, value: &T) -> Result<(), StoreError> {
        self.field(|buffer| value.encode_by_ref(buffer))
    }

    /// A length, and as many bytes.
    fn field(
        &mut self,
        encode: impl FnOnce(&mut PgArgumentBuffer) -> Result<IsNull, sqlx::error::BoxDynError>,
    ) -> Result<(), StoreError> {
        let begin = self.buffer.len();
        self.buffer.extend_from_slice(&NULL.to_be_bytes());
        if let IsNull::Yes = encode(&mut self.buffer).map_err(backend)? {
            return Ok(());
        }
        let value = begin.saturating_add(size_of::<i32>());
        let length = self.buffer.len().saturating_sub(value);
        let length = i32::try_from(length).map_err(|_| backend(TooLong))?;
        if let Some(place) = self.buffer.get_mut(begin..value) {
            place.copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }

    /// The next piece; nothing after the last.
    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, StoreError> {
        let is_left = self.fill()?;
        Ok(is_left.then_some(&**self.buffer))
    }
}
