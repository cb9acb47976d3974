//! SQL statements. Times are relative to `clock_timestamp()`: `now()` is the start of the
//! transaction, which may be long ago.

use std::error::Error;

use bytes::BytesMut;
use hookward_replay::ReplayKey;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

/// Creates the table `hookward_replay`, for those who run migrations themselves;
/// identical to the file `migration.sql` of this crate.
pub const MIGRATION: &str = include_str!("../migration.sql");

/// The longest name of a table: the index appends `_expires`, and Postgres truncates
/// names to 63 bytes.
const LONGEST_NAME: usize = 55;

/// How long a statement of the store waits for a lock on a row.
const LOCK_TIMEOUT: &str = "100ms";

/// The statements for one table. Those of the operations take arrays, an element for each
/// key, so that one statement serves many callers; no key occurs twice in it. Rows are
/// locked in the order of their keys, so that concurrent statements do not deadlock.
pub(crate) struct Statements {
    pub(crate) migration: String,
    /// Whether the migration has been run.
    pub(crate) is_migrated: String,
    /// `$1` keys, `$2` attempts, `$3` leases in milliseconds. Returns a row for each key:
    /// the token if it is fresh, the milliseconds left if it is held, neither if it is
    /// committed. No row if a concurrent claim ended in between: retry.
    ///
    /// The initial read answers a duplicate without a write or a lock. An attempt that is
    /// already present is the claimer's own, sent twice because the first reply was lost.
    pub(crate) claim: String,
    /// `$1` key, `$2` milliseconds; returns the columns of `claim`, with any token.
    pub(crate) claim_in: String,
    /// `$1` keys, `$2` tokens, `$3` leases in milliseconds; returns the keys that the
    /// tokens hold now.
    pub(crate) renew: String,
    /// `$1` keys, `$2` keep times in milliseconds.
    pub(crate) commit: String,
    /// `$1` keys, `$2` tokens.
    pub(crate) release: String,
    /// `$1` keys, `$2` attempts: releases claims whose tokens are not known.
    pub(crate) withdraw: String,
    /// `$1` keys.
    pub(crate) forget: String,
    /// `$1` maximum number of rows; returns how many were removed. Uses
    /// `statement_timestamp()`, which an index can serve; rows locked by a concurrent
    /// claim are skipped.
    pub(crate) delete_expired: String,
}

impl Statements {
    /// `None` unless the name, with an optional schema, consists of lower-case letters,
    /// digits and underscores.
    pub(crate) fn new(table: &str) -> Option<Self> {
        let (schema, name) = match table.split_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, table),
        };
        let valid = |part: &str| {
            part.len() <= LONGEST_NAME
                && part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        (valid(name) && schema.is_none_or(valid)).then(|| Self::of(schema, name))
    }

    fn of(schema: Option<&str>, name: &str) -> Self {
        let qualified = |name: &str| match schema {
            Some(schema) => format!("\"{schema}\".\"{name}\""),
            None => format!("\"{name}\""),
        };
        let (table, index) = (qualified(name), qualified(&format!("{name}_expires")));
        // The setting ends with the statement, which is a transaction of its own.
        let asked = |arrays: &str, columns: &str| {
            format!(
                "WITH settings AS MATERIALIZED (\
                   SELECT set_config('lock_timeout', '{LOCK_TIMEOUT}', true)\
                 ), asked AS MATERIALIZED (\
                   SELECT asked.* FROM settings, unnest({arrays}) AS asked ({columns})\
                 )"
            )
        };
        let keys_numbers_millis = asked(
            "$1::uuid[], $2::bigint[], $3::bigint[]",
            "key, number, millis",
        );
        let keys_millis = asked("$1::uuid[], $2::bigint[]", "key, millis");
        let keys_numbers = asked("$1::uuid[], $2::bigint[]", "key, number");
        let left = "ceil(extract(epoch FROM expires - clock_timestamp()) * 1000)::bigint";
        let release = |column: &str| {
            format!(
                "{keys_numbers}, mine AS (\
                   SELECT claim.key FROM asked JOIN {table} AS claim ON claim.key = asked.key \
                   WHERE claim.{column} = asked.number ORDER BY claim.key FOR UPDATE OF claim\
                 ) \
                 DELETE FROM {table} AS claim USING mine WHERE claim.key = mine.key"
            )
        };
        Self {
            migration: MIGRATION
                .replace(
                    "INDEX IF NOT EXISTS hookward_replay_expires ON hookward_replay",
                    &format!("INDEX IF NOT EXISTS \"{name}_expires\" ON {table}"),
                )
                .replace(
                    "TABLE IF NOT EXISTS hookward_replay",
                    &format!("TABLE IF NOT EXISTS {table}"),
                ),
            is_migrated: format!(
                "SELECT to_regclass('{index}') IS NOT NULL AND EXISTS (\
                   SELECT FROM pg_attribute \
                   WHERE attrelid = to_regclass('{table}') AND attname = 'attempt'\
                 )"
            ),
            // A claim is fresh if the key is free, or held by the same attempt. The token
            // is the server's time, and larger than that of an expired claim even if the
            // clock was set back.
            claim: format!(
                "{keys_numbers_millis}, held AS MATERIALIZED (\
                   SELECT claim.key, claim.holder, claim.expires \
                   FROM asked JOIN {table} AS claim ON claim.key = asked.key \
                   WHERE claim.expires > clock_timestamp() \
                     AND claim.attempt IS DISTINCT FROM asked.number\
                 ), claimed AS (\
                   INSERT INTO {table} AS claim (key, holder, attempt, expires) \
                   SELECT key, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, \
                     number, clock_timestamp() + millis * interval '1 ms' \
                   FROM asked \
                   WHERE NOT EXISTS (SELECT FROM held WHERE held.key = asked.key) \
                   ORDER BY key \
                   ON CONFLICT (key) DO UPDATE \
                   SET holder = CASE WHEN claim.attempt = excluded.attempt THEN claim.holder \
                       ELSE greatest(excluded.holder, claim.holder + 1) END, \
                     attempt = excluded.attempt, expires = excluded.expires \
                   WHERE NOT (claim.expires > clock_timestamp() \
                     AND claim.attempt IS DISTINCT FROM excluded.attempt) \
                   RETURNING key, holder\
                 ) \
                 SELECT key, holder AS token, NULL::bigint AS millis FROM claimed \
                 UNION ALL \
                 SELECT key, NULL, CASE WHEN holder IS NOT NULL THEN {left} END FROM held"
            ),
            claim_in: format!(
                "WITH held AS (\
                   SELECT key, holder, expires FROM {table} \
                   WHERE key = $1 AND expires > clock_timestamp()\
                 ), claimed AS (\
                   INSERT INTO {table} AS claim (key, expires) \
                   SELECT $1, clock_timestamp() + $2::bigint * interval '1 ms' \
                   WHERE NOT EXISTS (SELECT FROM held) \
                   ON CONFLICT (key) DO UPDATE \
                   SET holder = NULL, attempt = NULL, expires = excluded.expires \
                   WHERE claim.expires <= clock_timestamp() \
                   RETURNING key\
                 ) \
                 SELECT key, 0::bigint AS token, NULL::bigint AS millis FROM claimed \
                 UNION ALL \
                 SELECT key, NULL, CASE WHEN holder IS NOT NULL THEN {left} END FROM held"
            ),
            renew: format!(
                "{keys_numbers_millis} \
                 INSERT INTO {table} AS claim (key, holder, expires) \
                 SELECT key, number, clock_timestamp() + millis * interval '1 ms' \
                 FROM asked ORDER BY key \
                 ON CONFLICT (key) DO UPDATE \
                 SET holder = excluded.holder, expires = excluded.expires, \
                   attempt = CASE WHEN claim.holder = excluded.holder THEN claim.attempt END \
                 WHERE claim.holder = excluded.holder OR claim.expires <= clock_timestamp() \
                 RETURNING key"
            ),
            commit: format!(
                "{keys_millis} \
                 INSERT INTO {table} AS claim (key, expires) \
                 SELECT key, clock_timestamp() + millis * interval '1 ms' \
                 FROM asked ORDER BY key \
                 ON CONFLICT (key) DO UPDATE \
                 SET holder = NULL, attempt = NULL, expires = excluded.expires \
                 WHERE claim.holder IS NOT NULL OR claim.expires <= clock_timestamp()"
            ),
            release: release("holder"),
            withdraw: release("attempt"),
            forget: format!(
                "{}, found AS (\
                   SELECT claim.key FROM asked JOIN {table} AS claim ON claim.key = asked.key \
                   ORDER BY claim.key FOR UPDATE OF claim\
                 ) \
                 DELETE FROM {table} AS claim USING found WHERE claim.key = found.key",
                asked("$1::uuid[]", "key")
            ),
            delete_expired: format!(
                "WITH gone AS (\
                 DELETE FROM {table} WHERE ctid = ANY(ARRAY(\
                   SELECT ctid FROM {table} WHERE expires <= statement_timestamp() \
                   ORDER BY expires LIMIT $1::bigint FOR UPDATE SKIP LOCKED\
                 )) RETURNING 1) SELECT count(*) FROM gone"
            ),
        }
    }
}

impl Default for Statements {
    fn default() -> Self {
        Self::of(None, "hookward_replay")
    }
}

/// A replay key as a `uuid`.
#[derive(Debug)]
pub(crate) struct Key(pub(crate) ReplayKey);

impl<'a> FromSql<'a> for Key {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(ReplayKey::from_bytes(raw.try_into()?)))
    }

    accepts!(UUID);
}

impl ToSql for Key {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    accepts!(UUID);
    to_sql_checked!();
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn table_names_are_checked() {
        for good in ["hookward_replay", "_a1", "hooks.replay", &"a".repeat(55)] {
            assert!(Statements::new(good).is_some(), "{good}");
        }
        for bad in [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
            "1a",
            "A",
            "a b",
            "a\"b",
            "a;drop",
            "ä",
            &"a".repeat(56),
        ] {
            assert!(Statements::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_migration_names_the_table_and_the_index() {
        let migration = Statements::new("hooks.seen").unwrap().migration;
        assert!(migration.contains("TABLE IF NOT EXISTS \"hooks\".\"seen\""));
        assert!(migration.contains("INDEX IF NOT EXISTS \"seen_expires\" ON \"hooks\".\"seen\""));
    }
}
