//! What has to be there for a request to succeed.

use offerkit_core::{
    domain::{Channel, OfferStatus, StopExtent},
    text::Reason,
};
use serde_json::json;

use crate::world::World;

/// What has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Setup {
    Nothing,
    Draft,
    Submitted,
    Approved,
    Edited,
    Planned,
    Requested,
    Launched,
    Paused,
    Segment,
    Attribute,
    Customer,
    Stopped,
    Tried,
}

pub(super) async fn prepared(world: &World, setup: Setup) -> String {
    match setup {
        Setup::Nothing => String::new(),
        Setup::Draft => world.draft().await.id().to_string(),
        Setup::Submitted => world.submitted().await.id().to_string(),
        Setup::Approved => world.approved().await.id().to_string(),
        Setup::Edited => {
            let offer = world.approved().await;
            let offers = world.loan.acting(&world.loan.creator).offers(world.loan.id);
            let draft = json!({"title": "Silver", "rate": 1, "currency": "INR"}).into();
            let edited = offers
                .edit(offer.id(), offer.revision(), draft)
                .await
                .unwrap();
            assert_eq!(edited.status(), OfferStatus::Draft);
            offer.id().to_string()
        }
        Setup::Planned => {
            let offer = world.approved().await;
            let draft = world.loan.campaign(offer.id()).unwrap();
            let campaigns = world
                .loan
                .acting(&world.loan.creator)
                .campaigns(world.loan.id);
            campaigns.create(draft).await.unwrap().id().to_string()
        }
        Setup::Tried => {
            let planned = Box::pin(prepared(world, Setup::Planned)).await;
            world.reachable("loan.approver").await;
            planned
        }
        Setup::Requested => world.requested_campaign().await.id().to_string(),
        Setup::Launched => world.launched_campaign().await.id().to_string(),
        Setup::Paused => {
            let campaign = world.launched_campaign().await;
            let campaigns = world
                .loan
                .acting(&world.loan.creator)
                .campaigns(world.loan.id);
            let reason: Reason = "a test".parse().unwrap();
            campaigns.pause(campaign.id(), &reason).await.unwrap();
            campaign.id().to_string()
        }
        Setup::Segment => {
            let segments = world
                .loan
                .acting(&world.loan.creator)
                .segments(world.loan.id);
            let name = "premium".parse().unwrap();
            let criteria = r#"{"segment": "premium"}"#;
            segments.write(&name, None, None, criteria).await.unwrap();
            String::new()
        }
        Setup::Customer => {
            let customers = world.platform.customers(1).await.unwrap();
            customers[0].to_string()
        }
        Setup::Stopped => {
            let stops = world.platform.as_root().stops();
            let reason: Reason = "a test".parse().unwrap();
            let extent = StopExtent::Channel(Channel::Sms);
            let stop = stops.stop(extent, &reason).await.unwrap();
            stop.id.to_string()
        }
        Setup::Attribute => {
            use offerkit_core::criteria::{FieldDefinition, FieldType};
            let field = FieldDefinition::attribute("tier", FieldType::Text).unwrap();
            world
                .platform
                .as_root()
                .catalog()
                .add_attribute(field)
                .await
                .unwrap();
            String::new()
        }
    }
}
