//! What stands in a row, as the domain's types.

use std::{error::Error, str::FromStr};

use chrono::{DateTime, Utc};
use offerkit_core::{digest::Digest, ports::StoreError, time::Timestamp};
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IntoDeserializer as _},
};
use serde_json::Value;
use sqlx::{Decode, Postgres, Row as _, Type, postgres::PgRow};

use crate::error::{ColumnError, backend, store_error};

/// A row of a result.
pub(crate) struct Row(PgRow);

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self(row)
    }
}

impl Row {
    /// The value of a column whose type is the database's own.
    pub(crate) fn get<'r, T>(&'r self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, Postgres> + Type<Postgres>,
    {
        self.0.try_get(column).map_err(store_error)
    }

    /// A text that stands for something.
    pub(crate) fn text<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T::Err: Error + Send + Sync + 'static,
    {
        parse(column, self.get(column)?)
    }

    pub(crate) fn optional_text<T: FromStr>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError>
    where
        T::Err: Error + Send + Sync + 'static,
    {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| parse(column, text)).transpose()
    }

    /// One of the words of an enumeration.
    pub(crate) fn word<'r, T: Deserialize<'r>>(
        &'r self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        word(column, self.get(column)?)
    }

    pub(crate) fn number(&self, column: &'static str) -> Result<u64, StoreError> {
        unsigned(column, self.get(column)?)
    }

    pub(crate) fn optional_number(&self, column: &'static str) -> Result<Option<u64>, StoreError> {
        let number: Option<i64> = self.get(column)?;
        number.map(|number| unsigned(column, number)).transpose()
    }

    pub(crate) fn moment(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.get(column).map(Timestamp::from_datetime)
    }

    pub(crate) fn optional_moment(
        &self,
        column: &'static str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let moment: Option<DateTime<Utc>> = self.get(column)?;
        Ok(moment.map(Timestamp::from_datetime))
    }

    pub(crate) fn digest(&self, column: &'static str) -> Result<Digest, StoreError> {
        digest(column, self.get(column)?)
    }

    /// A JSON document that was selected as text.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        json(column, self.get(column)?)
    }

    pub(crate) fn optional_json(&self, column: &'static str) -> Result<Option<Value>, StoreError> {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| json(column, text)).transpose()
    }

    /// An array that was aggregated from no rows or from some.
    pub(crate) fn array<'r, T>(&'r self, column: &'static str) -> Result<Vec<T>, StoreError>
    where
        Vec<T>: Decode<'r, Postgres> + Type<Postgres>,
    {
        let array: Option<Vec<T>> = self.get(column)?;
        Ok(array.unwrap_or_default())
    }
}

pub(crate) fn parse<T: FromStr>(column: &'static str, text: &str) -> Result<T, StoreError>
where
    T::Err: Error + Send + Sync + 'static,
{
    text.parse().map_err(|error| wrong(column, error))
}

pub(crate) fn word<'r, T: Deserialize<'r>>(
    column: &'static str,
    text: &'r str,
) -> Result<T, StoreError> {
    let text: serde::de::value::BorrowedStrDeserializer<'r, serde::de::value::Error> =
        serde::de::value::BorrowedStrDeserializer::new(text);
    T::deserialize(text.into_deserializer()).map_err(|error| wrong(column, error))
}

pub(crate) fn unsigned(column: &'static str, number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|error| wrong(column, error))
}

pub(crate) fn digest(column: &'static str, bytes: &[u8]) -> Result<Digest, StoreError> {
    let bytes = bytes.try_into().map_err(|error| wrong(column, error))?;
    Ok(Digest::from_bytes(bytes))
}

fn json<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| wrong(column, error))
}

pub(crate) fn wrong(
    column: &'static str,
    source: impl Into<Box<dyn Error + Send + Sync>>,
) -> StoreError {
    let source = source.into();
    backend(ColumnError { column, source })
}

/// A number to be stored.
pub(crate) fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number)
        .map_err(|_| StoreError::Refused("a number is greater than the database holds"))
}

/// A number to look for: what is greater than the database holds is never found.
pub(crate) fn sought(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A word of an enumeration, to be stored.
pub(crate) fn word_of(word: &impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(word) {
        Ok(Value::String(word)) => Ok(word),
        Ok(_) => Err(backend("an enumeration is not written as a word")),
        Err(error) => Err(backend(error)),
    }
}
