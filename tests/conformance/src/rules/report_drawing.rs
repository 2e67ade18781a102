//! Who draws reports, and what is recorded of it.

use offerkit_core::{
    audit::Subject,
    domain::Permission,
    id::{CampaignId, CustomerId},
    services::{Context, Drawn, Error, Reports, Settings},
};
use serde_json::{Value, json};

use crate::{
    Adapter, Failure, Outcome,
    acts::denied,
    cases::{cases, fails},
    world::World,
};

cases! { rules::report_drawing:
    drawing_is_recorded_with_what_was_asked_for,
    reading_on_leaves_no_more_records,
    each_report_takes_its_permission,
    a_super_admin_draws_who_holds_what_and_nothing_else,
    a_report_ends_with_the_permission,
    reports_of_a_deactivated_tenant_are_drawn,
    what_cannot_be_asked_for_is_not_recorded,
}

impl<B: Adapter> World<B> {
    pub(crate) fn reports(&self, context: &Context) -> Reports {
        self.acting(context).reports(self.tenant.id)
    }
}

/// All rows of a report.
pub(crate) async fn rows<R>(drawn: Result<Drawn<R>, Error>) -> Result<Vec<R>, Error> {
    let mut drawn = drawn?;
    let mut rows = Vec::new();
    while let Some(part) = drawn.next().await? {
        rows.extend(part);
    }
    Ok(rows)
}

/// What is asked of every report.
struct Named {
    campaign: CampaignId,
    customer: CustomerId,
}

async fn named<B: Adapter>(w: &World<B>) -> Result<Named, Failure> {
    let (campaign, customers) = w.filled(1).await?;
    Ok(Named {
        campaign: campaign.id(),
        customer: *customers.first().ok_or("no customer")?,
    })
}

const REPORTS: [&str; 5] = [
    "decisions",
    "live_offers",
    "recipients",
    "customer",
    "permissions",
];

/// Draws a report, and reads the first part of it.
async fn drawn(reports: &Reports, report: &str, named: &Named) -> Result<usize, Error> {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default();
    match report {
        "decisions" => rows(reports.decisions(day, day).await)
            .await
            .map(|it| it.len()),
        "live_offers" => rows(reports.live_offers(day).await)
            .await
            .map(|it| it.len()),
        "recipients" => rows(reports.recipients(named.campaign).await)
            .await
            .map(|it| it.len()),
        "customer" => rows(reports.customer(named.customer).await)
            .await
            .map(|it| it.len()),
        _ => {
            let only = Some(Permission::DecideOffers);
            rows(reports.permissions(only).await)
                .await
                .map(|it| it.len())
        }
    }
}

async fn drawing_is_recorded_with_what_was_asked_for<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let named = named(&w).await?;
    let day = "2026-03-02";
    let (tenant, campaign): (Subject, Subject) = (w.tenant.id.into(), named.campaign.into());
    let expected: [(Subject, Value); 5] = [
        (tenant, json!({"from": day, "until": day})),
        (tenant, json!({"on": day})),
        (campaign, json!({"campaign": named.campaign})),
        (named.customer.into(), json!({})),
        (tenant, json!({"permission": "decide_offers"})),
    ];
    for (report, (subject, asked)) in REPORTS.into_iter().zip(expected) {
        let from = w.records(w.scope()).await?.len();
        drawn(&w.reports(&w.tenant.admin), report, &named).await?;
        let records = w.records(w.scope()).await?;
        let [record] = records.get(from..).unwrap_or_default() else {
            return Err(format!("one record of {report}").into());
        };
        assert_eq!(record.action.as_str(), format!("report.{report}"));
        assert_eq!(record.actor, w.tenant.admin.actor());
        assert_eq!(
            (record.subject, record.after.as_ref()),
            (subject, Some(&asked))
        );
        assert_eq!(
            (record.before.as_ref(), &record.result),
            (None, &Value::Null)
        );
    }
    Ok(())
}

async fn reading_on_leaves_no_more_records<B: Adapter>(store: &B) -> Outcome {
    let settings = Settings {
        report_part: 1,
        report_count: 1,
        ..Settings::default()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    let named = named(&w).await?;
    for report in REPORTS {
        let from = w.records(w.scope()).await?.len();
        drawn(&w.reports(&w.tenant.admin), report, &named).await?;
        assert_eq!(w.records(w.scope()).await?.len(), from + 1, "{report}");
    }
    let mut report = w.reports(&w.tenant.admin).permissions(None).await?;
    let first = report.next().await?.ok_or("nobody")?;
    let members: std::collections::BTreeSet<_> = first.iter().map(|row| row.user).collect();
    assert_eq!(members.len(), 1);
    w.unrecorded(report.next()).await??;
    Ok(())
}

async fn each_report_takes_its_permission<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let named = named(&w).await?;
    let needed = [
        Permission::ViewAudit,
        Permission::ViewOffers,
        Permission::ViewCampaigns,
        Permission::ViewRecipients,
        Permission::ViewAudit,
    ];
    for (number, (report, permission)) in REPORTS.into_iter().zip(needed).enumerate() {
        let may = w.permitted(&format!("may_{number}"), &[permission]).await?;
        drawn(&w.reports(&may), report, &named).await?;
        let others = Permission::ALL.iter().copied();
        let others: Vec<_> = others.filter(|it| *it != permission).collect();
        let may_not = w.permitted(&format!("may_not_{number}"), &others).await?;
        let from = w.records(w.scope()).await?.len();
        denied(
            drawn(&w.reports(&may_not), report, &named).await,
            "missing_permission",
        )?;
        let tried = w.actions(w.scope(), from).await?;
        assert_eq!(tried, [format!("report.{report}")]);
    }
    Ok(())
}

async fn a_super_admin_draws_who_holds_what_and_nothing_else<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let named = named(&w).await?;
    let reports = w.reports(&w.platform.root);
    for report in REPORTS {
        let answer = drawn(&reports, report, &named).await;
        if report == "permissions" {
            assert_eq!(answer?, 1);
        } else {
            denied(answer, "outsider")?;
        }
    }
    Ok(())
}

// First seen to fail with the decision of the drawing alone.
async fn a_report_ends_with_the_permission<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let named = named(&w).await?;
    let reports = w.reports(&w.tenant.admin);
    let day = w.now().date();
    let mut decisions = reports.decisions(day, day).await?;
    let mut live = reports.live_offers(day).await?;
    let mut recipients = reports.recipients(named.campaign).await?;
    let mut customer = reports.customer(named.customer).await?;
    let mut permissions = reports.permissions(None).await?;
    w.give(&w.tenant.admin, "read_only").await?;
    w.take(&w.tenant.admin, "admin").await?;
    denied(decisions.next().await, "missing_permission")?;
    assert_eq!(decisions.next().await?, None);
    assert!(live.next().await?.is_some(), "everybody sees offers");
    denied(recipients.next().await, "missing_permission")?;
    denied(customer.next().await, "missing_permission")?;
    denied(permissions.next().await, "missing_permission")?;
    Ok(())
}

async fn reports_of_a_deactivated_tenant_are_drawn<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let named = named(&w).await?;
    w.platform
        .as_root()
        .tenants()
        .deactivate(w.tenant.id)
        .await?;
    for report in REPORTS {
        drawn(&w.reports(&w.tenant.admin), report, &named).await?;
    }
    Ok(())
}

async fn what_cannot_be_asked_for_is_not_recorded<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let reports = w.reports(&w.tenant.admin);
    let today = w.now().date();
    let yesterday = today - chrono::TimeDelta::days(1);
    let backwards = w.unrecorded(reports.decisions(today, yesterday)).await?;
    fails!(backwards, Error::Invalid(_));
    let never = w
        .unrecorded(reports.live_offers(chrono::NaiveDate::MAX))
        .await?;
    fails!(never, Error::Invalid(_));
    let absent = CampaignId::from_uuid(w.uuid());
    let absent = w.unrecorded(reports.recipients(absent)).await?;
    fails!(absent, Error::NotFound("campaign"));
    // Whether there is such a customer is not told.
    let nobody = CustomerId::from_uuid(w.uuid());
    assert_eq!(rows(reports.customer(nobody).await).await?, []);
    Ok(())
}
