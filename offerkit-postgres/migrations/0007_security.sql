-- Who may do what: row-level security as the second wall behind every `WHERE tenant_id = $1`, and the least rights that
-- services need. The runtime makes nothing, owns nothing, empties nothing.

-- A tenant's business is visible and writable in its own scope alone: restrictive, so that no later policy can widen it;
-- the permissive policy is there because without one nothing is visible at all. Forced: the owner is held too.
DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'offer_configurations', 'offers', 'offer_revisions', 'offer_contributions', 'offer_approvals', 'offer_comments',
        'segments', 'campaigns', 'campaign_segments', 'campaign_contributions', 'campaign_launches', 'audience_runs',
        'delivery_attempts', 'message_templates', 'offer_audit_logs', 'audit_seals'
    ] LOOP
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE {schema}.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_rows ON {schema}.%I AS PERMISSIVE USING (TRUE) WITH CHECK (TRUE)', name);
        EXECUTE format(
            'CREATE POLICY tenant_wall ON {schema}.%I AS RESTRICTIVE
                USING (tenant_id = nullif(current_setting(''offerkit.tenant'', true), '''')::uuid)
                WITH CHECK (tenant_id = nullif(current_setting(''offerkit.tenant'', true), '''')::uuid)', name);
    END LOOP;
END
$$;

-- The ledger looks for the tenant's number once a statement, without the cost of a function, and compares an integer for each
-- row.
DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY['campaign_customers', 'campaign_lots', 'campaign_audiences', 'contact_turns',
        'tenant_rates'] LOOP
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE {schema}.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_rows ON {schema}.%I AS PERMISSIVE USING (TRUE) WITH CHECK (TRUE)', name);
        EXECUTE format(
            'CREATE POLICY tenant_wall ON {schema}.%I AS RESTRICTIVE
                USING (tenant_number = (SELECT tenant.number FROM {schema}.tenants AS tenant
                    WHERE tenant.id = nullif(current_setting(''offerkit.tenant'', true), '''')::uuid))
                WITH CHECK (tenant_number = (SELECT tenant.number FROM {schema}.tenants AS tenant
                    WHERE tenant.id = nullif(current_setting(''offerkit.tenant'', true), '''')::uuid))', name);
    END LOOP;
END
$$;

REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC;
GRANT USAGE ON SCHEMA {schema} TO offerkit_app;
GRANT USAGE ON TYPE {schema}.delivery_status TO offerkit_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO offerkit_app;
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO offerkit_app;

-- Added to.
GRANT INSERT ON
    {schema}.users, {schema}.tenants, {schema}.groups, {schema}.user_tenant_roles, {schema}.sessions,
    {schema}.login_failures, {schema}.offer_configurations, {schema}.offers, {schema}.offer_revisions,
    {schema}.offer_contributions, {schema}.offer_approvals, {schema}.offer_comments, {schema}.segments,
    {schema}.campaigns, {schema}.campaign_segments, {schema}.campaign_contributions, {schema}.campaign_launches,
    {schema}.customers, {schema}.customer_keys, {schema}.consents, {schema}.suppressions, {schema}.contact_turns,
    {schema}.tenant_rates, {schema}.notifier_rates,
    {schema}.kept_messages, {schema}.audience_runs, {schema}.campaign_customers, {schema}.campaign_lots, {schema}.campaign_audiences,
    {schema}.delivery_attempts, {schema}.message_templates, {schema}.sending_stops,
    {schema}.offer_audit_logs, {schema}.platform_audit_logs, {schema}.audit_seals, {schema}.platform_audit_seals
    TO offerkit_app;

-- Changed.
GRANT UPDATE ON
    {schema}.users, {schema}.tenants, {schema}.groups, {schema}.sessions, {schema}.login_failures,
    {schema}.field_catalog, {schema}.offers, {schema}.campaigns, {schema}.customers, {schema}.kept_messages, {schema}.audience_runs,
    {schema}.campaign_lots, {schema}.campaign_audiences, {schema}.tenant_rates, {schema}.notifier_rates
    TO offerkit_app;
GRANT UPDATE (run_number, lot, delivery_status, attempts, updated_at, not_before, first_claimed_at, sent_at, claim_token,
    claim_deadline, reported_at, reason) ON {schema}.campaign_customers TO offerkit_app;
GRANT UPDATE (lifted_by, lifted_at, lift_reason) ON {schema}.sending_stops TO offerkit_app;
-- `SELECT … FOR UPDATE` and `FOR SHARE` need the right to update some column; the trigger refuses every update.
GRANT UPDATE (given_at) ON {schema}.user_tenant_roles TO offerkit_app;
GRANT UPDATE (customer_id) ON {schema}.contact_turns TO offerkit_app;

-- Removed: what is no evidence.
GRANT DELETE ON
    {schema}.user_tenant_roles, {schema}.sessions, {schema}.login_failures, {schema}.customer_keys, {schema}.kept_messages,
    {schema}.suppressions
    TO offerkit_app;
