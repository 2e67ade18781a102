//! Erasing a customer on PostgreSQL: what was unique to them is found nowhere in the schema any more.

#[path = "canary/customer.rs"]
mod canary;
#[path = "migrated/database.rs"]
mod database;

use std::error::Error;

use offerkit::{
    Context,
    domain::{Channel, Purpose, Trace},
    policy::Job,
    ports::MergeBy,
    postgres::PgStore,
    services::{ImportOptions, ImportRow, KeepMessages, Settings},
    testing::TestPlatform,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use canary::CANARY;
use database::migrated;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Where `text` stands in the schema: tables and their columns.
async fn places(connection: &mut PgConnection, text: &str) -> Outcome<Vec<String>> {
    let columns = "SELECT table_name::TEXT, column_name::TEXT FROM information_schema.columns
        WHERE table_schema = 'offerkit' ORDER BY table_name, column_name";
    let mut places = Vec::new();
    for row in sqlx::query(columns).fetch_all(&mut *connection).await? {
        let (table, column): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let found = format!(
            "SELECT EXISTS (SELECT FROM offerkit.\"{table}\" AS it WHERE it.\"{column}\"::TEXT LIKE $1)"
        );
        let found: bool = sqlx::query_scalar(AssertSqlSafe(found))
            .bind(format!("%{text}%"))
            .fetch_one(&mut *connection)
            .await?;
        if found {
            places.push(format!("{table}.{column}"));
        }
    }
    Ok(places)
}

#[tokio::test]
async fn nothing_of_an_erased_customer_is_left_but_the_ids_of_the_ledger() -> Outcome {
    let database = migrated().await?;
    // Everything that is sent is kept.
    let settings = Settings {
        keep_messages: KeepMessages::Always,
        ..Settings::default()
    };
    let store = PgStore::connect(&database.url()).await?;
    let platform = TestPlatform::with(store, |builder| builder.settings(settings)).await?;
    let tenant = platform.tenant("loan").await?;
    let customer = canary::customer(&platform, CANARY)?;
    let id = customer.id();

    // Imported twice, so that the staging table is gone through too, with bad rows that quote the customer.
    let customers = platform.as_root().customers();
    for merge_by in [MergeBy::Id, MergeBy::Email] {
        let options = ImportOptions {
            merge_by,
            ..ImportOptions::default()
        };
        let twin = platform.customer(&[("external_id", &format!("{CANARY} external_id"))])?;
        let rows = [
            ImportRow::new(2, customer.clone()),
            ImportRow::refused(3, format!("expected a number, found `{CANARY}`")),
            ImportRow::new(4, twin),
        ];
        let summary = customers.import_all(rows, options, |_, _| {}).await?;
        assert_eq!(summary.totals.refused, 2, "{:?}", summary.bad_rows);
    }

    let offer = tenant.approved_offer("Spring cashback").await?;
    let campaign = tenant
        .launched_campaign(tenant.campaign(offer.id())?)
        .await?;
    let job = |job| tenant.acting(&Context::job(job)).deliveries(tenant.id);
    job(Job::Audience).fill(campaign.id()).await?;
    let sent = platform.email.messages().len();
    job(Job::Delivery).run(campaign.id()).await?;
    assert_eq!(platform.email.messages().len(), sent + 1);

    let mut connection = PgConnection::connect(&database.url()).await?;
    let before = places(&mut connection, CANARY).await?;
    let expected = [
        "customers.attributes",
        "customers.email",
        "kept_messages.address",
        "kept_messages.body",
    ];
    for place in expected {
        assert!(
            before.iter().any(|it| it == place),
            "{place} is searched: {before:?}"
        );
    }

    // What the customer said and where nothing is sent outlive them, without saying who they were.
    let root = platform.as_root();
    let (purpose, channel) = (Purpose::Marketing, Channel::Email);
    root.consents()
        .withdraw(id, purpose, channel, "branch".parse()?)
        .await?;
    let address = customer.email().unwrap_or_default();
    root.suppressions().add(channel, address).await?;

    let report = customers.erase(id).await?;
    let scrubbed: Vec<_> = report.scrubbed().collect();
    assert_eq!(scrubbed, [(Trace::Customer, 1), (Trace::KeptMessage, 1)]);
    for text in [
        CANARY,
        "1907-07-07",
        "7070707.07",
        "70707",
        "70708",
        "widowed",
    ] {
        let left = places(&mut connection, text).await?;
        assert_eq!(left, [""; 0], "{text}");
    }
    // An id without a person names what is evidence: the ledger's rows, and how far a filling had come.
    let ids = [
        "audience_runs.position",
        "campaign_customers.customer_id",
        "campaign_lots.first_customer",
        "campaign_lots.last_customer",
        "consents.customer_id",
        "customers.id",
        "deliveries.customer_id",
        "offer_audit_logs.new_data",
        "offer_audit_logs.result",
        "platform_audit_logs.new_data",
        "platform_audit_logs.subject_id",
    ];
    let left = places(&mut connection, &id.to_string()).await?;
    assert!(left.iter().all(|it| ids.contains(&&**it)), "{left:?}");
    let row = "SELECT count(*) FROM offerkit.campaign_customers WHERE customer_id = $1";
    let rows: i64 = sqlx::query_scalar(row)
        .bind(id.as_uuid())
        .fetch_one(&mut connection)
        .await?;
    assert_eq!(rows, 1, "the ledger keeps what was sent");

    let sealer = platform.kit.acting(&Context::job(Job::Sealer));
    let head = sealer.audit().seal().await?;
    let verified = platform.as_root().audit().verify(Some(head)).await?;
    assert!(verified.is_intact(), "{verified:?}");
    Ok(())
}
