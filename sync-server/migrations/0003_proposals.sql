-- What end users propose: each once, by the id that its device gave it. `record_id` is the same
-- for all corrections of one record.

CREATE TABLE proposals (
    app_id TEXT NOT NULL REFERENCES apps (id),
    mutation_id TEXT NOT NULL,
    patch_id TEXT,
    record_id TEXT,
    created_at BIGINT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (app_id, mutation_id)
);
CREATE INDEX proposals_of_record ON proposals (app_id, record_id);
