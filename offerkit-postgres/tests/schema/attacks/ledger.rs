//! Sending twice, settling for another, losing what was sent.

use crate::attack::attacks;

attacks! {
    a_delivery_is_not_settled_with_another_workers_token {
        "SELECT set_config('offerkit.claim', md5('another worker')::UUID::TEXT, TRUE)",
        "UPDATE {schema}.campaign_customers SET delivery_status = 'failed', claim_token = NULL, claim_deadline = NULL
            WHERE customer_id = md5('customer 2')::UUID AND tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_token"), (Owner, "campaign_customers_token"), (Superuser, "campaign_customers_token")];
        dropped: ["DROP TRIGGER campaign_customers_token ON {schema}.campaign_customers"] as App
    }

    a_delivery_is_not_settled_as_sent_without_a_token_or_a_report {
        "UPDATE {schema}.campaign_customers SET delivery_status = 'sent', claim_token = NULL, claim_deadline = NULL
            WHERE customer_id = md5('customer 2')::UUID AND tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_token"), (Superuser, "campaign_customers_token")];
        dropped: ["DROP TRIGGER campaign_customers_token ON {schema}.campaign_customers"] as App
    }

    a_claim_is_not_taken_over_before_its_deadline {
        "UPDATE {schema}.campaign_customers SET claim_token = md5('another worker')::UUID, updated_at = claim_deadline
            WHERE customer_id = md5('customer 2')::UUID AND tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_takeover"), (Owner, "campaign_customers_takeover"), (Superuser, "campaign_customers_takeover")];
        dropped: ["DROP TRIGGER campaign_customers_takeover ON {schema}.campaign_customers"] as App
    }

    a_delivery_is_not_sent_without_being_claimed {
        "UPDATE {schema}.campaign_customers SET delivery_status = 'sent'
            WHERE customer_id = md5('customer 1')::UUID AND tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_edge"), (Owner, "campaign_customers_edge"), (Superuser, "campaign_customers_edge")];
        dropped: ["DROP TRIGGER campaign_customers_edge ON {schema}.campaign_customers"] as App
    }

    what_was_sent_does_not_become_pending_again {
        "SELECT set_config('offerkit.claim', md5('worker')::UUID::TEXT, TRUE)",
        "UPDATE {schema}.campaign_customers SET delivery_status = 'sent', claim_token = NULL, claim_deadline = NULL
            WHERE customer_id = md5('customer 2')::UUID AND tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')",
        "UPDATE {schema}.campaign_customers SET delivery_status = 'pending'
            WHERE customer_id = md5('customer 2')::UUID AND tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_edge"), (Superuser, "campaign_customers_edge")];
        dropped: ["DROP TRIGGER campaign_customers_edge ON {schema}.campaign_customers"] as App
    }

    a_delivery_does_not_begin_as_sent {
        "INSERT INTO {schema}.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, delivery_status, updated_at)
            SELECT tenant_number, campaign_number, 'sms', customer_id, run_number, 'sent', updated_at FROM {schema}.campaign_customers
            WHERE tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_begin"), (Superuser, "campaign_customers_begin")];
        dropped: ["DROP TRIGGER campaign_customers_begin ON {schema}.campaign_customers"] as App
    }

    nobody_gets_a_second_row_for_a_channel {
        "INSERT INTO {schema}.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, updated_at)
            SELECT tenant_number, campaign_number, channel, customer_id, run_number, updated_at FROM {schema}.campaign_customers
            WHERE tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_pkey"), (Superuser, "campaign_customers_pkey")];
        dropped: ["ALTER TABLE {schema}.campaign_customers DROP CONSTRAINT campaign_customers_pkey"] as App
    }

    a_delivery_is_not_given_to_another_customer {
        "UPDATE {schema}.campaign_customers SET customer_id = md5('customer 3')::UUID
            WHERE customer_id = md5('customer 1')::UUID AND tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "42501"), (Owner, "campaign_customers_identity"), (Superuser, "campaign_customers_identity")];
        dropped: ["DROP TRIGGER campaign_customers_identity ON {schema}.campaign_customers",
            "GRANT UPDATE ON {schema}.campaign_customers TO offerkit_app"] as App
    }

    no_delivery_is_removed {
        "DELETE FROM {schema}.campaign_customers WHERE tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "42501"), (Owner, "campaign_customers_kept"), (Superuser, "campaign_customers_kept")];
        dropped: ["DROP TRIGGER campaign_customers_kept ON {schema}.campaign_customers",
            "GRANT DELETE ON {schema}.campaign_customers TO offerkit_app"] as App
    }

    a_run_does_not_go_back {
        "UPDATE {schema}.audience_runs SET position = md5('customer 1')::UUID, added = 5 WHERE tenant_id = md5('loan')::UUID",
        "UPDATE {schema}.audience_runs SET position = NULL, added = 0 WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "audience_runs_forward"), (Superuser, "audience_runs_forward")];
        dropped: ["DROP TRIGGER audience_runs_follow ON {schema}.audience_runs"] as App
    }

    a_run_does_not_turn_to_another_offer {
        "UPDATE {schema}.audience_runs SET offer_id = md5('loan draft')::UUID WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "audience_runs_forward"), (Owner, "audience_runs_forward"), (Superuser, "audience_runs_forward")];
        dropped: ["DROP TRIGGER audience_runs_follow ON {schema}.audience_runs"] as App
    }

    a_campaign_has_one_run_at_a_time {
        "INSERT INTO {schema}.audience_runs (tenant_id, id, campaign_id, offer_id, revision, criteria_digest, as_of, today)
            SELECT tenant_id, gen_random_uuid(), campaign_id, offer_id, revision, criteria_digest, as_of, today
            FROM {schema}.audience_runs
            WHERE tenant_id = md5('loan')::UUID";
        stopped: [(App, "audience_runs_running"), (Superuser, "audience_runs_running")];
        dropped: ["DROP INDEX {schema}.audience_runs_running"] as App
    }

    no_count_is_written_by_hand {
        "UPDATE {schema}.campaign_lots SET sent = 1, pending = 0
            WHERE tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_lots_follow"), (Owner, "campaign_lots_follow"), (Superuser, "campaign_lots_follow")];
        dropped: ["DROP TRIGGER campaign_lots_follow ON {schema}.campaign_lots"] as App
    }

    no_audience_is_written_by_hand {
        "UPDATE {schema}.campaign_audiences SET customers = 5
            WHERE tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_audiences_follow"), (Owner, "campaign_audiences_follow"), (Superuser, "campaign_audiences_follow")];
        dropped: ["DROP TRIGGER campaign_audiences_follow ON {schema}.campaign_audiences"] as App
    }

    no_lot_is_removed {
        "DELETE FROM {schema}.campaign_lots WHERE tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "42501"), (Owner, "campaign_lots_kept"), (Superuser, "campaign_lots_kept")];
        dropped: ["DROP TRIGGER campaign_lots_kept ON {schema}.campaign_lots",
            "GRANT DELETE ON {schema}.campaign_lots TO offerkit_app"] as App
    }

    a_claimed_delivery_is_not_given_to_another_run {
        "INSERT INTO {schema}.audience_runs (tenant_id, id, campaign_id, offer_id, revision, criteria_digest, as_of, today, status,
                finished_at)
            SELECT tenant_id, md5('later')::UUID, campaign_id, offer_id, revision, criteria_digest, as_of, today, 'finished', as_of
            FROM {schema}.audience_runs WHERE tenant_id = md5('loan')::UUID",
        "UPDATE {schema}.campaign_customers SET run_number = (SELECT number FROM {schema}.audience_runs WHERE id = md5('later')::UUID)
            WHERE customer_id = md5('customer 2')::UUID AND tenant_number = (SELECT number FROM {schema}.tenants WHERE name = 'loan')";
        stopped: [(App, "campaign_customers_identity"), (Owner, "campaign_customers_identity"), (Superuser, "campaign_customers_identity")];
        dropped: ["DROP TRIGGER campaign_customers_identity ON {schema}.campaign_customers"] as App
    }
}
