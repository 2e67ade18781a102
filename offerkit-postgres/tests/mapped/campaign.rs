//! A campaign over a host's own customers, from the preview to the message, and what the host's table looks like then.

use offerkit_core::{
    criteria::{FieldDefinition, FieldType},
    domain::{DeliveryStatus, RunStatus},
    policy::Job,
    ports::StoreError,
    services::{Context, Error, Settings},
    testing::{TestPlatform, TestTenant},
};
use offerkit_postgres::KeyType;

use crate::{
    client::{KEYS, clients},
    world::{Outcome, World},
};

/// Everything that the catalog knows of the host's schema, and every row of it.
const HOST: &str = "
    SELECT format('%s %s %s %s %s %s', it.oid, it.relname, it.relkind, it.relnatts, it.relacl, it.relhastriggers)
        FROM pg_class AS it WHERE it.relnamespace = 'crm'::REGNAMESPACE
    UNION ALL SELECT format('%s %s', part.attrelid, part.*) FROM pg_attribute AS part
        JOIN pg_class AS it ON it.oid = part.attrelid WHERE it.relnamespace = 'crm'::REGNAMESPACE
    UNION ALL SELECT pg_get_indexdef(it.indexrelid) FROM pg_index AS it
        JOIN pg_class AS class ON class.oid = it.indexrelid WHERE class.relnamespace = 'crm'::REGNAMESPACE
    UNION ALL SELECT it.conname || pg_get_constraintdef(it.oid) FROM pg_constraint AS it
        WHERE it.connamespace = 'crm'::REGNAMESPACE
    UNION ALL SELECT pg_get_triggerdef(it.oid) FROM pg_trigger AS it JOIN pg_class AS class ON class.oid = it.tgrelid
        WHERE class.relnamespace = 'crm'::REGNAMESPACE
    UNION ALL SELECT it.rulename || it.ev_class::TEXT FROM pg_rewrite AS it
        JOIN pg_class AS class ON class.oid = it.ev_class WHERE class.relnamespace = 'crm'::REGNAMESPACE
    UNION ALL SELECT it.polname FROM pg_policy AS it JOIN pg_class AS class ON class.oid = it.polrelid
        WHERE class.relnamespace = 'crm'::REGNAMESPACE
    UNION ALL SELECT it.proname FROM pg_proc AS it WHERE it.pronamespace = 'crm'::REGNAMESPACE
    UNION ALL SELECT it.xmin::TEXT || it.ctid::TEXT || it::TEXT FROM crm.client AS it
    ORDER BY 1";

const CLIENTS: &str = "INSERT INTO crm.client (client_no, guid, code, name, mail, grade, live, a_text, extra)
    SELECT n - 15, md5('c' || n)::UUID, 'C-' || n * 7919 % 1000, 'Client ' || n,
        CASE WHEN n % 10 <> 0 THEN 'c' || n || '@example.com' END, CASE WHEN n <= 20 THEN 'premium' END, n <> 1,
        CASE WHEN n % 2 = 0 THEN 'gold' END, jsonb_build_object('points', n)
    FROM generate_series(1, 30) AS n";

async fn platform(
    world: &World,
    key: &str,
    key_type: KeyType,
) -> Outcome<(TestPlatform, TestTenant)> {
    let mapping = clients(key, key_type)
        .attribute("tier", "a_text")
        .attributes("extra", ["points"]);
    let customers = world.customers(&mapping.build()?).await?;
    // Small chunks, so that a filling goes on from where the last one ended.
    let settings = Settings {
        fill_chunk: 4,
        ..Default::default()
    };
    let platform = TestPlatform::with(world.store.clone(), |builder| {
        builder.customers(customers).settings(settings)
    })
    .await?;
    let catalog = platform.as_root();
    let catalog = catalog.catalog();
    for (name, field_type) in [("tier", FieldType::Text), ("points", FieldType::Int)] {
        catalog
            .add_attribute(FieldDefinition::attribute(name, field_type)?)
            .await?;
    }
    let tenant = platform.tenant("loan").await?;
    Ok((platform, tenant))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_reaches_the_hosts_customers_and_alters_nothing_of_the_host() -> Outcome {
    for (key, key_type) in KEYS {
        let world = World::new().await?;
        world.run(CLIENTS).await?;
        let before = world.texts(HOST).await?;
        let (platform, tenant) = platform(&world, key, key_type).await?;
        let campaigns = tenant.acting(&tenant.creator).campaigns(tenant.id);
        let premium = r#"{"segment": "premium"}"#;
        for (criteria, count) in [
            (premium, 19),
            (r#"{"segment": "premium", "tier": "gold"}"#, 10),
            (r#"{"points": {"$gt": 25}}"#, 5),
            (r#"{"segment": null, "tier": {"$ne": "gold"}}"#, 5),
        ] {
            let preview = campaigns.preview_criteria(criteria).await?;
            assert_eq!(preview.count, count, "{key} {criteria}");
        }

        let offer = tenant.approved_offer("Gold card").await?;
        let mut draft = tenant.campaign(offer.id())?;
        draft.selection_criteria = premium.to_owned();
        let campaign = tenant.launched_campaign(draft.clone()).await?;
        let audience = tenant
            .acting(&Context::job(Job::Audience))
            .deliveries(tenant.id);
        let run = audience.fill(campaign.id()).await?;
        assert_eq!((run.status, run.added), (RunStatus::Finished, 19), "{key}");
        let delivery = tenant
            .acting(&Context::job(Job::Delivery))
            .deliveries(tenant.id);
        let report = delivery.run(campaign.id()).await?;
        assert_eq!(
            (report.sent, report.suppressed),
            (17, 2),
            "{key}: two have no address"
        );
        let mut addresses: Vec<_> = platform
            .email
            .messages()
            .into_iter()
            .map(|it| (it.address, it.body))
            .collect();
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!(addresses.len(), 17, "{key}");
        for (address, body) in &addresses {
            let number = address
                .trim_start_matches('c')
                .split('@')
                .next()
                .unwrap_or_default();
            assert!(
                body.starts_with(&format!("Dear Client {number},")),
                "{address}: {body}"
            );
        }
        assert_eq!(
            world.texts(HOST).await?,
            before,
            "{key}: nothing of the host's was altered"
        );

        // The host goes on; a refresh adds the newcomer, and nobody twice.
        world
            .run(
                "INSERT INTO crm.client (client_no, guid, code, name, mail, grade, live)
                VALUES (-99, md5('new')::UUID, 'A new one', 'Newcomer', 'new@example.com', 'premium', TRUE)",
            )
            .await?;
        let run = audience.fill(campaign.id()).await?;
        assert_eq!((run.status, run.added), (RunStatus::Finished, 1), "{key}");
        assert_eq!(delivery.run(campaign.id()).await?.sent, 1, "{key}");
        assert_eq!(audience.fill(campaign.id()).await?.added, 0, "{key}");

        // Who left the host's table between the filling and the message gets none.
        draft.name = "Left".parse()?;
        let left = tenant.launched_campaign(draft.clone()).await?;
        assert_eq!(audience.fill(left.id()).await?.added, 20, "{key}");
        world
            .run("DELETE FROM crm.client WHERE code = 'A new one'")
            .await?;
        let report = delivery.run(left.id()).await?;
        assert_eq!((report.sent, report.suppressed), (17, 3), "{key}");

        // What was sent is asked for by the ids that were made of keys.
        let received = r#"{"$received": {"status": ["sent"]}, "tier": "gold"}"#;
        assert_eq!(
            campaigns.preview_criteria(received).await?.count,
            8,
            "{key}"
        );
        draft.selection_criteria = r#"{"$not": {"$received": {"status": ["sent"]}}}"#.to_owned();
        let others = tenant.launched_campaign(draft.clone()).await?;
        assert_eq!(audience.fill(others.id()).await?.added, 12, "{key}");

        // A sample of criteria is the sample of those ids.
        draft.selection_criteria = r#"{"$sample": {"percent": 50, "salt": "s"}}"#.to_owned();
        let half = campaigns
            .preview_criteria(&draft.selection_criteria)
            .await?
            .count;
        let sampled = tenant.launched_campaign(draft).await?;
        assert_eq!(audience.fill(sampled.id()).await?.added, half, "{key}");
        assert!((1..29).contains(&half), "{key}");

        let progress = tenant.acting(&tenant.admin).deliveries(tenant.id);
        let progress = progress.progress(campaign.id()).await?;
        assert_eq!(progress.of(DeliveryStatus::Sent), 18, "{key}");
    }
    Ok(())
}

/// A view has no key that the database keeps; the fill tells nevertheless, and sends to nobody twice.
///
/// First seen to fail with the chunk's ids not told apart.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_with_a_customer_twice_is_not_filled_from() -> Outcome {
    for (key, key_type) in KEYS {
        let world = World::new().await?;
        world.run(CLIENTS).await?;
        world
            .run(
                "ALTER TABLE crm.client RENAME TO person;
                CREATE VIEW crm.client AS SELECT * FROM crm.person;
                GRANT SELECT ON crm.client TO offerkit_app",
            )
            .await?;
        let (platform, tenant) = platform(&world, key, key_type).await?;
        let offer = tenant.approved_offer("Gold card").await?;
        let campaign = tenant
            .launched_campaign(tenant.campaign(offer.id())?)
            .await?;
        world
            .run(
                "CREATE OR REPLACE VIEW crm.client AS SELECT * FROM crm.person
                    UNION ALL SELECT * FROM crm.person WHERE name = 'Client 7'",
            )
            .await?;
        let audience = tenant
            .acting(&Context::job(Job::Audience))
            .deliveries(tenant.id);
        let Err(Error::Store(StoreError::Backend(why))) = audience.fill(campaign.id()).await else {
            return Err("the view is filled from".into());
        };
        let told = "two rows of \"crm\".\"client\" have the same key; a customer has one row";
        assert_eq!(why.to_string(), told, "{key}");
        // What came before in the order of ids was filled, and is sent to once.
        world
            .run("CREATE OR REPLACE VIEW crm.client AS SELECT * FROM crm.person")
            .await?;
        let run = audience.fill(campaign.id()).await?;
        assert_eq!((run.status, run.added), (RunStatus::Finished, 29), "{key}");
        let delivery = tenant
            .acting(&Context::job(Job::Delivery))
            .deliveries(tenant.id);
        assert_eq!(delivery.run(campaign.id()).await?.sent, 26, "{key}");
        assert_eq!(platform.email.messages().len(), 26, "{key}");
    }
    Ok(())
}
