//! Reproducible samples of customers.

use md5::{Digest as _, Md5};

use crate::id::CustomerId;

/// How many buckets a salt divides the customers into: one for each hundredth of a percent.
pub(super) const BUCKETS: u32 = 10_000;

/// `$sample`: a part of all customers that stays the same for the same salt. A larger part contains a smaller one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub(super) buckets: u32,
    pub(super) salt: Box<str>,
}

impl Sample {
    /// How many of the 10,000 buckets are selected, from the first on: hundredths of a percent.
    #[must_use]
    pub const fn buckets(&self) -> u32 {
        self.buckets
    }

    /// The salt, which decides in which bucket a customer falls.
    #[must_use]
    pub fn salt(&self) -> &str {
        &self.salt
    }

    /// Whether the customer is in the sample.
    #[must_use]
    pub fn contains(&self, customer: CustomerId) -> bool {
        self.bucket(customer) < self.buckets
    }

    /// The customer's bucket.
    ///
    /// It is the first 4 bytes, big-endian, of the MD5 of the salt, `:` and the id's canonical text, modulo
    /// 10,000: what PostgreSQL computes without an extension.
    pub(super) fn bucket(&self, customer: CustomerId) -> u32 {
        let mut buffer = uuid::Uuid::encode_buffer();
        let id = customer.as_uuid();
        let id: &str = id.hyphenated().encode_lower(&mut buffer);
        let mut hasher = Md5::new();
        hasher.update(self.salt.as_bytes());
        hasher.update(b":");
        hasher.update(id.as_bytes());
        let [a, b, c, d, ..] = <[u8; 16]>::from(hasher.finalize());
        u32::from_be_bytes([a, b, c, d]) % BUCKETS
    }

    /// The percentage, as a document writes it: `12.5`.
    pub(super) fn percent(&self) -> String {
        let percent = rust_decimal::Decimal::new(i64::from(self.buckets), 2);
        percent.normalize().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `SELECT ('x' || substr(md5('spring:018f4a2c-0000-7000-8000-000000000001'), 1, 8))::bit(32)::bigint % 10000`
    #[test]
    fn the_bucket_is_the_one_the_database_computes() {
        let customer = "018f4a2c-0000-7000-8000-000000000001".parse().unwrap();
        let sample = |buckets| Sample {
            buckets,
            salt: "spring".into(),
        };
        let first = (1..=BUCKETS).find(|buckets| sample(*buckets).contains(customer));
        assert_eq!(first, Some(1732));
    }
}
