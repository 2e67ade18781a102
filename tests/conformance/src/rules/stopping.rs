//! What a super admin stops is not sent.

use std::{
    any::Any,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, Customer, DeliveryStatus, Scope, Stop, StopExtent, TransitionError},
    id::{CustomerId, TenantId},
    policy::{DenialKind, Job},
    ports::{CustomerSource, Selection, StoreError},
    services::{Acting, Context, Error, ErrorKind, Stops, Task},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, denied, fails},
    world::World,
};

cases! { rules::stopping:
    only_super_admins_stop_and_lift,
    a_stop_and_its_lifting_are_recorded_with_their_reasons,
    what_is_stopped_is_not_sent_until_it_is_lifted,
    a_stopped_channel_holds_no_other,
    nothing_is_stopped_twice_at_a_time,
    what_is_stopped_is_filled_and_not_listed_to_be_sent,
    a_stop_is_quiet_when_nothing_that_it_holds_is_claimed,
    a_stop_between_a_claim_and_its_sending_holds_it,
    who_sees_campaigns_sees_what_holds_them,
}

fn stops<B: Adapter>(w: &World<B>) -> Stops {
    w.platform.as_root().stops()
}

async fn stopped<B: Adapter>(w: &World<B>, extent: StopExtent) -> Result<Stop, Failure> {
    Ok(stops(w).stop(extent, &"a question".parse()?).await?)
}

async fn lifted<B: Adapter>(w: &World<B>, stop: &Stop) -> Outcome {
    let lift = stops(w).lift(stop.id, &"answered".parse()?).await?;
    assert_eq!(lift.stop, stop.id);
    Ok(())
}

async fn only_super_admins_stop_and_lift<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let stop = stopped(&w, StopExtent::Everything).await?;
    let reason = "mine".parse()?;
    let before = w.records(Scope::Platform).await?.len();
    let admin = w.acting(&w.tenant.admin).stops();
    let channel = StopExtent::Channel(Channel::Sms);
    denied!(
        admin.stop(channel, &reason).await,
        DenialKind::NotSuperAdmin
    );
    denied!(
        admin.lift(stop.id, &reason).await,
        DenialKind::NotSuperAdmin
    );
    denied!(admin.in_force().await, DenialKind::NotSuperAdmin);
    denied!(admin.is_quiet(stop.id).await, DenialKind::NotSuperAdmin);
    let nobody = w.acting(&Context::anonymous()).stops();
    denied!(
        nobody.stop(channel, &reason).await,
        DenialKind::Unauthenticated
    );
    let job = w.acting(&Context::job(Job::Delivery)).stops();
    denied!(job.lift(stop.id, &reason).await, DenialKind::NotOfJob);
    assert_eq!(stops(&w).in_force().await?, [stop]);
    let refused = w.actions(Scope::Platform, before).await?;
    let expected = [
        "sending.stop",
        "sending.lift_stop",
        "sending.stop",
        "sending.lift_stop",
    ];
    assert_eq!(refused, expected);
    Ok(())
}

async fn a_stop_and_its_lifting_are_recorded_with_their_reasons<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let before = w.records(Scope::Platform).await?.len();
    let stop = stopped(&w, StopExtent::Tenant(w.tenant.id)).await?;
    lifted(&w, &stop).await?;
    let records = w.records(Scope::Platform).await?;
    let told: Vec<_> = records
        .iter()
        .skip(before)
        .map(|it| (it.action.as_str(), it.comment.as_deref(), it.subject.id))
        .collect();
    let id = Some(stop.id.as_uuid());
    let expected = [
        ("sending.stop", Some("a question"), id),
        ("sending.lift_stop", Some("answered"), id),
    ];
    assert_eq!(told, expected);
    fails!(stops(&w).is_quiet(stop.id).await, Error::NotFound(_));
    let again = stops(&w).lift(stop.id, &"again".parse()?).await;
    fails!(again, Error::NotFound(_));
    Ok(())
}

async fn what_is_stopped_is_not_sent_until_it_is_lifted<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    let other = w.platform.tenant("card").await?;
    stopped(&w, StopExtent::Tenant(other.id)).await?;
    let extents = [
        StopExtent::Everything,
        StopExtent::Tenant(w.tenant.id),
        StopExtent::Channel(Channel::Email),
    ];
    for (round, extent) in extents.into_iter().enumerate() {
        let campaign = w.launched().await?;
        w.job(Job::Audience).fill(campaign.id()).await?;
        let stop = stopped(&w, extent).await?;
        let delivery = w.job(Job::Delivery);
        let batch = delivery.run_batch(campaign.id(), Channel::Email).await;
        let told = fails!(batch, Error::Stopped(told) if **told == stop);
        assert_eq!(told.kind(), ErrorKind::Conflict);
        assert!(told.to_string().contains("a question"), "{told}");
        fails!(w.sent(&campaign).await, Error::Stopped(_));
        assert_eq!(w.platform.email.messages().len(), 2 * round);
        lifted(&w, &stop).await?;
        // What is stopped elsewhere holds nothing here.
        assert_eq!(w.sent(&campaign).await?.sent, 2);
    }
    Ok(())
}

async fn a_stopped_channel_holds_no_other<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.over(Channel::Sms, offer.id())?;
    draft
        .messages
        .extend(w.tenant.campaign(offer.id())?.messages);
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let stop = stopped(&w, StopExtent::Channel(Channel::Email)).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    assert_eq!(w.platform.email.messages(), []);
    assert_eq!(w.platform.sms.messages().len(), 2);
    lifted(&w, &stop).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    assert_eq!(w.platform.email.messages().len(), 2);
    Ok(())
}

async fn nothing_is_stopped_twice_at_a_time<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let stop = stopped(&w, StopExtent::Everything).await?;
    let reason = "too".parse()?;
    let again = stops(&w).stop(StopExtent::Everything, &reason).await;
    let again = fails!(again, Error::Transition(TransitionError::Status { .. }));
    let sentence = "this sending is stopped already, so it cannot be stopped";
    assert_eq!(again.to_string(), sentence);
    let nobody = StopExtent::Tenant(TenantId::from_uuid(w.uuid()));
    let nobody = stops(&w).stop(nobody, &"who".parse()?).await;
    fails!(nobody, Error::NotFound("tenant"));
    // Another extent is another stop, and lifting one lifts no other.
    let tenant = stopped(&w, StopExtent::Tenant(w.tenant.id)).await?;
    lifted(&w, &stop).await?;
    assert_eq!(stops(&w).in_force().await?, [tenant]);
    Ok(())
}

async fn what_is_stopped_is_filled_and_not_listed_to_be_sent<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (filled, _) = w.filled(1).await?;
    let new = w.launched().await?;
    let list = w.acting(&Context::job(Job::Delivery)).worklist();
    let send = Task::Send(filled.id(), Channel::Email);
    let fill = Task::Fill(new.id());
    assert_eq!(list.tasks(w.tenant.id).await?, [send, fill]);
    let stop = stopped(&w, StopExtent::Channel(Channel::Email)).await?;
    assert_eq!(list.tasks(w.tenant.id).await?, [fill]);
    assert_eq!(list.stops().await?, std::slice::from_ref(&stop));
    let run = w.job(Job::Audience).fill(new.id()).await?;
    assert_eq!(run.added, 1);
    lifted(&w, &stop).await?;
    let sends = [send, Task::Send(new.id(), Channel::Email)];
    assert_eq!(list.tasks(w.tenant.id).await?, sends);
    assert_eq!(list.stops().await?, []);
    let admin = w.acting(&w.tenant.admin).worklist();
    denied!(admin.stops().await, DenialKind::JobOnly);
    Ok(())
}

async fn a_stop_is_quiet_when_nothing_that_it_holds_is_claimed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    let (token, claimed) = w.claim(&campaign, 1).await?;
    let other = w.platform.tenant("card").await?;
    let mut quiet = Vec::new();
    let mut held = Vec::new();
    for (extent, is_held) in [
        (StopExtent::Everything, true),
        (StopExtent::Tenant(w.tenant.id), true),
        (StopExtent::Tenant(other.id), false),
        (StopExtent::Channel(Channel::Email), true),
        (StopExtent::Channel(Channel::Sms), false),
    ] {
        let stop = stopped(&w, extent).await?;
        if is_held { &mut held } else { &mut quiet }.push(stop.id);
    }
    for id in &held {
        assert!(!stops(&w).is_quiet(*id).await?, "a row is claimed");
    }
    for id in &quiet {
        assert!(stops(&w).is_quiet(*id).await?);
    }
    w.settle(token, &claimed, DeliveryStatus::Sent).await?;
    for id in &held {
        assert!(stops(&w).is_quiet(*id).await?);
    }
    Ok(())
}

/// Customers whose reading is the moment at which someone stops everything: after the claim, and before the sending.
struct StopsMeanwhile<B> {
    inner: B,
    root: Arc<Mutex<Option<Acting>>>,
}

#[async_trait]
impl<B: Adapter> CustomerSource for StopsMeanwhile<B> {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        let root = self
            .root
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(root) = root
            && let Ok(reason) = "meanwhile".parse()
            && let Err(error) = root.stops().stop(StopExtent::Everything, &reason).await
        {
            return Err(StoreError::Backend(error.into()));
        }
        self.inner.get_many(ids).await
    }

    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        self.inner.select(selection, after, limit).await
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        self.inner.count(selection).await
    }

    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        self.inner.sample(selection, limit).await
    }

    fn as_any(&self) -> &dyn Any {
        self.inner.as_any()
    }
}

// First seen to fail with the look at the stops between claim and sending removed.
async fn a_stop_between_a_claim_and_its_sending_holds_it<B: Adapter>(store: &B) -> Outcome {
    let root = Arc::new(Mutex::new(None));
    let source = StopsMeanwhile {
        inner: store.clone(),
        root: Arc::clone(&root),
    };
    let w = World::with(store, |builder| builder.customers(source)).await?;
    let (campaign, _) = w.filled(3).await?;
    *root.lock().unwrap_or_else(PoisonError::into_inner) = Some(w.platform.as_root());
    let delivery = w.job(Job::Delivery);
    let batch = delivery.run_batch(campaign.id(), Channel::Email).await?;
    assert_eq!((batch.report.sent, batch.report.retried), (0, 3));
    assert_eq!(w.platform.email.messages(), []);
    let reason = "sending was stopped before it was sent".to_owned();
    let expected = vec![(DeliveryStatus::Pending, reason); 3];
    assert_eq!(w.outcomes(&campaign).await?, expected);
    let in_force = stops(&w).in_force().await?;
    let stop = in_force.first().ok_or("nothing is stopped")?;
    assert!(stops(&w).is_quiet(stop.id).await?);
    lifted(&w, stop).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 3);
    Ok(())
}

async fn who_sees_campaigns_sees_what_holds_them<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let other = w.platform.tenant("card").await?;
    let own = stopped(&w, StopExtent::Tenant(w.tenant.id)).await?;
    stopped(&w, StopExtent::Tenant(other.id)).await?;
    let channel = stopped(&w, StopExtent::Channel(Channel::Sms)).await?;
    let seen = w.deliveries(&w.tenant.creator).stops().await?;
    assert_eq!(seen, [own, channel]);
    denied!(
        w.deliveries(&w.tenant.reader).stops().await,
        DenialKind::MissingPermission { .. }
    );
    fails!(w.deliveries(&other.admin).stops().await, Error::NotFound(_));
    Ok(())
}
