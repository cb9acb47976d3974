//! Database file: how it is opened, and the statements of each operation.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hookward_replay::{Claim, ClaimToken, Renewal, ReplayKey};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Statement};

/// "hkwd", in the header of the file.
const APPLICATION_ID: i64 = 0x686b_7764;
const VERSION: i64 = 1;

/// `WITHOUT ROWID` makes the primary key the table's B-tree. `holder` is null once
/// committed; `expires` is in milliseconds since 1970.
const SCHEMA: &str = "\
CREATE TABLE hookward_replay (
  key BLOB PRIMARY KEY NOT NULL,
  holder INTEGER,
  expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX hookward_replay_expires ON hookward_replay (expires);
PRAGMA application_id = 1751873380;
PRAGMA user_version = 1;
";

/// The size in bytes to which the log is truncated after a checkpoint.
const LOG_SIZE: i64 = 8 << 20;

/// The longest duration that is stored, about 35 years.
const LONGEST_MILLIS: i64 = 1 << 40;

/// Why the file cannot be used, or an operation failed.
#[derive(Debug)]
pub(crate) enum Fault {
    Locked(Duration),
    NoLog(String),
    Foreign,
    Newer(i64),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked(limit) => {
                write!(f, "SQLite: another process locked the file for {limit:?}")
            }
            Self::NoLog(mode) => write!(
                f,
                "SQLite: the journal mode is `{mode}` and cannot be WAL; the file must be on a \
                 local file system"
            ),
            Self::Foreign => f.write_str(
                "SQLite: the file is the database of another application; the replay store \
                 needs a file of its own",
            ),
            Self::Newer(version) => write!(
                f,
                "SQLite: the file has format {version}, and this release knows {VERSION}"
            ),
            Self::Sqlite(error) => write!(f, "SQLite: {error}"),
        }
    }
}

/// Opens the file; creates it and its table if they are missing.
pub(crate) fn open(path: &Path, limit: Duration) -> Result<Connection, Fault> {
    // Neither `file:` URLs nor SQLite's own mutexes are needed: one thread uses the
    // connection.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(limit)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    enter_wal_mode(&connection, limit)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_SIZE, |_| Ok(()))?;
    migrate(&connection, limit)?;
    Ok(connection)
}

/// The first process to open a file converts it under an exclusive lock, for which SQLite
/// does not wait by itself.
fn enter_wal_mode(connection: &Connection, limit: Duration) -> Result<(), Fault> {
    let end = Instant::now() + limit;
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => return Err(Fault::NoLog(mode)),
            Err(error) if is_locked(&error) => {
                if Instant::now() > end {
                    return Err(Fault::Locked(limit));
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn migrate(connection: &Connection, limit: Duration) -> Result<(), Fault> {
    transaction(connection, limit, || {
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        match (pragma("application_id")?, pragma("user_version")?) {
            (APPLICATION_ID, VERSION) => return Ok(()),
            (APPLICATION_ID, version) => return Err(Fault::Newer(version)),
            (0, 0) => {}
            _ => return Err(Fault::Foreign),
        }
        let count = "SELECT count(*) FROM sqlite_schema";
        if connection.query_row(count, [], |row| row.get::<_, i64>(0))? != 0 {
            return Err(Fault::Foreign);
        }
        Ok(connection.execute_batch(SCHEMA)?)
    })
}

/// Runs operations in one transaction, which holds the write lock from its start. If one
/// fails, all are rolled back.
pub(crate) fn transaction<T>(
    connection: &Connection,
    limit: Duration,
    steps: impl FnOnce() -> Result<T, Fault>,
) -> Result<T, Fault> {
    let locked = |error| match is_locked(&error) {
        true => Fault::Locked(limit),
        false => Fault::Sqlite(error),
    };
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(locked)?;
    let done = steps().and_then(|answers| {
        connection.execute_batch("COMMIT").map_err(locked)?;
        Ok(answers)
    });
    if done.is_err() && !connection.is_autocommit() {
        // If the rollback fails, so does the next `BEGIN`.
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}

fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// The operations, to be run within a [`transaction`], which makes each atomic.
pub(crate) struct Statements<'c> {
    get: Statement<'c>,
    set: Statement<'c>,
    release: Statement<'c>,
    forget: Statement<'c>,
    delete_expired: Statement<'c>,
}

/// The holder of a key, or none if it is committed, and when it expires.
type State = (Option<i64>, i64);

impl<'c> Statements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> Result<Self, Fault> {
        Ok(Self {
            get: connection
                .prepare("SELECT holder, expires FROM hookward_replay WHERE key = ?1")?,
            set: connection.prepare(
                "INSERT INTO hookward_replay (key, holder, expires) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, \
                 expires = excluded.expires",
            )?,
            release: connection
                .prepare("DELETE FROM hookward_replay WHERE key = ?1 AND holder = ?2")?,
            forget: connection.prepare("DELETE FROM hookward_replay WHERE key = ?1")?,
            delete_expired: connection.prepare(
                "DELETE FROM hookward_replay WHERE key IN (SELECT key FROM hookward_replay \
                 WHERE expires <= ?1 ORDER BY expires LIMIT ?2)",
            )?,
        })
    }

    fn live(&mut self, key: ReplayKey, now: i64) -> Result<Option<State>, Fault> {
        let state = self
            .get
            .query_row([key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(state.filter(|(_, expires)| *expires > now))
    }

    /// The token that the key had last, if its row is still there.
    fn last_token(&mut self, key: ReplayKey) -> Result<u64, Fault> {
        let holder = self
            .get
            .query_row([key.as_bytes()], |row| row.get::<_, Option<i64>>(0))
            .optional()?;
        Ok(holder.flatten().map_or(0, i64::cast_unsigned))
    }

    fn set(&mut self, key: ReplayKey, (holder, expires): State) -> Result<(), Fault> {
        self.set.execute((key.as_bytes(), holder, expires))?;
        Ok(())
    }

    pub(crate) fn claim(
        &mut self,
        key: ReplayKey,
        tokens: &mut Tokens,
        lease: Duration,
        now: Duration,
    ) -> Result<Claim, Fault> {
        let now = moment(now);
        Ok(match self.live(key, now)? {
            Some((None, _)) => Claim::Done,
            Some((Some(_), expires)) => {
                Claim::InProgress(Duration::from_millis((expires - now).unsigned_abs()))
            }
            None => {
                let token = tokens.after(self.last_token(key)?);
                self.set(key, (Some(number(token)), now + millis(lease)))?;
                Claim::Fresh(token)
            }
        })
    }

    pub(crate) fn renew(
        &mut self,
        key: ReplayKey,
        token: ClaimToken,
        lease: Duration,
        now: Duration,
    ) -> Result<Renewal, Fault> {
        let (now, holder) = (moment(now), Some(number(token)));
        Ok(match self.live(key, now)? {
            Some((other, _)) if other != holder => Renewal::Lost,
            _ => {
                self.set(key, (holder, now + millis(lease)))?;
                Renewal::Held
            }
        })
    }

    pub(crate) fn commit(
        &mut self,
        key: ReplayKey,
        keep: Duration,
        now: Duration,
    ) -> Result<(), Fault> {
        let now = moment(now);
        match self.live(key, now)? {
            Some((None, _)) => Ok(()),
            _ => self.set(key, (None, now + millis(keep))),
        }
    }

    pub(crate) fn release(&mut self, key: ReplayKey, token: ClaimToken) -> Result<(), Fault> {
        self.release.execute((key.as_bytes(), number(token)))?;
        Ok(())
    }

    pub(crate) fn forget(&mut self, key: ReplayKey) -> Result<(), Fault> {
        self.forget.execute([key.as_bytes()])?;
        Ok(())
    }

    /// Removes up to this many expired rows, and returns their number.
    pub(crate) fn delete_expired(&mut self, limit: u32, now: Duration) -> Result<usize, Fault> {
        Ok(self.delete_expired.execute((moment(now), limit))?)
    }
}

/// Tokens of claims: microseconds since 1970 by the machine's clock, and larger than the
/// one before.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tokens {
    last: u64,
}

impl Tokens {
    fn after(&mut self, last_of_key: u64) -> ClaimToken {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = since.map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(0));
        self.last = micros.max(self.last + 1).max(last_of_key + 1);
        ClaimToken(self.last)
    }
}

/// The token's bits as a signed integer, which is what SQLite stores.
fn number(token: ClaimToken) -> i64 {
    token.0.cast_signed()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis())
        .unwrap_or(LONGEST_MILLIS)
        .min(LONGEST_MILLIS)
}

/// A time since 1970, with room to add a lease.
fn moment(since: Duration) -> i64 {
    const LATEST: i64 = i64::MAX / 2;
    i64::try_from(since.as_millis()).map_or(LATEST, |millis| millis.min(LATEST))
}
