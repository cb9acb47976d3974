-- The table of hookward's replay store, in the current schema. Idempotent, and safe
-- to run by several replicas concurrently. To rename the table, rename the index as
-- well, and pass the name to PostgresStore::table.
SELECT pg_advisory_xact_lock(7526753201);

CREATE TABLE IF NOT EXISTS hookward_replay (
    -- 128 bits of a hash of the verified delivery. Not a UUID, but that is the
    -- smallest type that holds them.
    key     uuid PRIMARY KEY,
    -- The token of the claim's holder: microseconds since 1970 by this server's clock.
    -- Null once the delivery was processed successfully.
    holder  bigint,
    -- Chosen at random by the claimer, so that a claim that is sent twice, because the
    -- first answer was lost, recognizes itself.
    attempt bigint,
    -- By this server's clock. An expired row counts as absent.
    expires timestamptz NOT NULL
);

CREATE INDEX IF NOT EXISTS hookward_replay_expires ON hookward_replay (expires);
