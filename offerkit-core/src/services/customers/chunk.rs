//! The rows of one commit.

use std::io;

use chrono::DateTime;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Arriving, BadRow, ImportRow, rows::MAX_CHUNK_ROWS};
use crate::{
    digest::{Digest, Digester},
    id::{CustomerId, OperationId},
    ports::{ImportReport, Incoming, MergeBy},
    services::Error,
    time::Timestamp,
};

/// What the record says of a row that is no customer. What the reader says may quote it.
const NO_CUSTOMER: &str = "the row is no customer";

/// A part of a file, which is imported in one commit.
pub(super) struct Chunk {
    import: OperationId,
    /// From 1 on.
    number: u64,
    lines: Vec<u64>,
    customers: Vec<Result<Incoming, &'static str>>,
    /// By its place, what the reader said of a row.
    quoted: Vec<(usize, String)>,
    digester: Digester,
    json: Vec<u8>,
}

/// What is left of a chunk when its customers are on their way.
pub(super) struct Sent {
    number: u64,
    pub(super) lines: Vec<u64>,
    quoted: Vec<(usize, String)>,
}

impl Chunk {
    pub(super) fn new(import: OperationId, number: u64) -> Self {
        Self {
            import,
            number,
            lines: Vec::new(),
            customers: Vec::new(),
            quoted: Vec::new(),
            digester: Digester::default(),
            json: Vec::new(),
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Adds the row at `place` in the file, from 0 on.
    pub(super) fn add(&mut self, place: u64, row: ImportRow) {
        self.digest(&row);
        let ImportRow {
            line,
            customer,
            has_id,
            has_created_at,
            is_unreadable: _,
        } = row;
        let customer = match customer {
            Ok(customer) if has_id => Ok(customer),
            Ok(customer) => {
                let created_at = customer.created_at();
                Ok(customer.with_identity(made_id(self.import, place), created_at))
            }
            Err(reason) => {
                self.quoted.push((self.lines.len(), reason));
                Err(NO_CUSTOMER)
            }
        };
        self.lines.push(line);
        self.customers.push(customer.map(|customer| Incoming {
            customer,
            has_created_at,
        }));
    }

    /// What the file says counts, and not what its reader made up.
    fn digest(&mut self, row: &ImportRow) {
        self.json.clear();
        if let Ok(customer) = &row.customer {
            let mut parts = customer.to_parts();
            if !row.has_id {
                parts.id = CustomerId::from_uuid(Uuid::nil());
            }
            if !row.has_created_at {
                parts.created_at = Timestamp::from_datetime(DateTime::UNIX_EPOCH);
            }
            let written = serde_json::to_writer(io::Write::by_ref(&mut self.json), &parts);
            debug_assert!(written.is_ok(), "a customer always has a JSON form");
        }
        self.digester.part(&self.json);
    }

    /// The operation that imports it: the same for the same import and number.
    pub(super) fn operation(&self) -> OperationId {
        let import = self.import.as_uuid();
        let parts = [
            b"chunk of an import".as_slice(),
            import.as_bytes(),
            &self.number.to_be_bytes(),
        ];
        let digest = Digest::of_parts(parts);
        let (first, _) = digest.as_bytes().split_at(16);
        OperationId::from_uuid(Uuid::new_v8(first.try_into().unwrap_or_default()))
    }

    /// Parts with the customers. What is recorded about them tells a repeat from another file.
    pub(super) fn send(self, merge_by: MergeBy) -> (Arriving, Value, Sent) {
        let about = json!({
            "import": self.import,
            "chunk": self.number,
            "rows": self.lines.len(),
            "merge_by": merge_by,
            "sha256": self.digester.finish(),
        });
        let arriving = Arriving {
            merge_by,
            customers: self.customers,
            about: Some(about.clone()),
        };
        let sent = Sent {
            number: self.number,
            lines: self.lines,
            quoted: self.quoted,
        };
        (arriving, about, sent)
    }
}

impl Sent {
    /// That it was done before, with other rows.
    pub(super) fn changed(&self) -> Error {
        Error::ImportChanged {
            chunk: self.number,
            line: self.lines.first().copied().unwrap_or_default(),
        }
    }

    /// The rows that were not imported, in the order of the file, with what was said of them where it is known.
    pub(super) fn bad_rows(
        mut self,
        report: &ImportReport,
        of_catalog: Vec<(usize, String)>,
    ) -> Vec<BadRow> {
        self.quoted.extend(of_catalog);
        self.quoted.sort_unstable_by_key(|(place, _)| *place);
        let quoted = |place: usize| {
            let found = self.quoted.binary_search_by_key(&place, |(it, _)| *it);
            found.ok().and_then(|found| self.quoted.get(found))
        };
        let refused = report.refused.iter().map(|(place, recorded)| BadRow {
            line: self.lines.get(*place).copied().unwrap_or_default(),
            reason: quoted(*place).map_or(recorded, |(_, said)| said).clone(),
        });
        refused.collect()
    }
}

/// The id of a new customer whose row says none. Its beginning is that of the import's, which is a moment, and then comes
/// the place in the file, so that ids ascend as those of a clock do; its end is as good as random.
fn made_id(import: OperationId, place: u64) -> CustomerId {
    let import = import.as_uuid();
    let digest = Digest::of_parts([
        b"customer of an import".as_slice(),
        import.as_bytes(),
        &place.to_be_bytes(),
    ]);
    let moment = import.as_u128() >> 80 << 80;
    // Version and variant stand between the places' bits.
    let place = u128::from(place) & 0xffff_ffff;
    let place = (place >> 20) << 64 | (place & 0xf_ffff) << 42;
    let (first, _) = digest.as_bytes().split_at(16);
    let random = u128::from_be_bytes(first.try_into().unwrap_or_default()) & ((1 << 42) - 1);
    CustomerId::from_uuid(Uuid::new_v8((moment | place | random).to_be_bytes()))
}

/// A size that a chunk may have.
pub(super) const fn is_size(rows: usize) -> bool {
    rows >= 1 && rows <= MAX_CHUNK_ROWS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_ids_ascend_with_the_rows_and_differ_between_imports() {
        let import: OperationId = "01890000-0000-7000-8000-000000000001".parse().unwrap();
        let other: OperationId = "01890000-0000-7000-8000-000000000002".parse().unwrap();
        let places = [0, 1, 2, 0xf_ffff, 0x10_0000, 0xffff_ffff];
        let ids: Vec<_> = places.iter().map(|place| made_id(import, *place)).collect();
        assert!(ids.is_sorted_by(|one, two| one < two), "{ids:?}");
        for (place, id) in places.into_iter().zip(ids) {
            assert_eq!(made_id(import, place), id);
            assert_ne!(made_id(other, place), id);
            assert!(id.to_string().starts_with("01890000-0000-8"), "{id}");
        }
    }
}
