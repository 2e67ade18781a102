//! The sentences of the database's defences, by the names that its errors bear.

/// What the defence of this name says.
pub(super) fn sentence(constraint: &str) -> Option<&'static str> {
    let found = SENTENCES.iter().find(|(name, _)| *name == constraint);
    found.map(|(_, sentence)| *sentence)
}

const SENTENCES: &[(&str, &str)] = &[
    (
        "user_tenant_roles_unchanged",
        "a membership is given and taken, never changed",
    ),
    (
        "offers_begin",
        "an offer begins as a draft with its first revision",
    ),
    ("offers_deleted", "a deleted offer is not changed"),
    ("offers_retired", "a retired offer is not changed"),
    (
        "offers_identity",
        "an offer stays whose it is, and every change has the next version",
    ),
    (
        "offers_approved_not_deleted",
        "an offer that was approved is not deleted",
    ),
    ("offers_revision_gap", "revisions are numbered without gaps"),
    (
        "offers_latest_revision",
        "the latest revision is the one with the highest number",
    ),
    (
        "offers_working_revision",
        "an offer goes back to its live revision alone",
    ),
    (
        "offers_status_edge",
        "the offer's status does not lead there",
    ),
    (
        "offers_live_by_approval",
        "a revision becomes live by its approval alone",
    ),
    (
        "offers_submitter",
        "whoever submits an offer is kept as a contributor",
    ),
    (
        "offer_revisions_counted",
        "revisions are numbered without gaps",
    ),
    (
        "offer_approvals_content",
        "an approval names the digest of its revision",
    ),
    (
        "offer_approvals_submitted",
        "what is approved is the submitted revision",
    ),
    (
        "offer_approvals_four_eyes",
        "nobody approves an offer they wrote or submitted since its last approval",
    ),
    (
        "offer_configurations_unchanged",
        "a published configuration never changes",
    ),
    (
        "offer_revisions_unchanged",
        "a stored revision never changes",
    ),
    (
        "offer_contributions_unchanged",
        "who took part is not forgotten",
    ),
    ("offer_approvals_unchanged", "an approval never changes"),
    ("consents_unchanged", "what a customer said stays said"),
    (
        "offers_kept",
        "a deleted offer is hidden, and its evidence stays",
    ),
    ("campaigns_begin", "a campaign begins as a draft"),
    (
        "campaigns_identity",
        "a campaign stays whose it is, and every change has the next version",
    ),
    ("campaigns_launch_kept", "a launch is not forgotten"),
    (
        "campaigns_launch_next",
        "launches are numbered without gaps",
    ),
    (
        "campaigns_status_edge",
        "the campaign's status does not lead there",
    ),
    (
        "campaigns_launch_unchanged",
        "a launch changes nothing of what is launched",
    ),
    ("campaigns_plan_held", "a campaign that runs is not edited"),
    ("campaigns_revision", "a changed plan has the next revision"),
    (
        "campaign_launches_next",
        "launches are numbered without gaps",
    ),
    (
        "campaign_launches_status",
        "the campaign's status does not lead there",
    ),
    (
        "campaign_launches_approved",
        "a launch sends an approved revision of the offer",
    ),
    (
        "campaign_launches_digests",
        "a launch names the digests of what is launched",
    ),
    (
        "campaign_launches_four_eyes",
        "nobody launches a campaign they wrote or requested since its last launch",
    ),
    (
        "campaign_launches_segment_authors",
        "nobody launches a campaign with a segment they wrote and that its last launch did not use",
    ),
    (
        "campaign_launches_taken",
        "a launch makes its campaign active",
    ),
    (
        "campaign_segments_current",
        "segments are pinned for the revision that is written",
    ),
    ("segments_unchanged", "a version of a segment never changes"),
    (
        "campaign_segments_unchanged",
        "what a revision pinned is not forgotten",
    ),
    (
        "campaign_contributions_unchanged",
        "who took part is not forgotten",
    ),
    ("campaign_launches_unchanged", "a launch never changes"),
    ("offer_comments_unchanged", "a comment never changes"),
    (
        "users_super_admin_remains",
        "one active super admin always remains",
    ),
    (
        "audit_hook_over",
        "a commit hook does not end its transaction",
    ),
    ("users_kept", "a user is deactivated, never deleted"),
    (
        "sending_stops_kept",
        "a stop of sending is lifted, never taken away",
    ),
    (
        "sending_stops_lifted",
        "a stop of sending is lifted once, and otherwise stays as it was set",
    ),
    ("tenants_kept", "a tenant is deactivated, never deleted"),
    (
        "groups_kept",
        "a group is kept, so that records can name it",
    ),
    ("campaigns_kept", "a campaign is completed, never deleted"),
    ("customers_kept", "a customer is erased, never deleted"),
    ("customers_erased", "this customer was erased"),
    ("customers_identity", "a customer's id never changes"),
    ("audience_runs_over", "a run that is over stays as it is"),
    (
        "audience_runs_forward",
        "a run goes forward, as it was started",
    ),
    ("audience_runs_kept", "a run is evidence"),
    ("campaign_customers_begin", "a delivery begins as pending"),
    (
        "campaign_customers_edge",
        "the delivery's status does not lead there",
    ),
    (
        "campaign_customers_identity",
        "a delivery stays whose it is",
    ),
    (
        "campaign_customers_token",
        "a claimed delivery is settled by its claim's holder",
    ),
    (
        "campaign_customers_takeover",
        "a claim is taken over once it has lapsed",
    ),
    ("campaign_customers_kept", "a delivery is evidence"),
    (
        "campaign_customers_one",
        "a customer is on one of the campaign's channels at a time",
    ),
    (
        "campaign_lots_follow",
        "what the ledger counts follows from its rows",
    ),
    ("campaign_lots_kept", "a delivery is evidence"),
    (
        "campaign_audiences_follow",
        "what the ledger counts follows from its rows",
    ),
    ("campaign_audiences_kept", "a delivery is evidence"),
    (
        "campaign_customers_of_run",
        "a delivery is of a run of its campaign, in its tenant",
    ),
    ("delivery_attempts_unchanged", "an attempt never changes"),
    (
        "message_templates_unchanged",
        "a version of a template never changes",
    ),
    (
        "audit_seals_follow",
        "seals follow the order of the commits, without gaps",
    ),
    ("audit_append_only", "the audit log is only added to"),
    (
        "offers_approved_is_live",
        "an approved offer's working revision is its live one",
    ),
    (
        "offers_live_revision_fkey",
        "a revision becomes live by its approval alone",
    ),
    (
        "offer_approvals_content_fkey",
        "an approval names the digest of its revision",
    ),
    (
        "offers_working_revision_fkey",
        "revisions are numbered without gaps",
    ),
    (
        "offers_latest_revision_fkey",
        "the latest revision is the one with the highest number",
    ),
    (
        "campaign_launches_approved_fkey",
        "a launch sends an approved revision of the offer",
    ),
    (
        "campaigns_launch_fkey",
        "launches are numbered without gaps",
    ),
    (
        "campaigns_runs_by_launch",
        "a campaign runs by its launch alone",
    ),
    (
        "campaigns_dates_check",
        "a campaign does not end before it starts",
    ),
    (
        "offer_revisions_validity_check",
        "an offer's validity does not end before it begins",
    ),
    (
        "user_tenant_roles_not_to_oneself",
        "nobody gives a membership to themselves",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Migrations, SchemaName};

    /// The rules that functions and triggers of the migrations name, each with its sentence.
    fn named(sql: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let texts: Vec<_> = sql.split('\'').collect();
        for place in 1..texts.len().saturating_sub(2) {
            let is_name = |text: &str| {
                !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            };
            let (Some(name), Some(between), Some(sentence)) =
                (texts.get(place), texts.get(place + 1), texts.get(place + 2))
            else {
                continue;
            };
            let is_call = between.trim() == "," && sentence.contains(' ');
            if is_name(name) && name.contains('_') && is_call {
                // A doubled quote in SQL.
                let mut sentence = (*sentence).to_owned();
                if texts.get(place + 3) == Some(&"") {
                    sentence = format!("{sentence}'{}", texts.get(place + 4).unwrap_or(&""));
                }
                found.push(((*name).to_owned(), sentence));
            }
        }
        found
    }

    #[test]
    fn every_defence_of_the_migrations_has_its_sentence() {
        let schema = SchemaName::default();
        let migrations = Migrations::of(&schema);
        let mut count = 0;
        for migration in migrations.list() {
            for (name, expected) in named(migration.sql()) {
                assert_eq!(sentence(&name), Some(expected.as_str()), "{name}");
                count += 1;
            }
        }
        assert!(count > 40, "only {count} were found");
    }
}
