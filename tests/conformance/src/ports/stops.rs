//! Stops of sending in a store, and the claims that they wait for.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Channel, DeliveryStatus::Sent, Scope, Stop, StopExtent, StopLift},
    id::{ClaimToken, StopId, TenantId},
    ports::{ClaimRequest, StoreError, UniqueKey},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::{World, user},
};

cases! { ports::stops:
    nothing_is_stopped_at_first,
    a_stop_is_in_force_in_every_scope_until_it_is_lifted,
    an_extent_is_stopped_once_at_a_time,
    a_stop_is_lifted_once,
    a_tenants_scope_stops_and_lifts_nothing,
    a_stop_is_of_a_tenant_that_is_there,
    a_stop_that_is_not_committed_is_none,
    a_tenants_claims_are_told_by_channel,
}

impl<B: Adapter> World<B> {
    fn new_stop(&self, extent: StopExtent) -> Result<Stop, Failure> {
        Ok(Stop {
            id: StopId::from_uuid(self.uuid()),
            extent,
            reason: "a question".parse()?,
            by: user(&self.platform.root)?,
            since: self.now(),
        })
    }

    fn new_lift(&self, stop: &Stop) -> Result<StopLift, Failure> {
        Ok(StopLift {
            stop: stop.id,
            reason: "it was answered".parse()?,
            by: user(&self.platform.root)?,
            at: self.now(),
        })
    }

    async fn stops(&self, scope: Scope) -> Result<Vec<Stop>, StoreError> {
        self.look(scope, async |tx| tx.stops().in_force().await)
            .await
    }

    async fn set_stop(&self, extent: StopExtent) -> Result<Stop, Failure> {
        let stop = self.new_stop(extent)?;
        self.change(Scope::Platform, stop.id, async |tx| {
            tx.stops().set(&stop).await
        })
        .await?;
        self.pass(TimeDelta::seconds(1));
        Ok(stop)
    }
}

async fn nothing_is_stopped_at_first<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    assert_eq!(w.stops(Scope::Platform).await?, []);
    assert_eq!(w.stops(w.scope()).await?, []);
    Ok(())
}

async fn a_stop_is_in_force_in_every_scope_until_it_is_lifted<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut stops = Vec::new();
    for extent in [
        StopExtent::Channel(Channel::Push),
        StopExtent::Everything,
        StopExtent::Tenant(w.tenant.id),
        StopExtent::Channel(Channel::Email),
    ] {
        stops.push(w.set_stop(extent).await?);
    }
    for scope in [Scope::Platform, w.scope()] {
        assert_eq!(w.stops(scope).await?, stops, "{scope:?}");
    }
    let lifted = stops.remove(2);
    let lift = w.new_lift(&lifted)?;
    w.change(Scope::Platform, lifted.id, async |tx| {
        tx.stops().lift(&lift).await
    })
    .await?;
    assert_eq!(w.stops(Scope::Platform).await?, stops);
    Ok(())
}

async fn an_extent_is_stopped_once_at_a_time<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for extent in [
        StopExtent::Everything,
        StopExtent::Tenant(w.tenant.id),
        StopExtent::Channel(Channel::Sms),
    ] {
        let first = w.set_stop(extent).await?;
        let again = w.new_stop(extent)?;
        let twice = w
            .attempt(Scope::Platform, async |tx| tx.stops().set(&again).await)
            .await;
        fails!(twice, StoreError::Duplicate(UniqueKey::Stop));
        let lift = w.new_lift(&first)?;
        w.change(Scope::Platform, first.id, async |tx| {
            tx.stops().lift(&lift).await
        })
        .await?;
        w.set_stop(extent).await?;
    }
    Ok(())
}

async fn a_stop_is_lifted_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let stop = w.set_stop(StopExtent::Everything).await?;
    let lift = w.new_lift(&stop)?;
    w.change(Scope::Platform, stop.id, async |tx| {
        tx.stops().lift(&lift).await
    })
    .await?;
    let again = w
        .attempt(Scope::Platform, async |tx| tx.stops().lift(&lift).await)
        .await;
    fails!(again, StoreError::Conflict(_));
    let none = StopLift {
        stop: StopId::from_uuid(w.uuid()),
        ..lift
    };
    let none = w
        .attempt(Scope::Platform, async |tx| tx.stops().lift(&none).await)
        .await;
    fails!(none, StoreError::Conflict(_));
    Ok(())
}

async fn a_tenants_scope_stops_and_lifts_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let stop = w.set_stop(StopExtent::Everything).await?;
    let lift = w.new_lift(&stop)?;
    let lifted = w
        .attempt(w.scope(), async |tx| tx.stops().lift(&lift).await)
        .await;
    fails!(lifted, StoreError::WrongScope { .. });
    let own = w.new_stop(StopExtent::Tenant(w.tenant.id))?;
    let set = w
        .attempt(w.scope(), async |tx| tx.stops().set(&own).await)
        .await;
    fails!(set, StoreError::WrongScope { .. });
    Ok(())
}

async fn a_stop_is_of_a_tenant_that_is_there<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let nobody = TenantId::from_uuid(w.uuid());
    let stop = w.new_stop(StopExtent::Tenant(nobody))?;
    let set = w
        .attempt(Scope::Platform, async |tx| tx.stops().set(&stop).await)
        .await;
    fails!(set, StoreError::MissingReference("tenant"));
    Ok(())
}

async fn a_stop_that_is_not_committed_is_none<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let stop = w.new_stop(StopExtent::Everything)?;
    let mut tx = w.write(Scope::Platform).await?;
    tx.stops().set(&stop).await?;
    drop(tx);
    assert_eq!(w.stops(Scope::Platform).await?, []);
    Ok(())
}

async fn a_tenants_claims_are_told_by_channel<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (one, _) = w.audience(4).await?;
    let other = w.launched().await?;
    w.finished_run(&other, 100).await?;
    let until = async |channel| store.tenant_claimed_until(w.tenant.id, channel).await;
    assert_eq!(until(None).await?, None);
    let mut claims = Vec::new();
    for (campaign, channel, minutes) in [
        (&one, Channel::Email, 5),
        (&other, Channel::Email, 7),
        (&one, Channel::Sms, 9),
    ] {
        let request = ClaimRequest {
            channel,
            token: ClaimToken::from_uuid(w.uuid()),
            deadline: w.now().plus(TimeDelta::minutes(minutes)),
            ..w.request(campaign, 2)
        };
        claims.push((request.token, store.claim(&request).await?));
    }
    let after = |minutes| Some(w.now().plus(TimeDelta::minutes(minutes)));
    assert_eq!(until(None).await?, after(9));
    assert_eq!(until(Some(Channel::Email)).await?, after(7));
    assert_eq!(until(Some(Channel::Sms)).await?, after(9));
    assert_eq!(until(Some(Channel::Push)).await?, None);
    let foreign = w.platform.tenant("card").await?;
    assert_eq!(store.tenant_claimed_until(foreign.id, None).await?, None);
    for (token, claimed) in &claims {
        w.settle(*token, claimed, Sent).await?;
    }
    assert_eq!(until(None).await?, None);
    Ok(())
}
