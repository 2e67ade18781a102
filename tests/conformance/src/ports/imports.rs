//! Whom the rows of an import find, and what becomes of them.

use std::sync::Arc;

use futures_util::future::join;
use offerkit_core::{
    audit::{Subject, SubjectKind},
    domain::{Customer, Scope},
    id::CustomerId,
    ports::{Candidate, ImportBatch, ImportReport, Incoming, MergeBy, RowRefusal, StoreError},
};

use crate::{Adapter, Failure, Outcome, cases::cases, pause::pause, world::World};

cases! { ports::imports:
    a_row_updates_whoever_has_its_address,
    a_row_updates_whoever_has_its_external_id,
    a_row_without_the_key_is_refused,
    a_row_without_a_moment_of_creation_keeps_the_one_there_is,
    an_erased_customer_is_refused_by_every_key,
    keys_may_be_exchanged_by_way_of_a_free_one,
    two_imports_of_the_same_customers_at_once_lose_none,
}

pub(super) const BY: [MergeBy; 3] = [MergeBy::Id, MergeBy::ExternalId, MergeBy::Email];

pub(super) async fn import<B: Adapter>(
    w: &World<B>,
    merge_by: MergeBy,
    candidates: Vec<Candidate>,
) -> Result<ImportReport, Failure> {
    let event = w.event(Scope::Platform, Subject::the(SubjectKind::Customer))?;
    let batch = ImportBatch {
        merge_by,
        candidates,
    };
    Ok(w.store.import(Arc::new(batch), event).await?)
}

pub(super) async fn merge<B: Adapter>(
    w: &World<B>,
    merge_by: MergeBy,
    customers: &[&Customer],
) -> Result<ImportReport, Failure> {
    let candidates = customers.iter().map(|it| Ok((*it).clone().into()));
    import(w, merge_by, candidates.collect()).await
}

async fn get<B: Adapter>(w: &World<B>, id: CustomerId) -> Result<Option<Customer>, Failure> {
    Ok(w.store.get_many(&[id]).await?.pop())
}

pub(super) fn done(added: u64, updated: u64) -> ImportReport {
    ImportReport {
        added,
        updated,
        refused: Vec::new(),
    }
}

fn refused(places: &[(usize, RowRefusal)]) -> Vec<(usize, String)> {
    let refused = places.iter();
    refused
        .map(|(at, why)| (*at, why.as_str().to_owned()))
        .collect()
}

async fn a_row_updates_whoever_has_its_address<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = w
        .platform
        .customer(&[("email", "asha@example.com"), ("city", "Pune")])?;
    let ben = w
        .platform
        .customer(&[("email", "ben@example.com"), ("external_id", "C-2")])?;
    assert_eq!(merge(&w, MergeBy::Email, &[&asha, &ben]).await?, done(2, 0));
    let moved = w
        .platform
        .customer(&[("email", "asha@example.com"), ("city", "Delhi")])?;
    let again = w
        .platform
        .customer(&[("email", "asha@example.com"), ("external_id", "C-1")])?;
    let new = w.platform.customer(&[("email", "chitra@example.com")])?;
    let thief = w
        .platform
        .customer(&[("email", "dev@example.com"), ("external_id", "C-2")])?;
    let ben_id = ben.id().to_string();
    let other_id = w
        .platform
        .customer(&[("email", "asha@example.com"), ("id", &ben_id)])?;
    let moved_id = w
        .platform
        .customer(&[("email", "new@example.com"), ("id", &ben_id)])?;
    let case = w.platform.customer(&[("email", "ASHA@example.com")])?;
    let batch = [&moved, &again, &new, &thief, &other_id, &moved_id, &case];
    let report = merge(&w, MergeBy::Email, &batch).await?;
    assert_eq!((report.added, report.updated), (2, 2));
    let expected = [
        (3, RowRefusal::ExternalIdTaken),
        (4, RowRefusal::IdTaken),
        (5, RowRefusal::IdTaken),
    ];
    assert_eq!(report.refused, refused(&expected));
    let expected = again.clone().with_identity(asha.id(), again.created_at());
    assert_eq!(get(&w, asha.id()).await?, Some(expected));
    assert_eq!(get(&w, ben.id()).await?, Some(ben));
    assert_eq!(get(&w, again.id()).await?, None);
    assert_eq!(get(&w, new.id()).await?, Some(new));
    Ok(())
}

async fn a_row_updates_whoever_has_its_external_id<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = w.platform.customer(&[("external_id", "C-1")])?;
    let ben = w.platform.customer(&[("email", "ben@example.com")])?;
    merge(&w, MergeBy::Id, &[&asha, &ben]).await?;
    let moved = w
        .platform
        .customer(&[("external_id", "C-1"), ("city", "Delhi")])?;
    let thief = w
        .platform
        .customer(&[("external_id", "C-1"), ("email", "ben@example.com")])?;
    let report = merge(&w, MergeBy::ExternalId, &[&moved, &thief]).await?;
    assert_eq!((report.added, report.updated), (0, 1));
    assert_eq!(report.refused, refused(&[(1, RowRefusal::EmailTaken)]));
    let expected = moved.clone().with_identity(asha.id(), moved.created_at());
    assert_eq!(get(&w, asha.id()).await?, Some(expected));
    Ok(())
}

async fn a_row_without_the_key_is_refused<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let nobody = w.platform.customer(&[("email", "")])?;
    let report = merge(&w, MergeBy::Email, &[&nobody]).await?;
    assert_eq!(report.refused, refused(&[(0, RowRefusal::NoEmail)]));
    let report = merge(&w, MergeBy::ExternalId, &[&nobody]).await?;
    assert_eq!(report.refused, refused(&[(0, RowRefusal::NoExternalId)]));
    assert_eq!(get(&w, nobody.id()).await?, None);
    assert_eq!(merge(&w, MergeBy::Id, &[&nobody]).await?, done(1, 0));
    Ok(())
}

async fn a_row_without_a_moment_of_creation_keeps_the_one_there_is<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let asha = w.platform.customer(&[("external_id", "C-1")])?;
    merge(&w, MergeBy::Id, &[&asha]).await?;
    w.pass(chrono::TimeDelta::days(1));
    let later = asha.clone().with_identity(asha.id(), w.now());
    let undated = |customer: &Customer| -> Candidate {
        Ok(Incoming {
            customer: customer.clone(),
            has_created_at: false,
        })
    };
    let new = w.platform.customer(&[])?;
    for merge_by in [MergeBy::Id, MergeBy::ExternalId] {
        let rows = vec![undated(&later)];
        assert_eq!(import(&w, merge_by, rows).await?, done(0, 1));
        assert_eq!(get(&w, asha.id()).await?, Some(asha.clone()));
    }
    let rows = vec![Ok(new.clone().into()), undated(&later), undated(&new)];
    assert_eq!(import(&w, MergeBy::Id, rows).await?, done(1, 2));
    assert_eq!(get(&w, new.id()).await?, Some(new));
    merge(&w, MergeBy::Id, &[&later]).await?;
    assert_eq!(get(&w, asha.id()).await?, Some(later));
    Ok(())
}

async fn an_erased_customer_is_refused_by_every_key<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = w.platform.customer(&[("external_id", "C-1")])?;
    merge(&w, MergeBy::Id, &[&asha]).await?;
    let event = w.event(Scope::Platform, asha.id())?;
    store.erase(asha.id(), event).await?;
    for merge_by in BY {
        let report = merge(&w, merge_by, &[&asha]).await?;
        assert_eq!(report.refused, refused(&[(0, RowRefusal::Erased)]));
        assert_eq!((report.added, report.updated), (0, 0));
    }
    let left = serde_json::to_value(get(&w, asha.id()).await?)?;
    assert_eq!(left, serde_json::to_value(asha.erased())?);
    Ok(())
}

async fn keys_may_be_exchanged_by_way_of_a_free_one<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = w
        .platform
        .customer(&[("email", "a@example.com"), ("external_id", "1")])?;
    let ben = w
        .platform
        .customer(&[("email", "b@example.com"), ("external_id", "2")])?;
    merge(&w, MergeBy::Id, &[&asha, &ben]).await?;
    let with = |of: &Customer, email: &str, external_id: &str| {
        let id = of.id().to_string();
        w.platform
            .customer(&[("id", &id), ("email", email), ("external_id", external_id)])
    };
    let batch = [
        with(&asha, "c@example.com", "3")?,
        with(&ben, "a@example.com", "1")?,
        with(&asha, "b@example.com", "2")?,
    ];
    let batch: Vec<_> = batch.iter().collect();
    assert_eq!(merge(&w, MergeBy::Id, &batch).await?, done(0, 3));
    let found = store.get_many(&[asha.id(), ben.id()]).await?;
    let emails: Vec<_> = found.iter().map(Customer::email).collect();
    assert_eq!(emails, [Some("b@example.com"), Some("a@example.com")]);
    Ok(())
}

/// Each customer ends as one import or the other has them, and each import that is answered is whole.
async fn two_imports_of_the_same_customers_at_once_lose_none<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let emails: Vec<_> = (0..40).map(|it| format!("c{it}@example.com")).collect();
    for round in 0..4 {
        let make = |city: &str| -> Result<Vec<Candidate>, Failure> {
            let customers = emails.iter().map(|email| {
                let customer = w.platform.customer(&[("email", email), ("city", city)])?;
                Ok(Ok(customer.into()))
            });
            customers.collect()
        };
        let (pune, mut delhi) = (make("Pune")?, make("Delhi")?);
        // The other way round, so that each may wait for the other.
        delhi.reverse();
        let run = async |rows: Vec<Candidate>| -> Result<ImportReport, Failure> {
            loop {
                pause().await;
                match import(&w, MergeBy::Email, rows.clone()).await {
                    Err(error) if matches!(error.downcast_ref(), Some(StoreError::Retry(_))) => {}
                    outcome => return outcome,
                }
            }
        };
        let (one, two) = join(run(pune), run(delhi)).await;
        let (one, two) = (one?, two?);
        assert_eq!(one.refused, []);
        assert_eq!(two.refused, []);
        let (added, updated) = (one.added + two.added, one.updated + two.updated);
        let new = if round == 0 { 40 } else { 0 };
        assert_eq!((added, updated), (new, 80 - new), "round {round}");
    }
    Ok(())
}
