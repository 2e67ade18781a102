//! What is counted before anybody decides, and the form in which customers' attributes are compared.

use offerkit_core::{
    criteria::{FieldDefinition, FieldType, Waterfall},
    domain::Customer,
    services::Error,
};
use serde_json::{Value, json};

use crate::{Adapter, Failure, Outcome, acts::denied, cases::cases, world::World};

cases! { rules::audience_counts:
    a_waterfall_counts_what_each_clause_leaves,
    a_waterfall_of_a_campaign_is_that_of_its_criteria,
    a_waterfall_is_for_those_who_see_campaigns,
    a_raised_sample_keeps_whom_it_had,
    attributes_are_stored_as_criteria_compare_them,
    a_customer_with_an_impossible_date_is_refused_alone,
}

const THREE: &str = r#"{"segment": "premium", "kyc_status": "verified", "city": "Pune"}"#;

/// Four active customers, of whom three, two and one satisfy the clauses, and an inactive one who satisfies all.
async fn customers<B: Adapter>(w: &World<B>) -> Outcome {
    let (premium, verified) = (("segment", "premium"), ("kyc_status", "verified"));
    let pune = ("city", "Pune");
    let customers = vec![
        w.platform.customer(&[premium, verified, pune])?,
        w.platform.customer(&[premium, verified])?,
        w.platform.customer(&[premium, pune])?,
        w.platform
            .customer(&[("segment", "regular"), verified, pune])?,
        w.platform
            .customer(&[premium, verified, pune, ("is_active", "false")])?,
    ];
    w.platform.as_root().customers().import(customers).await?;
    Ok(())
}

fn remaining(waterfall: &Waterfall) -> Vec<(&str, u64)> {
    let steps = waterfall.steps.iter();
    steps.map(|it| (&*it.pointer, it.remaining)).collect()
}

async fn a_waterfall_counts_what_each_clause_leaves<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    let waterfall = campaigns.waterfall_of_criteria(THREE).await?;
    assert_eq!(waterfall.total, 4);
    let expected = [("/segment", 3), ("/kyc_status", 2), ("/city", 1)];
    assert_eq!(remaining(&waterfall), expected);
    let first = waterfall.steps.first().ok_or("no step")?;
    assert_eq!(
        &*first.description,
        r#"customers whose segment is "premium""#
    );
    let grouped = r#"{"$and": [{"city": "Pune"}, {"segment": {"$ne": "premium"}}]}"#;
    let grouped = campaigns.waterfall_of_criteria(grouped).await?;
    let counts: Vec<_> = grouped.steps.iter().map(|it| it.remaining).collect();
    assert_eq!(counts, [3, 1]);
    let mistaken = campaigns.waterfall_of_criteria(r#"{"segmnet": "x"}"#).await;
    assert!(matches!(mistaken, Err(Error::Criteria(_))));
    Ok(())
}

async fn a_waterfall_of_a_campaign_is_that_of_its_criteria<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let (segments, name) = (w.segments(&w.tenant.creator), "known".parse()?);
    let first = segments
        .write(&name, None, None, r#"{"kyc_status": "verified"}"#)
        .await?;
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    r#"{"city": "Pune", "$segment": "known"}"#.clone_into(&mut draft.selection_criteria);
    let campaigns = w.campaigns(&w.tenant.creator);
    let campaign = campaigns.create(draft).await?;
    let later = r#"{"$not": {"$everyone": true}}"#;
    segments
        .write(&name, Some(first.version), None, later)
        .await?;
    let waterfall = campaigns.waterfall(campaign.id()).await?;
    let expected = [("/city", 3), ("/$segment", 2)];
    assert_eq!(
        (waterfall.total, remaining(&waterfall)),
        (4, expected.into())
    );
    let preview = campaigns.preview(campaign.id()).await?;
    assert_eq!(
        waterfall.steps.last().map(|it| it.remaining),
        Some(preview.count)
    );
    Ok(())
}

async fn a_waterfall_is_for_those_who_see_campaigns<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let reader = w.campaigns(&w.tenant.reader);
    denied(reader.waterfall(campaign.id()).await, "missing_permission")?;
    denied(
        reader.waterfall_of_criteria(THREE).await,
        "missing_permission",
    )?;
    let stranger = w.member("stranger", &[]).await?;
    let hidden = w.campaigns(&stranger).waterfall(campaign.id()).await;
    assert!(
        matches!(hidden, Err(Error::NotFound("tenant"))),
        "{hidden:?}"
    );
    Ok(())
}

async fn a_raised_sample_keeps_whom_it_had<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(60).await?;
    let drawn = async |percent: &str, salt: &str| {
        let text = format!(r#"{{"$sample": {{"percent": {percent}, "salt": "{salt}"}}}}"#);
        store
            .select(&w.selection(&text)?, None, 100)
            .await
            .map_err(Failure::from)
    };
    let mut before = Vec::new();
    for percent in ["0.01", "12.5", "50", "87.25", "100"] {
        let now = drawn(percent, "spring").await?;
        assert!(before.iter().all(|id| now.contains(id)), "{percent} %");
        assert_eq!(drawn(percent, "spring").await?, now);
        before = now;
    }
    assert_eq!(before.len(), 60);
    let half = drawn("50", "spring").await?;
    assert!((15..45).contains(&half.len()), "{} of 60", half.len());
    assert_ne!(drawn("50", "summer").await?, half);
    Ok(())
}

/// A customer with custom attributes.
fn with<B: Adapter>(w: &World<B>, attributes: &Value) -> Result<Customer, Failure> {
    let customer = w.platform.customer(&[])?;
    let mut parts = customer.to_parts();
    let attributes = attributes.as_object().cloned().unwrap_or_default();
    parts.attributes = std::borrow::Cow::Owned(attributes);
    Ok(Customer::from_parts(parts)?)
}

/// The catalog has a date, a timestamp and a text.
async fn cataloged<B: Adapter>(w: &World<B>) -> Outcome {
    let catalog = w.platform.as_root().catalog();
    for (name, kind) in [
        ("renewal", FieldType::Date),
        ("last_login", FieldType::Timestamp),
        ("tier", FieldType::Text),
    ] {
        catalog
            .add_attribute(FieldDefinition::attribute(name, kind)?)
            .await?;
    }
    Ok(())
}

// Seen to fail where attributes are stored as they are imported.
async fn attributes_are_stored_as_criteria_compare_them<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    cataloged(&w).await?;
    let customer = with(
        &w,
        &json!({ "last_login": "2026-03-02T01:00:00+05:30", "tier": null, "other": "as it is" }),
    )?;
    let id = customer.id();
    let customers = w.platform.as_root().customers();
    let report = customers.import(vec![customer]).await?;
    assert_eq!((report.added, report.refused.len()), (1, 0));
    let stored = store.get_many(&[id]).await?;
    let stored = stored.first().ok_or("no customer")?;
    let expected = json!({ "last_login": "2026-03-01T19:30:00.000000Z", "other": "as it is" });
    assert_eq!(Value::Object(stored.attributes().clone()), expected);
    let before = r#"{"last_login": {"$lt": "2026-03-02T00:00:00Z"}}"#;
    let preview = w
        .campaigns(&w.tenant.creator)
        .preview_criteria(before)
        .await?;
    assert_eq!(preview.count, 1);
    Ok(())
}

// Seen to fail where the service hands every customer to the store.
async fn a_customer_with_an_impossible_date_is_refused_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    cataloged(&w).await?;
    let customers = vec![
        with(&w, &json!({ "renewal": "2026-02-28" }))?,
        with(&w, &json!({ "renewal": "2026-02-29" }))?,
        with(&w, &json!({ "tier": "2026-02-29" }))?,
        with(&w, &json!({ "last_login": "yesterday" }))?,
    ];
    let ids: Vec<_> = customers.iter().map(Customer::id).collect();
    let operation = w.operation();
    let again = customers.clone();
    let import = w.platform.as_root().operation(operation).customers();
    let report = import.import(customers).await?;
    assert_eq!((report.added, report.updated), (2, 0));
    let [(1, date), (3, moment)] = report.refused.as_slice() else {
        return Err(format!("two refused, not {:?}", report.refused).into());
    };
    assert!(date.contains("`renewal`"), "{date}");
    assert!(moment.contains("`last_login`"), "{moment}");
    // The report stays in the log when the customer is erased.
    assert!(!date.contains("2026-02-29") && !moment.contains("yesterday"));
    assert_eq!(store.get_many(&ids).await?.len(), 2);
    assert_eq!(
        import.import(again).await?,
        report,
        "a repeat answers the same"
    );
    Ok(())
}
