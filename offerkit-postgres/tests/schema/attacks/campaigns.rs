//! Sending what was not approved, or launching what one wrote.

use crate::attack::attacks;

/// A record that names no single object.
macro_rules! record {
    () => {
        "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, performed_by, action, outcome, subject_kind, result, created_at)
            VALUES (md5('loan')::UUID, gen_random_uuid(), gen_random_uuid(), 'user', md5('asha')::UUID, 'campaign.edit', 'done', 'campaign', 'null', '2026-03-02 10:00Z')"
    };
}

/// Launches the draft campaign.
macro_rules! launch {
    (by $user:literal, offer revision $revision:literal with $digest:literal) => {
        concat!(
            "INSERT INTO {schema}.campaign_launches (tenant_id, campaign_id, number, launched_by, launched_at, revision, offer_id,
                offer_revision, offer_digest, criteria_digest, messages_digest, schedule_digest, counted, ceiling)
            SELECT tenant_id, id, 1, md5('", $user, "')::UUID, '2026-03-02 10:00Z', revision, offer_id, ", $revision, ", ", $digest, ",
                criteria_digest, messages_digest, schedule_digest, 3, 4
            FROM {schema}.campaigns WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign draft')::UUID"
        )
    };
}

macro_rules! activate {
    () => {
        "UPDATE {schema}.campaigns SET status = 'active', launch_number = 1, version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign draft')::UUID"
    };
}

attacks! {
    no_campaign_sends_an_unapproved_revision {
        record!(),
        launch!(by "ben", offer revision "2" with "sha256('x')"),
        activate!();
        stopped: [(App, "campaign_launches_approved"), (Owner, "campaign_launches_approved"), (Superuser, "campaign_launches_approved")];
        dropped: ["DROP TRIGGER campaign_launches_four_eyes ON {schema}.campaign_launches",
            "ALTER TABLE {schema}.campaign_launches DROP CONSTRAINT campaign_launches_approved_fkey"] as App
    }

    /// The key alone holds it, even where the trigger is gone.
    no_campaign_sends_other_content_than_was_approved {
        record!(),
        "ALTER TABLE {schema}.campaign_launches DISABLE TRIGGER campaign_launches_four_eyes",
        launch!(by "ben", offer revision "1" with "sha256('another text')"),
        activate!();
        stopped: [(App, "42501"), (Owner, "campaign_launches_approved_fkey"), (Superuser, "campaign_launches_approved_fkey")];
        dropped: ["ALTER TABLE {schema}.campaign_launches DROP CONSTRAINT campaign_launches_approved_fkey"] as Superuser
    }

    nobody_launches_a_campaign_they_wrote {
        record!(),
        launch!(by "asha", offer revision "1" with "(SELECT digest FROM {schema}.offer_approvals WHERE tenant_id = md5('loan')::UUID)"),
        activate!();
        stopped: [(App, "campaign_launches_four_eyes"), (Owner, "campaign_launches_four_eyes"), (Superuser, "campaign_launches_four_eyes")];
        dropped: ["DROP TRIGGER campaign_launches_four_eyes ON {schema}.campaign_launches"] as App
    }

    /// carol wrote no word of the campaign, but the segment that it selects by.
    nobody_launches_a_campaign_that_uses_their_segment {
        record!(),
        launch!(by "carol", offer revision "1" with "(SELECT digest FROM {schema}.offer_approvals WHERE tenant_id = md5('loan')::UUID)"),
        activate!();
        stopped: [(App, "campaign_launches_segment_authors"), (Superuser, "campaign_launches_segment_authors")];
        dropped: ["DROP TRIGGER campaign_launches_four_eyes ON {schema}.campaign_launches"] as App
    }

    a_campaign_does_not_become_active_without_a_launch {
        record!(),
        "UPDATE {schema}.campaigns SET status = 'active', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign draft')::UUID";
        stopped: [(App, "campaigns_status_edge"), (Owner, "campaigns_status_edge"), (Superuser, "campaigns_status_edge")];
        dropped: ["DROP TRIGGER campaigns_follow ON {schema}.campaigns",
            "ALTER TABLE {schema}.campaigns DROP CONSTRAINT campaigns_runs_by_launch"] as App
    }

    a_completed_campaign_stays_completed {
        record!(),
        "UPDATE {schema}.campaigns SET status = 'completed', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign active')::UUID",
        "UPDATE {schema}.campaigns SET status = 'active', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign active')::UUID";
        stopped: [(App, "campaigns_status_edge"), (Owner, "campaigns_status_edge"), (Superuser, "campaigns_status_edge")];
        dropped: ["DROP TRIGGER campaigns_follow ON {schema}.campaigns"] as App
    }

    what_runs_is_not_edited {
        record!(),
        "UPDATE {schema}.campaigns SET messages = '{\"email\":{\"body\":\"Buy\",\"subject\":null}}', revision = 2, version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign active')::UUID";
        stopped: [(App, "campaigns_plan_held"), (Owner, "campaigns_plan_held"), (Superuser, "campaigns_plan_held")];
        dropped: ["DROP TRIGGER campaigns_follow ON {schema}.campaigns"] as App
    }

    an_edited_campaign_does_not_go_on_as_it_was_launched {
        record!(),
        "UPDATE {schema}.campaigns SET status = 'paused', pause_reason = 'look', version = 3
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign active')::UUID",
        "UPDATE {schema}.campaigns SET messages = '{\"email\":{\"body\":\"Buy\",\"subject\":null}}', revision = 2, version = 4
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign active')::UUID",
        "UPDATE {schema}.campaigns SET status = 'active', version = 5
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign active')::UUID";
        stopped: [(App, "campaigns_status_edge"), (Superuser, "campaigns_status_edge")];
        dropped: ["DROP TRIGGER campaigns_follow ON {schema}.campaigns"] as App
    }

    nobody_is_on_two_channels_where_one_is_chosen {
        record!(),
        "UPDATE {schema}.campaigns SET status = 'paused', pause_reason = 'look', version = 3
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign active')::UUID",
        "UPDATE {schema}.campaigns SET channels = '{\"first_available\":[\"email\"]}', revision = 2, version = 4
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign active')::UUID",
        "INSERT INTO {schema}.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, updated_at)
            SELECT tenant_number, campaign_number, 'sms', customer_id, run_number, updated_at FROM {schema}.campaign_customers
            WHERE tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_one"), (Superuser, "campaign_customers_one")];
        dropped: ["DROP TRIGGER campaign_customers_added ON {schema}.campaign_customers"] as App
    }

    a_launch_names_what_is_launched {
        record!(),
        "INSERT INTO {schema}.campaign_launches (tenant_id, campaign_id, number, launched_by, launched_at, revision, offer_id,
                offer_revision, offer_digest, criteria_digest, messages_digest, schedule_digest, counted, ceiling)
            SELECT campaign.tenant_id, campaign.id, 1, md5('ben')::UUID, '2026-03-02 10:00Z', campaign.revision, campaign.offer_id, 1,
                approval.digest, sha256('everyone'), campaign.messages_digest, campaign.schedule_digest, 3, 4
            FROM {schema}.campaigns AS campaign JOIN {schema}.offer_approvals AS approval USING (tenant_id, offer_id)
            WHERE campaign.tenant_id = md5('loan')::UUID AND campaign.id = md5('loan campaign draft')::UUID",
        "UPDATE {schema}.campaigns SET launch_number = 1, version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan campaign draft')::UUID";
        stopped: [(App, "campaign_launches_digests"), (Superuser, "campaign_launches_digests")];
        dropped: ["DROP TRIGGER campaign_launches_four_eyes ON {schema}.campaign_launches",
            "DROP TRIGGER campaigns_follow ON {schema}.campaigns"] as App
    }

    a_launch_is_not_rewritten {
        "UPDATE {schema}.campaign_launches SET ceiling = 1000000 WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "42501"), (Owner, "campaign_launches_unchanged"), (Superuser, "campaign_launches_unchanged")];
        dropped: ["DROP TRIGGER campaign_launches_unchanged ON {schema}.campaign_launches"] as Superuser
    }

    a_segment_version_is_not_rewritten {
        "UPDATE {schema}.segments SET criteria_canonical = '{\"$everyone\": true}' WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "42501"), (Owner, "segments_unchanged"), (Superuser, "segments_unchanged")];
        dropped: ["DROP TRIGGER segments_unchanged ON {schema}.segments"] as Superuser
    }
}
