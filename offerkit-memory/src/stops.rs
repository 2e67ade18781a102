use async_trait::async_trait;
use offerkit_core::{
    domain::{Scope, Stop, StopLift},
    ports::{StopRepository, StoreError, UniqueKey},
};

use crate::{state::State, transaction::MemoryTransaction};

#[async_trait]
impl StopRepository for MemoryTransaction {
    async fn in_force(&mut self) -> Result<Vec<Stop>, StoreError> {
        self.read(|state| {
            let mut stops: Vec<_> = in_force(state).cloned().collect();
            stops.sort_by_key(|stop| (stop.since, stop.id));
            stops
        })
    }

    async fn set(&mut self, stop: &Stop) -> Result<(), StoreError> {
        self.write_in(Scope::Platform, |changes| {
            if let Some(tenant) = stop.extent.tenant() {
                changes.require_tenant(tenant)?;
            }
            if in_force(changes).any(|other| other.extent == stop.extent) {
                return Err(StoreError::Duplicate(UniqueKey::Stop));
            }
            let row = (stop.clone(), None);
            changes.add(|state| &mut state.stops, stop.id, row, UniqueKey::Id)
        })
    }

    async fn lift(&mut self, lift: &StopLift) -> Result<(), StoreError> {
        self.write_in(Scope::Platform, |changes| {
            let stop = in_force(changes).find(|stop| stop.id == lift.stop).cloned();
            let stop = stop.ok_or(StoreError::Conflict("stop"))?;
            let row = (stop, Some(lift.clone()));
            changes.put(|state| &mut state.stops, lift.stop, row);
            Ok(())
        })
    }
}

fn in_force(state: &State) -> impl Iterator<Item = &Stop> {
    let stops = state.stops.values();
    stops.filter_map(|(stop, lift)| lift.is_none().then_some(stop))
}
