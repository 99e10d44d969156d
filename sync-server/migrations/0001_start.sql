-- What the server manages. Documents are JSON; the columns beside them are what is searched and
-- sorted by. Times are milliseconds since 1970 in UTC.

CREATE TABLE store (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL,
    version BIGINT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_hash TEXT NOT NULL
);

CREATE TABLE apps (
    id TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    doc TEXT NOT NULL
);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL REFERENCES apps (id),
    token_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    active BIGINT NOT NULL,
    expires_at BIGINT,
    deleted_at BIGINT,
    created_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    doc TEXT NOT NULL
);
CREATE INDEX api_keys_of_app ON api_keys (app_id, created_at);

CREATE TABLE key_uses (
    key_id TEXT PRIMARY KEY,
    used_at BIGINT NOT NULL
);

CREATE TABLE usage (
    app_id TEXT NOT NULL,
    month TEXT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (month, app_id)
);

-- x, y and z are the coordinates on the unit sphere: the distance of two points grows with the
-- straight line between them, everywhere on it.
CREATE TABLE patches (
    app_id TEXT NOT NULL REFERENCES apps (id),
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    country TEXT,
    kind TEXT,
    x DOUBLE PRECISION,
    y DOUBLE PRECISION,
    z DOUBLE PRECISION,
    words TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (app_id, id)
);
CREATE INDEX patches_by_change ON patches (app_id, updated_at, id);
CREATE INDEX patches_by_status ON patches (app_id, status, country);

CREATE TABLE feed_heads (
    app_id TEXT NOT NULL,
    country TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (app_id, country)
);

CREATE TABLE feed (
    app_id TEXT NOT NULL,
    country TEXT NOT NULL,
    seq BIGINT NOT NULL,
    patch_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (app_id, country, seq)
);

-- Which patches a feed holds now.
CREATE TABLE feed_patches (
    app_id TEXT NOT NULL,
    country TEXT NOT NULL,
    patch_id TEXT NOT NULL,
    PRIMARY KEY (app_id, country, patch_id)
);

CREATE TABLE history (
    app_id TEXT NOT NULL,
    patch_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (app_id, patch_id, seq)
);

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    app_id TEXT NOT NULL,
    actor_key_id TEXT,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    doc TEXT NOT NULL
);
CREATE INDEX audit_of_app ON audit (app_id, seq);
CREATE INDEX audit_by_target ON audit (target, seq);

CREATE TABLE idempotency (
    app_id TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (app_id, key)
);
CREATE INDEX idempotency_by_time ON idempotency (at);
