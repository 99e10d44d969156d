-- What devices are given of the feeds: how much of each is kept, and the snapshots and segments
-- that stand in for the rest.

CREATE TABLE sync_feeds (
    app_id TEXT NOT NULL,
    country TEXT NOT NULL,
    floor BIGINT NOT NULL,
    compactions BIGINT NOT NULL,
    PRIMARY KEY (app_id, country)
);

-- The columns that are searched stand before the bytes, which fill pages of their own.
CREATE TABLE sync_blobs (
    sha256 TEXT PRIMARY KEY,
    unnamed_at BIGINT,
    raw BLOB NOT NULL,
    brotli BLOB NOT NULL
);

CREATE TABLE sync_objects (
    app_id TEXT NOT NULL,
    country TEXT NOT NULL,
    generation TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_seq BIGINT NOT NULL,
    to_seq BIGINT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES sync_blobs (sha256),
    size_bytes BIGINT NOT NULL,
    items BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (app_id, country, generation, kind, from_seq)
);
CREATE INDEX sync_objects_by_blob ON sync_objects (sha256);

-- Finds the operations that a later one of the same patch makes unnecessary.
CREATE INDEX feed_by_patch ON feed (app_id, country, patch_id, seq);
