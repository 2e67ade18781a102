//! Jobs do their own work, and nobody known does nothing.

use offerkit_core::policy::{Action, Actor, Basis, Job, TABLE, authorize};

use crate::{table::rows, world::Thing};

#[test]
fn a_job_does_its_own_work_and_nothing_else() {
    for job in Job::ALL {
        let actor = Actor::System(job);
        for row in rows() {
            for thing in Thing::all()
                .into_iter()
                .filter(|thing| row.is_about(*thing))
            {
                let contributions = thing.part().contributions();
                let decision = authorize(&actor, row.action, &thing.resource(true, &contributions));
                match decision {
                    Ok(grant) => {
                        assert!(row.is_work_of(job), "{job:?} may {}", row.action);
                        assert_eq!(*grant.basis(), Basis::Job(job));
                    }
                    Err(denied) => {
                        assert!(!row.is_work_of(job), "{job:?} may not {}", row.action);
                        assert_eq!(denied.code(), "not_of_job");
                    }
                }
            }
        }
    }
}

#[test]
fn no_campaign_of_an_inactive_tenant_is_filled_sent_or_moved() {
    let thing = Thing::Campaign {
        part: crate::world::Part::None,
    };
    for (job, action) in [
        (Job::Audience, Action::FillAudience),
        (Job::Audience, Action::PauseCampaign),
        (Job::Delivery, Action::RunDeliveries),
        (Job::Schedule, Action::CompleteCampaign),
        (Job::Schedule, Action::PauseCampaign),
    ] {
        let denied =
            authorize(&Actor::System(job), action, &thing.resource(false, &[])).unwrap_err();
        assert_eq!(denied.code(), "tenant_inactive", "{action}");
    }
}

#[test]
fn what_happened_before_a_tenants_deactivation_is_sealed() {
    let sealer = Actor::System(Job::Sealer);
    let resource = Thing::Tenant.resource(false, &[]);
    assert!(authorize(&sealer, Action::SealAudit, &resource).is_ok());
}

#[test]
fn nobody_known_may_do_nothing() {
    for action in Action::ALL {
        for thing in Thing::all() {
            let contributions = thing.part().contributions();
            for tenant_is_active in [true, false] {
                let resource = thing.resource(tenant_is_active, &contributions);
                let denied = authorize(&Actor::Anonymous, *action, &resource).unwrap_err();
                assert_eq!(denied.code(), "unauthenticated");
            }
        }
    }
}

#[test]
fn every_action_stands_in_the_policys_table_at_its_place() {
    assert_eq!(TABLE.len(), Action::ALL.len());
    for (rule, action) in TABLE.iter().zip(Action::ALL) {
        assert_eq!(rule.action, *action);
        assert_eq!(*rule, action.rule());
    }
}

#[test]
fn the_refusal_of_whatever_changes_something_is_recorded() {
    for row in rows() {
        assert_eq!(row.action.rule().mutates, row.changes, "{}", row.action);
    }
}
