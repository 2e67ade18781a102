//! What is taken from a copy of the bank, to see what it costs.

/// The copy in which nothing is counted.
pub(super) const COUNTS: &str = "without the counts";

/// What the copy lacks, and the statements that take it away.
pub(super) const WITHOUT: [(&str, &str); 7] = [
    (
        "without row-level security",
        "ALTER TABLE offerkit.campaign_customers DISABLE ROW LEVEL SECURITY;
        ALTER TABLE offerkit.campaign_lots DISABLE ROW LEVEL SECURITY;
        ALTER TABLE offerkit.campaign_audiences DISABLE ROW LEVEL SECURITY",
    ),
    (
        "without the index of customers",
        "DROP INDEX offerkit.campaign_customers_customer",
    ),
    (
        COUNTS,
        "DROP TRIGGER campaign_customers_added ON offerkit.campaign_customers",
    ),
    (
        "without the trigger for each row",
        "DROP TRIGGER campaign_customers_begin ON offerkit.campaign_customers",
    ),
    (
        "without the checks of each row",
        "DO $$
        DECLARE
            it RECORD;
        BEGIN
            FOR it IN SELECT conname FROM pg_constraint
                WHERE conrelid = 'offerkit.campaign_customers'::regclass AND contype = 'c' LOOP
                EXECUTE format('ALTER TABLE offerkit.campaign_customers DROP CONSTRAINT %I', it.conname);
            END LOOP;
        END
        $$",
    ),
    (
        "pages filled whole",
        "ALTER TABLE offerkit.campaign_customers SET (fillfactor = 100)",
    ),
    ("the same again", "SELECT 1"),
];
