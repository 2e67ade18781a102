//! Sending what was stopped: by taking a stop away, by changing it, by lifting it unseen.

use crate::attack::attacks;

macro_rules! record {
    ($action:literal) => {
        concat!(
            "INSERT INTO {schema}.platform_audit_logs (id, operation_id, actor_kind, performed_by, action, outcome, subject_kind,
                result, created_at)
            VALUES (gen_random_uuid(), gen_random_uuid(), 'user', md5('root')::UUID, '",
            $action,
            "', 'done', 'stop', 'null', '2026-03-02 10:00Z')"
        )
    };
}

macro_rules! stop {
    ($tenant:literal, $channel:literal) => {
        concat!(
            "INSERT INTO {schema}.sending_stops (id, stopped_tenant, stopped_channel, reason, stopped_by, stopped_at)
            VALUES (gen_random_uuid(), ",
            $tenant,
            ", ",
            $channel,
            ", 'a question', md5('root')::UUID, '2026-03-02 10:00Z')"
        )
    };
}

attacks! {
    a_stop_is_not_taken_away {
        record!("sending.stop"),
        stop!("NULL", "NULL"),
        "DELETE FROM {schema}.sending_stops";
        stopped: [(App, "42501"), (Owner, "sending_stops_kept"), (Superuser, "sending_stops_kept")];
        dropped: ["DROP TRIGGER sending_stops_kept ON {schema}.sending_stops", "GRANT DELETE ON {schema}.sending_stops TO offerkit_app"] as App
    }

    a_stop_is_not_narrowed {
        record!("sending.stop"),
        stop!("NULL", "NULL"),
        "UPDATE {schema}.sending_stops SET stopped_channel = 'push'";
        stopped: [(App, "42501"), (Owner, "sending_stops_lifted"), (Superuser, "sending_stops_lifted")];
        dropped: ["DROP TRIGGER sending_stops_lifted ON {schema}.sending_stops"] as Superuser
    }

    a_lifted_stop_is_not_lifted_otherwise {
        record!("sending.stop"),
        stop!("NULL", "'sms'"),
        "UPDATE {schema}.sending_stops SET lifted_by = md5('root')::UUID, lifted_at = '2026-03-02 11:00Z', lift_reason = 'answered'",
        "UPDATE {schema}.sending_stops SET lift_reason = 'another'";
        stopped: [(App, "sending_stops_lifted"), (Superuser, "sending_stops_lifted")];
        dropped: ["DROP TRIGGER sending_stops_lifted ON {schema}.sending_stops"] as App
    }

    a_stop_is_not_lifted_by_nobody {
        record!("sending.lift_stop"),
        stop!("NULL", "NULL"),
        "UPDATE {schema}.sending_stops SET lifted_at = '2026-03-02 11:00Z'";
        stopped: [(App, "sending_stops_lift"), (Superuser, "sending_stops_lift")];
        dropped: ["ALTER TABLE {schema}.sending_stops DROP CONSTRAINT sending_stops_lift"] as App
    }

    nothing_is_stopped_without_a_record {
        "SELECT set_config('offerkit.tenant', '', TRUE)",
        stop!("NULL", "NULL");
        stopped: [(App, "sending_stops_recorded"), (Superuser, "sending_stops_recorded")];
        dropped: ["DROP TRIGGER sending_stops_recorded ON {schema}.sending_stops"] as App
    }

    a_stop_is_of_a_tenant_or_of_a_channel {
        record!("sending.stop"),
        stop!("md5('loan')::UUID", "'sms'");
        stopped: [(App, "sending_stops_extent"), (Superuser, "sending_stops_extent")];
        dropped: ["ALTER TABLE {schema}.sending_stops DROP CONSTRAINT sending_stops_extent"] as App
    }

    the_same_is_not_stopped_twice_at_a_time {
        record!("sending.stop"),
        stop!("NULL", "NULL"),
        stop!("NULL", "NULL");
        stopped: [(App, "sending_stops_in_force"), (Superuser, "sending_stops_in_force")];
        dropped: ["DROP INDEX {schema}.sending_stops_in_force"] as App
    }
}
