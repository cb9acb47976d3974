-- The table of hookward's replay store, in the current schema. Idempotent, and safe
-- to run by several replicas concurrently. To rename the table, rename the index as
-- well, and pass the name to PostgresStore::table.
SELECT pg_advisory_xact_lock(7526753201);

CREATE TABLE IF NOT EXISTS hookward_replay (
    -- 128 bits of a hash of the verified delivery. Not a UUID, but that is the
    -- smallest type that holds them.
    key     uuid PRIMARY KEY,
    -- The holder of the claim; null once the delivery was processed successfully.
    holder  bigint,
    -- By this server's clock. An expired row counts as absent.
    expires timestamptz NOT NULL
);

CREATE INDEX IF NOT EXISTS hookward_replay_expires ON hookward_replay (expires);
