//! SQL statements. Times are relative to `clock_timestamp()`: `now()` is the start of the
//! transaction, which may be long ago.

use std::error::Error;

use bytes::BytesMut;
use hookward_replay::ReplayKey;
use tokio_postgres::types::{IsNull, ToSql, Type, accepts, to_sql_checked};

/// Creates the table `hookward_replay`, for those who run migrations themselves;
/// identical to the file `migration.sql` of this crate.
pub const MIGRATION: &str = include_str!("../migration.sql");

/// The longest name of a table: the index appends `_expires`, and Postgres truncates
/// names to 63 bytes.
const LONGEST_NAME: usize = 55;

/// The statements for one table.
pub(crate) struct Statements {
    pub(crate) migration: String,
    /// `$1` key, `$2` token, `$3` lease in milliseconds. Returns one row: whether the key
    /// is fresh, otherwise whether it is committed, and the milliseconds left. No row if
    /// a concurrent claim ended in between: retry.
    ///
    /// The initial read answers a duplicate without a write or a lock. A token that is
    /// already present is the claimer's own, sent twice because the first reply was lost.
    pub(crate) claim: String,
    /// `$1` key, `$2` milliseconds; returns the same columns as `claim`.
    pub(crate) claim_in: String,
    /// `$1` key, `$2` token, `$3` lease in milliseconds; returns a row if the token holds
    /// the key now, and none if the claim is lost.
    pub(crate) renew: String,
    /// `$1` key, `$2` keep time in milliseconds.
    pub(crate) commit: String,
    /// `$1` key, `$2` token.
    pub(crate) release: String,
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
        let quoted = match schema {
            Some(schema) => format!("\"{schema}\".\"{name}\""),
            None => format!("\"{name}\""),
        };
        let after =
            |parameter| format!("clock_timestamp() + {parameter}::bigint * interval '1 ms'");
        let claim = |holder: &str, own: &str, expires: &str| {
            format!(
                "WITH held AS (\
                   SELECT holder, expires FROM {quoted} \
                   WHERE key = $1 AND expires > clock_timestamp(){own}\
                 ), claimed AS (\
                   INSERT INTO {quoted} AS claim (key, holder, expires) \
                   SELECT $1, {holder}, {expires} WHERE NOT EXISTS (SELECT FROM held) \
                   ON CONFLICT (key) DO UPDATE \
                   SET holder = excluded.holder, expires = excluded.expires \
                   WHERE NOT (claim.expires > clock_timestamp(){claim_own}) \
                   RETURNING key\
                 ) \
                 SELECT true AS fresh, false AS done, 0::bigint AS millis FROM claimed \
                 UNION ALL \
                 SELECT false, holder IS NULL, \
                   ceil(extract(epoch FROM expires - clock_timestamp()) * 1000)::bigint \
                 FROM held",
                claim_own = own.replace("holder", "claim.holder"),
            )
        };
        Self {
            migration: MIGRATION
                .replace(
                    "INDEX IF NOT EXISTS hookward_replay_expires ON hookward_replay",
                    &format!("INDEX IF NOT EXISTS \"{name}_expires\" ON {quoted}"),
                )
                .replace(
                    "TABLE IF NOT EXISTS hookward_replay",
                    &format!("TABLE IF NOT EXISTS {quoted}"),
                ),
            claim: claim(
                "$2::bigint",
                " AND holder IS DISTINCT FROM $2",
                &after("$3"),
            ),
            claim_in: claim("NULL", "", &after("$2")),
            renew: format!(
                "INSERT INTO {quoted} AS claim (key, holder, expires) \
                 VALUES ($1, $2::bigint, {}) \
                 ON CONFLICT (key) DO UPDATE \
                 SET holder = excluded.holder, expires = excluded.expires \
                 WHERE claim.holder = $2::bigint OR claim.expires <= clock_timestamp() \
                 RETURNING true",
                after("$3")
            ),
            commit: format!(
                "INSERT INTO {quoted} AS claim (key, holder, expires) \
                 VALUES ($1, NULL, {}) \
                 ON CONFLICT (key) DO UPDATE \
                 SET holder = excluded.holder, expires = excluded.expires \
                 WHERE claim.holder IS NOT NULL OR claim.expires <= clock_timestamp()",
                after("$2")
            ),
            release: format!("DELETE FROM {quoted} WHERE key = $1 AND holder = $2::bigint"),
            forget: format!("DELETE FROM {quoted} WHERE key = $1"),
            delete_expired: format!(
                "WITH gone AS (\
                 DELETE FROM {quoted} WHERE ctid = ANY(ARRAY(\
                   SELECT ctid FROM {quoted} WHERE expires <= statement_timestamp() \
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
