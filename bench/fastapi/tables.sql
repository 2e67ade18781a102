CREATE TABLE tenants (id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE, is_active BOOLEAN NOT NULL DEFAULT TRUE);
CREATE TABLE users (id UUID PRIMARY KEY, name TEXT NOT NULL UNIQUE, is_active BOOLEAN NOT NULL DEFAULT TRUE);
CREATE TABLE sessions (token_digest BYTEA PRIMARY KEY, user_id UUID NOT NULL REFERENCES users, expires_at TIMESTAMPTZ NOT NULL);
CREATE TABLE memberships (
    tenant_id UUID NOT NULL REFERENCES tenants, user_id UUID NOT NULL REFERENCES users, permissions TEXT[] NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE TABLE offers (
    id UUID PRIMARY KEY, tenant_id UUID NOT NULL REFERENCES tenants, status TEXT NOT NULL, revision BIGINT NOT NULL,
    data JSONB NOT NULL, created_by UUID NOT NULL REFERENCES users, created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX offers_by_tenant ON offers (tenant_id, created_at DESC, id);
CREATE TABLE audit (
    id UUID PRIMARY KEY, tenant_id UUID NOT NULL REFERENCES tenants, user_id UUID NOT NULL REFERENCES users,
    action TEXT NOT NULL, subject_id UUID NOT NULL, new_data JSONB NOT NULL, request_id TEXT, created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX audit_by_subject ON audit (tenant_id, subject_id, created_at);

INSERT INTO tenants VALUES ('00000000-0000-7000-8000-000000000001', 'credit_card');
INSERT INTO users VALUES ('00000000-0000-7000-8000-000000000002', 'asha');
INSERT INTO sessions SELECT sha256('bench'), id, now() + INTERVAL '1 day' FROM users;
INSERT INTO memberships SELECT tenants.id, users.id, '{offer.read,offer.create,offer.edit,offer.submit}' FROM tenants, users;
INSERT INTO offers
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::UUID, tenants.id, 'draft', 1,
    '{"title": "Gold card", "rate": 12.5, "currency": "INR"}', users.id, now()
FROM tenants, users, generate_series(0, 1999) AS number;
