//! What the unit tests begin with.

use offerkit_core::{
    digest::Digest,
    domain::{
        Campaign, CampaignPlan, ConfigurationVersion, Group, NewUser, Offer, PermissionSet,
        Proposal, SavedCriteria, Schedule, Scope, Tenant, User, Validity,
    },
    id::{CampaignId, CustomerId, GroupId, OfferId, TenantId, UserId},
    time::Timestamp,
};
use serde_json::json;
use uuid::Uuid;

pub(crate) const fn uuid(number: u32) -> Uuid {
    Uuid::from_u128(number as u128)
}

pub(crate) const fn user_id(number: u32) -> UserId {
    UserId::from_uuid(uuid(number))
}

pub(crate) const fn customer_id(number: u32) -> CustomerId {
    CustomerId::from_uuid(uuid(number))
}

pub(crate) const TENANT: TenantId = TenantId::from_uuid(uuid(1));
pub(crate) const OTHER_TENANT: TenantId = TenantId::from_uuid(uuid(2));
pub(crate) const SCOPE: Scope = Scope::Tenant(TENANT);

pub(crate) fn moment() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

pub(crate) fn user(number: u32) -> User {
    let new = NewUser {
        name: format!("user{number}").parse().unwrap(),
        full_name: None,
        email: None,
        phone: None,
        identity: None,
    };
    User::create(user_id(number), new, None, moment())
}

pub(crate) fn tenant(id: TenantId) -> Tenant {
    let name = format!("tenant{}", id.as_uuid().as_u128());
    Tenant::create(id, name.parse().unwrap(), None, user_id(0), moment())
}

pub(crate) fn group(number: u32) -> Group {
    let id = GroupId::from_uuid(uuid(number));
    let name = format!("group{number}").parse().unwrap();
    Group::create(id, TENANT, name, None, PermissionSet::EMPTY, moment())
}

pub(crate) fn proposal(rate: u32) -> Proposal {
    Proposal {
        content: json!({ "rate": rate }).try_into().unwrap(),
        validity: Validity::default(),
        configuration: ConfigurationVersion::FIRST,
    }
}

pub(crate) fn offer(number: u32, author: UserId) -> Offer {
    let id = OfferId::from_uuid(uuid(number));
    Offer::create(id, TENANT, proposal(0), author, moment())
}

pub(crate) fn criteria() -> SavedCriteria {
    SavedCriteria {
        source: "{}".into(),
        canonical: "{}".into(),
        digest: Digest::of(b"{}"),
        language: 1,
        catalog: 1,
        pins: [].into(),
    }
}

pub(crate) fn plan(offer: OfferId, name: &str) -> CampaignPlan {
    CampaignPlan {
        offer,
        name: name.parse().unwrap(),
        description: None,
        purpose: offerkit_core::domain::Purpose::Service,
        selection_criteria: criteria(),
        segments: Vec::new(),
        messages: [].into(),
        start_date: moment().date(),
        end_date: moment().date(),
        channels: offerkit_core::domain::ChannelChoice::default(),
        schedule: Schedule::default(),
    }
}

pub(crate) fn campaign(number: u32, offer: OfferId, author: UserId) -> Campaign {
    let id = CampaignId::from_uuid(uuid(number));
    Campaign::create(id, TENANT, plan(offer, "spring"), author, moment()).unwrap()
}

pub(crate) use records::{event, refusal};

#[cfg(test)]
mod records {
    use offerkit_core::{
        audit::{AuditEvent, Provenance, Refusal, Subject, SubjectKind},
        domain::Scope,
        id::{AuditId, OperationId},
        policy::{Action, Actor, DenialKind, Denied, Resource, TenantFacts, UserFacts, authorize},
    };

    use super::{moment, user_id, uuid};

    fn provenance(number: u32) -> Provenance {
        Provenance {
            id: AuditId::from_uuid(uuid(number)),
            operation: OperationId::from_uuid(uuid(number)),
            fingerprint: None,
            request: None,
            source: None,
            at: moment(),
        }
    }

    fn super_admin() -> Actor {
        Actor::User(UserFacts {
            id: user_id(0),
            is_active: true,
            is_super_admin: true,
            must_change_password: false,
            hold: None,
            memberships: Vec::new(),
        })
    }

    /// The event of operation `number`.
    pub(crate) fn event(scope: Scope, number: u32) -> AuditEvent {
        let (action, resource) = match scope {
            Scope::Platform => (Action::ImportCustomers, Resource::Platform),
            Scope::Tenant(id) => {
                let facts = TenantFacts {
                    id,
                    is_active: true,
                };
                (Action::UpdateTenant, Resource::Tenant(facts))
            }
        };
        let grant = authorize(&super_admin(), action, &resource).unwrap();
        let subject = Subject::the(SubjectKind::Platform);
        AuditEvent::new(grant, provenance(number), subject)
    }

    pub(crate) fn refusal(scope: Scope, number: u32) -> Refusal {
        let denied = Denied::new(Action::UpdateTenant, DenialKind::Outsider);
        let subject = Subject::the(SubjectKind::Platform);
        let actor = super_admin().reference();
        Refusal::new(&denied, actor, scope, provenance(number), subject)
    }
}
