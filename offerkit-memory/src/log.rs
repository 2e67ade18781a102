//! One scope's audit log, in the order of the commits, and the chain over it.

use std::collections::BTreeMap;

use offerkit_core::{
    audit::{AuditOutcome, AuditRecord, Seal, SealHead},
    domain::Scope,
    id::{AuditId, OperationId},
    ports::{StoreError, UniqueKey},
};

use crate::state::State;

#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, PartialEq))]
pub(crate) struct AuditLog {
    records: Vec<AuditRecord>,
    places: BTreeMap<AuditId, usize>,
    done: BTreeMap<OperationId, usize>,
    seals: Vec<Seal>,
}

impl AuditLog {
    pub(crate) fn places(&self) -> &BTreeMap<AuditId, usize> {
        &self.places
    }

    pub(crate) fn at(&self, place: usize) -> Option<&AuditRecord> {
        self.records.get(place)
    }

    pub(crate) fn find(&self, record: AuditId) -> Option<&AuditRecord> {
        self.at(*self.places.get(&record)?)
    }

    pub(crate) fn done(&self, operation: OperationId) -> Option<&AuditRecord> {
        self.at(*self.done.get(&operation)?)
    }

    pub(crate) fn seals(&self) -> &[Seal] {
        &self.seals
    }

    pub(crate) fn head(&self, scope: Scope) -> SealHead {
        self.seals
            .last()
            .map_or_else(|| SealHead::genesis(scope), |last| (*last).into())
    }

    pub(crate) fn unsealed(&self) -> &[AuditRecord] {
        self.records.get(self.seals.len()..).unwrap_or_default()
    }

    /// Appends seals of the records that come next in the order of commits.
    pub(crate) fn seal(
        &mut self,
        scope: Scope,
        head: SealHead,
        seals: &[Seal],
    ) -> Result<(), StoreError> {
        if self.head(scope) != head {
            return Err(StoreError::Conflict("audit chain"));
        }
        if self.unsealed().len() < seals.len() {
            return Err(StoreError::MissingReference("audit record"));
        }
        let mut position = head.position;
        for (seal, record) in seals.iter().zip(self.unsealed()) {
            position = position.saturating_add(1);
            if seal.position != position || seal.record != record.id {
                return Err(StoreError::Refused(
                    "seals follow the order of the commits, without gaps",
                ));
            }
        }
        self.seals.extend_from_slice(seals);
        Ok(())
    }

    fn push(&mut self, record: AuditRecord) {
        let place = self.records.len();
        self.places.insert(record.id, place);
        if record.outcome == AuditOutcome::Done {
            self.done.insert(record.operation, place);
        }
        self.records.push(record);
    }
}

impl State {
    pub(crate) fn log(&self, scope: Scope) -> Option<&AuditLog> {
        self.audit.get(&scope)
    }

    /// Whether `record` can be appended: its operation was not done before, and its id is new.
    pub(crate) fn check_record(&self, record: &AuditRecord) -> Result<(), StoreError> {
        let Some(log) = self.log(record.scope) else {
            return Ok(());
        };
        if record.outcome == AuditOutcome::Done
            && let Some(first) = log.done(record.operation)
        {
            return Err(StoreError::AlreadyDone(Box::new(first.clone())));
        }
        match log.find(record.id) {
            Some(_) => Err(StoreError::Duplicate(UniqueKey::Id)),
            None => Ok(()),
        }
    }

    pub(crate) fn append(&mut self, record: AuditRecord) {
        self.audit.entry(record.scope).or_default().push(record);
    }
}
