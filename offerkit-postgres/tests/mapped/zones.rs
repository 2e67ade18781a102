//! Quiet hours by the clocks of a host's own customers.

use offerkit_core::{
    criteria::{FieldDefinition, FieldType},
    domain::{ContactRules, QuietHours, SendingHours, Withheld},
    policy::Job,
    services::Context,
    testing::TestPlatform,
};

use crate::{
    client::{KEYS, clients},
    world::{Outcome, World},
};

const CLIENTS: &str =
    "INSERT INTO crm.client (client_no, guid, code, name, mail, live, a_text, extra)
    SELECT n, md5('c' || n)::UUID, 'C-' || n, 'Client ' || n, 'c' || n || '@example.com', TRUE,
        CASE WHEN n <= 3 THEN '-08:00' WHEN n <= 5 THEN '+05:30' END, '{}'
    FROM generate_series(1, 9) AS n";

/// First seen to fail with zones read from the library's own table, in which the host's customers do not stand.
#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_follow_the_clocks_of_the_hosts_customers() -> Outcome {
    for (key, key_type) in KEYS {
        let world = World::new().await?;
        world.run(CLIENTS).await?;
        let mapping = clients(key, key_type).attribute("zone", "a_text").build()?;
        let customers = world.customers(&mapping).await?;
        let platform =
            TestPlatform::with(world.store.clone(), |builder| builder.customers(customers)).await?;
        let zone = FieldDefinition::attribute("zone", FieldType::Text)?;
        platform.as_root().catalog().add_attribute(zone).await?;
        let tenant = platform.tenant("loan").await?;
        let configuration = tenant.acting(&tenant.admin).configuration(tenant.id);
        let current = configuration.current().await?;
        let mut settings = current.settings.clone();
        settings.contact = ContactRules {
            hours: SendingHours {
                quiet: Some(QuietHours {
                    from: "21:00:00".parse()?,
                    to: "08:00:00".parse()?,
                }),
                ..SendingHours::default()
            },
            zone_field: Some("zone".into()),
            ..ContactRules::default()
        };
        configuration.publish(current.version, settings).await?;
        // It is 9:00 in UTC, 14:30 and 1:00 elsewhere.
        let offer = tenant.approved_offer("Gold card").await?;
        let campaign = tenant
            .launched_campaign(tenant.campaign(offer.id())?)
            .await?;
        let acting = |job| tenant.acting(&Context::job(job)).deliveries(tenant.id);
        acting(Job::Audience).fill(campaign.id()).await?;
        let campaigns = tenant.acting(&tenant.creator).campaigns(tenant.id);
        let reach = campaigns.reach(campaign.id()).await?;
        let reached: Vec<_> = reach.channels.iter().map(|it| it.contacted).collect();
        let held = reach.channels.iter().flat_map(|it| &it.held);
        let held: Vec<_> = held.map(|it| (it.reason, it.customers)).collect();
        assert_eq!(
            (reached, held),
            (vec![6], vec![(Withheld::QuietHours, 3)]),
            "{key}"
        );
        let report = acting(Job::Delivery).run(campaign.id()).await?;
        assert_eq!((report.sent, report.held), (6, 3), "{key}");
    }
    Ok(())
}
