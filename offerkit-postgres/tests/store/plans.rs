//! Lists over 100,000 rows are found by an index that the migrations make, whatever they are filtered by.

use std::sync::{Mutex, PoisonError};

use offerkit_core::{
    audit::{Subject, SubjectKind},
    domain::{CampaignStatus, Channel, CommentSubject, DeliveryStatus, OfferStatus, Scope},
    id::{CampaignId, OfferId, UserId},
    page::{Order, PageRequest},
    policy::Action,
    ports::{
        Access, AuditFilter, CampaignFilter, DailyCounting, DeliveryFilter, Ledger as _, LiveOn,
        OfferFilter, Store as _, Transaction, UserFilter,
    },
    time::Timestamp,
};
use offerkit_postgres::PgStore;
use sqlx::{AssertSqlSafe, Executor as _, PgPool, Row as _, types::Uuid};

use crate::world::{Outcome, World, loan, on};

/// As many rows as any of these lists may look at: a page of 50 with what belongs to it, and some on the way.
const FEW: i64 = 5_000;

struct Lists {
    world: World,
    store: PgStore,
    pool: PgPool,
    problems: Mutex<Vec<String>>,
}

/// What was read, of any table of more than 10,000 rows.
struct Reading {
    scans: i64,
    rows: i64,
}

impl Lists {
    async fn new() -> Outcome<Self> {
        let world = World::new().await?;
        let mut beside = world.beside().await?;
        for statement in include_str!("many.sql").split(";\n") {
            beside.execute(AssertSqlSafe(statement)).await?;
        }
        // One connection, so that it is known which one has counted what was read.
        let pool = world.pool(1, |options| options)?;
        let store = on(&pool);
        Ok(Self {
            world,
            store,
            pool,
            problems: Mutex::default(),
        })
    }

    fn found(&self, problem: String) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        problems.push(problem);
    }

    async fn counted(&self) -> Outcome<Reading> {
        self.pool
            .acquire()
            .await?
            .execute("SELECT pg_stat_force_next_flush()")
            .await?;
        let row = sqlx::query(
            "SELECT sum(seq_scan)::BIGINT AS scans, sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::BIGINT AS rows
            FROM pg_stat_user_tables WHERE n_live_tup > 10000",
        )
        .fetch_one(&mut self.world.beside().await?)
        .await?;
        Ok(Reading {
            scans: row.try_get("scans")?,
            rows: row.try_get("rows")?,
        })
    }

    async fn check(
        &self,
        what: &str,
        list: impl AsyncFn(&PgStore, &PageRequest) -> Outcome<usize>,
    ) -> Outcome {
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let page = PageRequest::first(50)?.ordered(order);
            let before = self.counted().await?;
            let found = list(&self.store, &page).await?;
            let after = self.counted().await?;
            assert!(found > 0, "{what} found nothing");
            let rows = after.rows - before.rows;
            if after.scans > before.scans {
                self.found(format!(
                    "{what}, {order:?}: a sequential scan, of {rows} rows"
                ));
            } else if rows > FEW {
                self.found(format!("{what}, {order:?}: {rows} rows were read"));
            }
        }
        Ok(())
    }
}

/// As lists are read: by one statement, which sets its tenant for itself.
async fn reading(store: &PgStore, scope: Scope) -> Outcome<Box<dyn Transaction>> {
    Ok(store.begin(scope, Access::ReadCommitted).await?)
}

fn numbered(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | number)
}

async fn user(lists: &Lists, name: &str) -> Outcome<UserId> {
    let id: (Uuid,) = sqlx::query_as("SELECT md5($1)::UUID")
        .bind(name)
        .fetch_one(&mut lists.world.beside().await?)
        .await?;
    Ok(UserId::from_uuid(id.0))
}

fn moment(text: &str) -> Outcome<Timestamp> {
    Ok(text.parse()?)
}

/// First seen to fail without the index of offers by time, and without that of inactive users.
#[tokio::test]
async fn lists_of_many_rows_are_found_by_an_index() -> Outcome {
    let lists = Lists::new().await?;
    business(&lists).await?;
    people_and_recipients(&lists).await?;
    let problems = lists.problems.into_inner().unwrap_or_default();
    assert_eq!(problems, Vec::<String>::new());
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "a list of filters")]
async fn business(lists: &Lists) -> Outcome {
    let writer = user(lists, "user 7").await?;
    let day = "2026-02-10".parse().ok();
    let filters = [
        ("offers", OfferFilter::default()),
        (
            "offers of a status",
            OfferFilter {
                status: Some(OfferStatus::Submitted),
                ..OfferFilter::default()
            },
        ),
        (
            "offers of a creator",
            OfferFilter {
                created_by: Some(writer),
                ..OfferFilter::default()
            },
        ),
        (
            "offers of an hour",
            OfferFilter {
                created_from: Some(moment("2026-02-10T10:00:00Z")?),
                created_before: Some(moment("2026-02-10T11:00:00Z")?),
                ..OfferFilter::default()
            },
        ),
        (
            "offers that are live",
            OfferFilter {
                live_on: day,
                ..OfferFilter::default()
            },
        ),
    ];
    for (what, filter) in &filters {
        lists
            .check(what, async |store, page| {
                let mut tx = reading(store, Scope::Tenant(loan())).await?;
                Ok(tx.offers().list(filter, page).await?.items.len())
            })
            .await?;
    }
    let live = LiveOn {
        day: "2026-02-10".parse()?,
        from: moment("2026-02-10T00:00:00Z")?,
        before: moment("2026-02-11T00:00:00Z")?,
    };
    lists
        .check("offers that were live", async |store, page| {
            let mut tx = reading(store, Scope::Tenant(loan())).await?;
            Ok(tx.offers().live_on(&live, page).await?.items.len())
        })
        .await?;
    let offer = Some(OfferId::from_uuid(numbered(8)));
    let filters = [
        ("campaigns", CampaignFilter::default()),
        (
            "campaigns of a status",
            CampaignFilter {
                status: Some(CampaignStatus::Active),
                ..CampaignFilter::default()
            },
        ),
        (
            "campaigns of an offer",
            CampaignFilter {
                offer,
                ..CampaignFilter::default()
            },
        ),
        (
            "campaigns of a creator",
            CampaignFilter {
                created_by: Some(writer),
                ..CampaignFilter::default()
            },
        ),
        (
            "campaigns of a day",
            CampaignFilter {
                running_on: "2027-05-01".parse().ok(),
                ..CampaignFilter::default()
            },
        ),
        (
            "campaigns that wait for a launch",
            CampaignFilter {
                is_launch_requested: Some(true),
                ..CampaignFilter::default()
            },
        ),
    ];
    for (what, filter) in &filters {
        lists
            .check(what, async |store, page| {
                let mut tx = reading(store, Scope::Tenant(loan())).await?;
                Ok(tx.campaigns().list(filter, page).await?.items.len())
            })
            .await?;
    }
    let subject = Some(Subject {
        kind: SubjectKind::Offer,
        id: Some(numbered(8)),
    });
    let filters = [
        ("records", AuditFilter::default()),
        (
            "records of an offer",
            AuditFilter {
                subject,
                ..AuditFilter::default()
            },
        ),
        (
            "records of a user",
            AuditFilter {
                user: Some(writer),
                ..AuditFilter::default()
            },
        ),
        (
            "records of an action",
            AuditFilter {
                action: Some(Action::DeleteOffer),
                ..AuditFilter::default()
            },
        ),
        (
            "refusals",
            AuditFilter {
                is_refused: Some(true),
                ..AuditFilter::default()
            },
        ),
        (
            "records of an hour",
            AuditFilter {
                from: Some(moment("2026-02-10T10:00:00Z")?),
                before: Some(moment("2026-02-10T11:00:00Z")?),
                ..AuditFilter::default()
            },
        ),
    ];
    for scope in [Scope::Tenant(loan()), Scope::Platform] {
        for (what, filter) in &filters {
            lists
                .check(&format!("{what} in {scope:?}"), async |store, page| {
                    let mut tx = reading(store, scope).await?;
                    Ok(tx.audit().list(filter, page).await?.items.len())
                })
                .await?;
        }
    }
    Ok(())
}

async fn people_and_recipients(lists: &Lists) -> Outcome {
    let filters = [
        ("users", UserFilter::default()),
        (
            "inactive users",
            UserFilter {
                is_active: Some(false),
                ..UserFilter::default()
            },
        ),
        (
            "super admins",
            UserFilter {
                is_super_admin: Some(true),
                ..UserFilter::default()
            },
        ),
    ];
    for (what, filter) in &filters {
        lists
            .check(what, async |store, page| {
                let mut tx = reading(store, Scope::Platform).await?;
                Ok(tx.users().list(filter, page).await?.items.len())
            })
            .await?;
    }
    lists
        .check("members", async |store, page| {
            let mut tx = reading(store, Scope::Platform).await?;
            Ok(tx.groups().members(loan(), page).await?.items.len())
        })
        .await?;
    let subject = CommentSubject::Offer(OfferId::from_uuid(numbered(8)));
    lists
        .check("comments", async |store, page| {
            let mut tx = reading(store, Scope::Tenant(loan())).await?;
            Ok(tx.comments().list(subject, page).await?.items.len())
        })
        .await?;
    let campaign = user(lists, "loan campaign active").await?.as_uuid();
    let days = [moment("2026-02-10T00:00:00Z")?];
    lists
        .check("recipients by day", async |store, page| {
            let counting = DailyCounting {
                days: &days,
                after: None,
                limit: page.size(),
            };
            let campaign = CampaignId::from_uuid(campaign);
            let part = store.counted_by_day(loan(), campaign, &counting).await?;
            Ok(part.counts.len())
        })
        .await?;
    let filters = [
        ("recipients", DeliveryFilter::default()),
        (
            "recipients over a channel",
            DeliveryFilter {
                channel: Some(Channel::Email),
                ..DeliveryFilter::default()
            },
        ),
        (
            "recipients of a status",
            DeliveryFilter {
                status: Some(DeliveryStatus::Sent),
                ..DeliveryFilter::default()
            },
        ),
    ];
    for (what, filter) in &filters {
        lists
            .check(what, async |store, page| {
                let campaign = CampaignId::from_uuid(campaign);
                Ok(store
                    .recipients(loan(), campaign, filter, page)
                    .await?
                    .items
                    .len())
            })
            .await?;
    }
    Ok(())
}
