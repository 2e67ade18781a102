//! Ids of customers that are derived from a host's keys, here as in the database.

use std::cmp::Ordering;

use offerkit_core::{digest::Digest, id::CustomerId};
use sqlx::types::Uuid;

/// What a host tells its customers apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// A `uuid`, which is the customer's id itself.
    Uuid,
    /// A `smallint`, `integer` or `bigint`. The id is a UUID of version 8 that holds the number: ids are in the order of
    /// numbers, and the number is read from the id.
    BigInt,
    /// A `text` or `varchar`. The id is a UUID of version 8 from the SHA-256 of the mapping's source and the key's bytes;
    /// the library keeps the keys of those whom a filling selects.
    Text,
}

/// Turns the sign, so that numbers of 64 bits without one are in the order of those with one.
const SIGN: u64 = 1 << 63;
const VERSION: u128 = 8 << 76;
const VARIANT: u128 = 2 << 62;

/// As `customer_id_of_number` in the database: 48 bits, the version, 12 bits, the variant and two zeros, 4 bits.
pub(crate) fn id_of_number(number: i64) -> CustomerId {
    let bits = u128::from(number.cast_unsigned() ^ SIGN);
    let id =
        (bits >> 16) << 80 | VERSION | (bits >> 4 & 0xfff) << 64 | VARIANT | (bits & 0xf) << 56;
    CustomerId::from_uuid(Uuid::from_u128(id))
}

/// The number that an id was derived from, if it was.
pub(crate) fn number_in(id: CustomerId) -> Option<i64> {
    let number = held(id.as_uuid().as_u128());
    (id_of_number(number) == id).then_some(number)
}

/// The greatest number whose id is not greater than `id`; nothing where all are.
pub(crate) fn last_number_until(id: CustomerId) -> Option<i64> {
    let id = id.as_uuid().as_u128();
    let (first, middle, last) = parts(id);
    // Where an id has another version or variant, what it has behind that decides nothing.
    let until = match ((id >> 76 & 0xf).cmp(&8), (id >> 60 & 0xf).cmp(&8)) {
        (Ordering::Less, _) => first.checked_sub(1),
        (Ordering::Greater, _) => Some(first | 0xffff),
        (Ordering::Equal, Ordering::Less) => (first | middle).checked_sub(1),
        (Ordering::Equal, Ordering::Greater) => Some(first | middle | 0xf),
        (Ordering::Equal, Ordering::Equal) => Some(first | middle | last),
    };
    until.map(signed)
}

/// The bits that hold a number, whatever the others are.
fn held(id: u128) -> i64 {
    let (first, middle, last) = parts(id);
    signed(first | middle | last)
}

/// The 48, 12 and 4 bits that hold a number, each in its place.
fn parts(id: u128) -> (u64, u64, u64) {
    let bits = |from: u32, count: u32, to: u32| {
        let bits = id >> from & ((1 << count) - 1);
        u64::try_from(bits).unwrap_or_default() << to
    };
    (bits(80, 48, 16), bits(64, 12, 4), bits(56, 4, 0))
}

const fn signed(bits: u64) -> i64 {
    (bits ^ SIGN).cast_signed()
}

/// As `customer_id_of_text` in the database. The source's length keeps two sources apart, whatever their keys are.
pub(crate) fn id_of_text(source: &str, key: &str) -> CustomerId {
    let digest = Digest::of(format!("{}:{source}:{key}", source.len()).as_bytes());
    let bits = digest
        .as_bytes()
        .first_chunk()
        .copied()
        .map(u128::from_be_bytes);
    let id = bits.unwrap_or_default() & !(0xf << 76 | 0xf << 60) | VERSION | VARIANT;
    CustomerId::from_uuid(Uuid::from_u128(id))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers near the ends of the parts of an id, and others.
    fn numbers() -> impl Strategy<Value = i64> {
        let near = (0_u32..64, -2_i64..=2, any::<bool>());
        let near = near.prop_map(|(bit, off, is_negative)| {
            let power = (1_i64 << bit).wrapping_add(off);
            if is_negative {
                power.wrapping_neg()
            } else {
                power
            }
        });
        prop_oneof![any::<i64>(), near]
    }

    #[test]
    fn an_id_shows_its_number_and_its_version() {
        let ids = [
            (0, "80000000-0000-8000-8000-000000000000"),
            (1, "80000000-0000-8000-8100-000000000000"),
            (-1, "7fffffff-ffff-8fff-8f00-000000000000"),
            (i64::MAX, "ffffffff-ffff-8fff-8f00-000000000000"),
            (i64::MIN, "00000000-0000-8000-8000-000000000000"),
            (
                0x0123_4567_89ab_cdef,
                "81234567-89ab-8cde-8f00-000000000000",
            ),
        ];
        for (number, id) in ids {
            assert_eq!(id_of_number(number).to_string(), id);
        }
    }

    #[test]
    fn the_id_of_a_text_is_of_all_its_bytes_and_of_its_source() {
        let id = |source, key| id_of_text(source, key).to_string();
        // printf '10:crm.client:C-1' | sha256sum
        assert_eq!(
            id("crm.client", "C-1"),
            "75d0f3ef-d9a2-8a8c-80f4-c81f1e565227"
        );
        assert_ne!(id("crm", "client:C-1"), id("crm:client", "C-1"));
        assert_ne!(id("crm", "C-1"), id("crm", "C-1 "));
    }

    proptest! {
        #[test]
        fn ids_are_in_the_order_of_numbers_and_hold_them(one in numbers(), other in numbers()) {
            let (first, second) = (id_of_number(one), id_of_number(other));
            prop_assert_eq!(first.cmp(&second), one.cmp(&other));
            prop_assert_eq!(number_in(first), Some(one));
        }

        #[test]
        fn any_id_divides_the_numbers(near in numbers(), noise in any::<u128>(), shift in 0_u32..128) {
            let id = id_of_number(near).as_uuid().as_u128() ^ (noise >> shift);
            let id = CustomerId::from_uuid(Uuid::from_u128(id));
            let last = last_number_until(id);
            if let Some(last) = last {
                prop_assert!(id_of_number(last) <= id);
            }
            let next = last.map_or(Some(i64::MIN), |last| last.checked_add(1));
            if let Some(next) = next {
                prop_assert!(id_of_number(next) > id);
            }
            if let Some(number) = number_in(id) {
                prop_assert_eq!(id_of_number(number), id);
            }
        }
    }
}
