//! Approving what one wrote, what nobody submitted, or what was not approved.

use crate::attack::{attacks, record_of};

attacks! {
    nobody_approves_their_own_offer {
        record_of!("submitted"),
        "INSERT INTO {schema}.offer_approvals (tenant_id, offer_id, revision, digest, approver, at)
            SELECT tenant_id, offer_id, number, digest, md5('asha')::UUID, '2026-03-02 10:00Z' FROM {schema}.offer_revisions
            WHERE tenant_id = md5('loan')::UUID AND offer_id = md5('loan submitted')::UUID";
        stopped: [(App, "offer_approvals_four_eyes"), (Owner, "offer_approvals_four_eyes"), (Superuser, "offer_approvals_four_eyes")];
        dropped: ["DROP TRIGGER offer_approvals_four_eyes ON {schema}.offer_approvals"] as App
    }

    /// Revision 1 was rejected, carol then added a comma and submitted: asha's text is still asha's.
    a_rejection_and_anothers_comma_do_not_wash_a_text_clean {
        record_of!("washed"),
        "INSERT INTO {schema}.offer_approvals (tenant_id, offer_id, revision, digest, approver, at)
            SELECT tenant_id, offer_id, number, digest, md5('asha')::UUID, '2026-03-02 10:00Z' FROM {schema}.offer_revisions
            WHERE tenant_id = md5('loan')::UUID AND offer_id = md5('loan washed')::UUID AND number = 2";
        stopped: [(App, "offer_approvals_four_eyes"), (Owner, "offer_approvals_four_eyes"), (Superuser, "offer_approvals_four_eyes")];
        dropped: ["DROP TRIGGER offer_approvals_four_eyes ON {schema}.offer_approvals"] as App
    }

    /// The revisions' authors count even where the contributions do not name them.
    an_author_counts_without_a_contribution {
        "UPDATE {schema}.offers SET status = 'draft', working_revision = 2, latest_revision = 2, submitted_at = NULL, version = 3
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan submitted')::UUID",
        "INSERT INTO {schema}.offer_revisions (tenant_id, offer_id, number, content, configuration, author, written_at)
            VALUES (md5('loan')::UUID, md5('loan submitted')::UUID, 2, '{}', 1, md5('ben')::UUID, '2026-03-02 10:00Z')",
        "INSERT INTO {schema}.offer_contributions (tenant_id, offer_id, position, user_id, kind, revision, at)
            VALUES (md5('loan')::UUID, md5('loan submitted')::UUID, 3, md5('asha')::UUID, 'submitted', 2, '2026-03-02 10:00Z')",
        "UPDATE {schema}.offers SET status = 'submitted', submitted_at = '2026-03-02 10:00Z', version = 4
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan submitted')::UUID",
        record_of!("submitted"),
        "INSERT INTO {schema}.offer_approvals (tenant_id, offer_id, revision, digest, approver, at)
            SELECT tenant_id, offer_id, number, digest, md5('ben')::UUID, '2026-03-02 10:00Z' FROM {schema}.offer_revisions
            WHERE tenant_id = md5('loan')::UUID AND offer_id = md5('loan submitted')::UUID AND number = 2";
        stopped: [(App, "offer_approvals_four_eyes"), (Superuser, "offer_approvals_four_eyes")];
        dropped: ["DROP TRIGGER offer_approvals_four_eyes ON {schema}.offer_approvals"] as App
    }

    an_offer_is_not_submitted_by_nobody {
        record_of!("draft"),
        "UPDATE {schema}.offers SET status = 'submitted', submitted_at = '2026-03-02 10:00Z', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan draft')::UUID";
        stopped: [(App, "offers_submitter"), (Owner, "offers_submitter"), (Superuser, "offers_submitter")];
        dropped: ["DROP TRIGGER offers_follow ON {schema}.offers"] as App
    }

    who_contributed_is_not_forgotten {
        "DELETE FROM {schema}.offer_contributions WHERE tenant_id = md5('loan')::UUID AND user_id = md5('asha')::UUID";
        stopped: [(App, "42501"), (Owner, "offer_contributions_unchanged"), (Superuser, "offer_contributions_unchanged")];
        dropped: ["DROP TRIGGER offer_contributions_unchanged ON {schema}.offer_contributions",
            "GRANT DELETE ON {schema}.offer_contributions TO offerkit_app"] as App
    }

    other_content_than_the_digests_is_not_approved {
        record_of!("submitted"),
        "INSERT INTO {schema}.offer_approvals (tenant_id, offer_id, revision, digest, approver, at)
            VALUES (md5('loan')::UUID, md5('loan submitted')::UUID, 1, sha256('another text'), md5('ben')::UUID, '2026-03-02 10:00Z')";
        stopped: [(App, "offer_approvals_content"), (Owner, "offer_approvals_content"), (Superuser, "offer_approvals_content")];
        dropped: ["DROP TRIGGER offer_approvals_four_eyes ON {schema}.offer_approvals",
            "ALTER TABLE {schema}.offer_approvals DROP CONSTRAINT offer_approvals_content_fkey"] as App
    }

    what_nobody_submitted_is_not_approved {
        record_of!("draft"),
        "INSERT INTO {schema}.offer_approvals (tenant_id, offer_id, revision, digest, approver, at)
            SELECT tenant_id, offer_id, number, digest, md5('ben')::UUID, '2026-03-02 10:00Z' FROM {schema}.offer_revisions
            WHERE tenant_id = md5('loan')::UUID AND offer_id = md5('loan draft')::UUID";
        stopped: [(App, "offer_approvals_submitted"), (Superuser, "offer_approvals_submitted")];
        dropped: ["DROP TRIGGER offer_approvals_four_eyes ON {schema}.offer_approvals"] as App
    }

    a_draft_does_not_become_approved {
        record_of!("draft"),
        "UPDATE {schema}.offers SET status = 'approved', live_revision = 1, version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan draft')::UUID";
        stopped: [(App, "offers_status_edge"), (Owner, "offers_status_edge"), (Superuser, "offers_status_edge")];
        dropped: ["DROP TRIGGER offers_follow ON {schema}.offers",
            "ALTER TABLE {schema}.offers DROP CONSTRAINT offers_live_revision_fkey"] as App
    }

    a_submitted_offer_does_not_become_approved_without_its_approval {
        record_of!("submitted"),
        "UPDATE {schema}.offers SET status = 'approved', live_revision = 1, submitted_at = NULL, version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan submitted')::UUID";
        stopped: [(App, "offers_live_revision_fkey"), (Owner, "offers_live_revision_fkey"), (Superuser, "offers_live_revision_fkey")];
        dropped: ["ALTER TABLE {schema}.offers DROP CONSTRAINT offers_live_revision_fkey"] as App
    }

    a_rejected_revision_is_not_submitted_again {
        record_of!("submitted"),
        "UPDATE {schema}.offers SET status = 'rejected', submitted_at = NULL, version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan submitted')::UUID",
        "UPDATE {schema}.offers SET status = 'submitted', submitted_at = '2026-03-02 09:00Z', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan submitted')::UUID";
        stopped: [(App, "offers_status_edge"), (Superuser, "offers_status_edge")];
        dropped: ["DROP TRIGGER offers_follow ON {schema}.offers"] as App
    }

    an_offer_does_not_begin_approved {
        record_of!("new"),
        "INSERT INTO {schema}.offers (tenant_id, id, status, working_revision, latest_revision, created_by, created_at, updated_at)
            VALUES (md5('loan')::UUID, md5('loan new')::UUID, 'submitted', 1, 1, md5('asha')::UUID, '2026-03-02 10:00Z', '2026-03-02 10:00Z')",
        "INSERT INTO {schema}.offer_revisions (tenant_id, offer_id, number, content, configuration, author, written_at)
            VALUES (md5('loan')::UUID, md5('loan new')::UUID, 1, '{}', 1, md5('asha')::UUID, '2026-03-02 10:00Z')";
        stopped: [(App, "offers_begin"), (Superuser, "offers_begin")];
        dropped: ["DROP TRIGGER offers_begin ON {schema}.offers"] as App
    }

    an_approved_revision_does_not_change {
        "UPDATE {schema}.offer_revisions SET content = '{\"title\":\"better\"}'
            WHERE tenant_id = md5('loan')::UUID AND offer_id = md5('loan approved')::UUID";
        stopped: [(App, "42501"), (Owner, "offer_revisions_unchanged"), (Superuser, "offer_revisions_unchanged")];
        dropped: ["DROP TRIGGER offer_revisions_unchanged ON {schema}.offer_revisions",
            "ALTER TABLE {schema}.offer_approvals DROP CONSTRAINT offer_approvals_content_fkey"] as Superuser
    }

    /// Even without its trigger an approved text is held by the key that binds the approval to the digest.
    the_digest_follows_the_content_and_the_approval_holds_it {
        "ALTER TABLE {schema}.offer_revisions DISABLE TRIGGER offer_revisions_unchanged",
        "UPDATE {schema}.offer_revisions SET content = '{\"title\":\"better\"}'
            WHERE tenant_id = md5('loan')::UUID AND offer_id = md5('loan approved')::UUID";
        stopped: [(App, "42501"), (Owner, "offer_approvals_content_fkey"), (Superuser, "offer_approvals_content_fkey")];
        dropped: ["ALTER TABLE {schema}.offer_approvals DROP CONSTRAINT offer_approvals_content_fkey"] as Superuser
    }

    a_digest_is_not_written_by_hand {
        record_of!("draft"),
        "INSERT INTO {schema}.offer_revisions (tenant_id, offer_id, number, content, digest, configuration, author, written_at)
            VALUES (md5('loan')::UUID, md5('loan draft')::UUID, 2, '{}', sha256('x'), 1, md5('carol')::UUID, '2026-03-02 10:00Z')";
        // 428C9: a generated column takes no value.
        stopped: [(App, "428C9"), (Owner, "428C9"), (Superuser, "428C9")];
        dropped: ["ALTER TABLE {schema}.offer_revisions ALTER COLUMN digest DROP EXPRESSION",
            "DROP TRIGGER offer_revisions_counted ON {schema}.offer_revisions"] as App
    }

    a_revision_is_not_slipped_in_ahead_of_its_offer {
        record_of!("draft"),
        "INSERT INTO {schema}.offer_revisions (tenant_id, offer_id, number, content, configuration, author, written_at)
            VALUES (md5('loan')::UUID, md5('loan draft')::UUID, 2, '{}', 1, md5('carol')::UUID, '2026-03-02 10:00Z')";
        stopped: [(App, "offer_revisions_counted"), (Superuser, "offer_revisions_counted")];
        dropped: ["DROP TRIGGER offer_revisions_counted ON {schema}.offer_revisions"] as App
    }

    an_approved_offer_is_not_deleted {
        record_of!("approved"),
        "UPDATE {schema}.offers SET deleted_at = '2026-03-02 10:00Z', version = version + 1
            WHERE tenant_id = md5('loan')::UUID AND id = md5('loan approved')::UUID";
        stopped: [(App, "offers_approved_not_deleted"), (Superuser, "offers_approved_not_deleted")];
        dropped: ["DROP TRIGGER offers_follow ON {schema}.offers"] as App
    }

    no_offer_is_removed {
        "DELETE FROM {schema}.offers WHERE tenant_id = md5('loan')::UUID AND id = md5('loan draft')::UUID";
        stopped: [(App, "42501"), (Owner, "offers_kept"), (Superuser, "offers_kept")];
        // Without the trigger the evidence still holds it: nothing cascades.
        dropped: ["DROP TRIGGER offers_kept ON {schema}.offers", "DROP TRIGGER offer_revisions_unchanged ON {schema}.offer_revisions",
            "DROP TRIGGER offer_contributions_unchanged ON {schema}.offer_contributions",
            "DELETE FROM {schema}.offer_contributions WHERE offer_id = md5('loan draft')::UUID",
            "ALTER TABLE {schema}.offer_revisions DROP CONSTRAINT offer_revisions_offer_fkey"] as Superuser
    }
}
