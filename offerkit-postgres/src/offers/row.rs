//! Offers, revisions and approvals as their rows hold them.

use offerkit_core::{
    domain::{
        ConfigurationVersion, Offer, OfferApproval, OfferParts, OfferRevision, Proposal,
        RevisionNumber, Validity, Version,
    },
    id::{OfferId, TenantId, UserId},
    ports::StoreError,
};

use crate::{contributions, rows::Row};

pub(super) fn offer(row: &Row) -> Result<Offer, StoreError> {
    Ok(Offer::from_parts(OfferParts {
        id: OfferId::from_uuid(row.get("id")?),
        tenant: TenantId::from_uuid(row.get("tenant_id")?),
        status: row.word("status")?,
        working: revision(row)?,
        latest_revision: RevisionNumber::new(row.number("latest_revision")?),
        live_revision: row
            .optional_number("live_revision")?
            .map(RevisionNumber::new),
        contributions: contributions::of(row)?,
        submitted_at: row.optional_moment("submitted_at")?,
        retired_at: row.optional_moment("retired_at")?,
        deleted_at: row.optional_moment("deleted_at")?,
        created_by: UserId::from_uuid(row.get("created_by")?),
        created_at: row.moment("created_at")?,
        updated_at: row.moment("updated_at")?,
        version: Version::new(row.number("version")?),
    }))
}

pub(super) fn revision(row: &Row) -> Result<OfferRevision, StoreError> {
    Ok(OfferRevision {
        offer: OfferId::from_uuid(row.get("offer_id")?),
        number: RevisionNumber::new(row.number("number")?),
        proposal: Proposal {
            content: row.json("content")?,
            validity: Validity {
                from: row.get("valid_from")?,
                until: row.get("valid_until")?,
            },
            configuration: ConfigurationVersion::new(row.number("configuration")?),
        },
        author: UserId::from_uuid(row.get("author")?),
        written_at: row.moment("written_at")?,
    })
}

pub(super) fn approval(row: &Row) -> Result<OfferApproval, StoreError> {
    Ok(OfferApproval {
        offer: OfferId::from_uuid(row.get("offer_id")?),
        revision: RevisionNumber::new(row.number("revision")?),
        digest: row.digest("digest")?,
        approver: UserId::from_uuid(row.get("approver")?),
        at: row.moment("at")?,
        comment: row.optional_text("comment")?,
    })
}

#[cfg(test)]
mod tests {
    use offerkit_core::domain::OfferContent;
    use serde_json::{Value, json};

    /// What came back with another digest, nobody could approve. Without `float_roundtrip`, `serde_json` alone misreads
    /// three in ten of these numbers; here jsonschema switches it on too.
    #[test]
    fn content_is_read_back_to_the_last_digit() {
        let mut bits: u64 = 0x9E37_79B9_7F4A_7C15;
        for _ in 0..20_000 {
            bits = bits
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let float = f64::from_bits(bits);
            if !float.is_finite() {
                continue;
            }
            let written = OfferContent::try_from(json!({ "rate": float })).unwrap();
            let value: Value = serde_json::from_str(written.canonical()).unwrap();
            let read = OfferContent::try_from(value).unwrap();
            assert_eq!(read.digest(), written.digest(), "{float}");
        }
    }
}
