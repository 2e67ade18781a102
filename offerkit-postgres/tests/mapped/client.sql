-- What a host has: a table with a row for every client, and the role of the library may read it.
CREATE SCHEMA crm;
CREATE TYPE crm.kyc AS ENUM ('verified', 'pending', 'unknown');
CREATE DOMAIN crm.word AS VARCHAR(1000);
CREATE TABLE crm.client (
    client_no BIGINT PRIMARY KEY,
    guid UUID UNIQUE,
    code TEXT COLLATE "C" UNIQUE,
    name VARCHAR(3000),
    mail TEXT,
    mobile TEXT,
    born DATE,
    sex VARCHAR(10),
    checked crm.kyc,
    grade crm.word,
    job TEXT,
    income NUMERIC,
    score BIGINT,
    province TEXT,
    town TEXT,
    zip TEXT,
    married TEXT,
    months INTEGER,
    lang TEXT,
    live BOOLEAN,
    since TIMESTAMPTZ,
    "Ext Ref" TEXT,
    -- Attributes, each as a column and all in one object.
    a_text TEXT,
    a_enum crm.kyc,
    a_int BIGINT,
    a_decimal NUMERIC,
    a_bool BOOLEAN,
    a_date DATE,
    a_timestamp TIMESTAMPTZ,
    a_set TEXT[],
    a_uuid UUID,
    a_json JSONB,
    extra JSONB
);
CREATE INDEX client_grade ON crm.client (grade);
CREATE INDEX client_income ON crm.client (income);
GRANT USAGE ON SCHEMA crm TO offerkit_app;
GRANT SELECT ON crm.client TO offerkit_app;
