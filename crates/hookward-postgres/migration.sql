-- The table of hookward's replay store, in the current schema. Safe to run
-- again, and by several replicas at once. Another name for the table goes for
-- the index too, and to PostgresStore::table.
SELECT pg_advisory_xact_lock(7526753201);

CREATE TABLE IF NOT EXISTS hookward_replay (
    -- 128 bits of a hash over the verified delivery; not a random UUID, but
    -- the type is the smallest that holds them.
    key     uuid PRIMARY KEY,
    -- Who holds the claim; null once it was handled to success.
    holder  bigint,
    -- By this server's clock. What is past counts as absent.
    expires timestamptz NOT NULL
);

CREATE INDEX IF NOT EXISTS hookward_replay_expires ON hookward_replay (expires);
