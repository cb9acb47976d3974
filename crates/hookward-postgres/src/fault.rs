//! Why an operation failed: what may pass within its limit, and what the operator must do.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// Why an operation failed.
pub(crate) enum Fault {
    /// No answer within the limit.
    Overdue(Duration),
    Server(Error),
    Pool(PoolError),
    /// Concurrent claimers of the key interfered repeatedly.
    Contended,
    /// An earlier attempt may have been performed.
    InDoubt(Box<Self>),
}

impl Fault {
    /// The server's error, if it is one: of a statement, or while connecting.
    fn error(&self) -> Option<&Error> {
        match self {
            Self::Server(error)
            | Self::Pool(
                PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)),
            ) => Some(error),
            Self::InDoubt(fault) => fault.error(),
            Self::Overdue(_) | Self::Pool(_) | Self::Contended => None,
        }
    }

    fn code(&self) -> Option<&SqlState> {
        self.error().and_then(Error::code)
    }

    /// Whether the server may have performed the operation nevertheless.
    pub(crate) fn leaves_doubt(&self) -> bool {
        match self {
            Self::Overdue(_) | Self::InDoubt(_) => true,
            Self::Server(error) => error.as_db_error().is_none(),
            Self::Pool(_) | Self::Contended => false,
        }
    }

    /// Whether the same statement may succeed a moment later.
    pub(crate) fn may_pass(&self) -> bool {
        if let Self::Pool(PoolError::Timeout(_)) = self {
            return true;
        }
        let Some(error) = self.error() else {
            return false;
        };
        match error.code() {
            Some(code) => {
                ends_connections(code)
                    || self.is_lock()
                    || self.is_unusable_connection()
                    || [
                        SqlState::TOO_MANY_CONNECTIONS,
                        SqlState::T_R_SERIALIZATION_FAILURE,
                    ]
                    .contains(code)
            }
            None => is_io(error),
        }
    }

    /// Another transaction held a lock for too long.
    pub(crate) fn is_lock(&self) -> bool {
        let locks = [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_DEADLOCK_DETECTED,
        ];
        self.code().is_some_and(|code| locks.contains(code))
    }

    /// Another connection may do: this one is broken, reaches a server that only reads, or
    /// its prepared statements are of an earlier table.
    pub(crate) fn is_unusable_connection(&self) -> bool {
        let error = match self {
            Self::Server(error) => error,
            Self::InDoubt(fault) => return fault.is_unusable_connection(),
            Self::Overdue(_) | Self::Pool(_) | Self::Contended => return false,
        };
        match error.code() {
            Some(code) => {
                ends_connections(code)
                    || [
                        SqlState::READ_ONLY_SQL_TRANSACTION,
                        SqlState::INVALID_SQL_STATEMENT_NAME,
                    ]
                    .contains(code)
                    || (*code == SqlState::FEATURE_NOT_SUPPORTED
                        && error.to_string().contains("cached plan"))
            }
            None => is_io(error),
        }
    }
}

/// Class 08 is connection exceptions, 57P those of an operator.
fn ends_connections(code: &SqlState) -> bool {
    code.code().starts_with("08") || code.code().starts_with("57P")
}

/// Whether the network failed and not the protocol.
fn is_io(error: &Error) -> bool {
    error.is_closed()
        || match error.source() {
            Some(source) => source.is::<std::io::Error>(),
            // Connecting took too long.
            None => true,
        }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.error()) {
            (_, Some(error)) => describe(error, f),
            (Self::InDoubt(fault), _) => fault.fmt(f),
            (Self::Overdue(limit), _) => write!(f, "Postgres did not answer within {limit:?}"),
            (Self::Pool(PoolError::Timeout(_)), _) => f.write_str(
                "no connection to Postgres: all of the pool are in use, and the pool's own \
                 timeout ended the wait; enlarge the pool",
            ),
            (Self::Pool(error), _) => write!(f, "no connection to Postgres: {error}"),
            (Self::Server(error), _) => describe(error, f),
            (Self::Contended, _) => f.write_str("too many claims of this delivery at one time"),
        }
    }
}

fn describe(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(answer) = error.as_db_error() else {
        write!(f, "Postgres: {error}")?;
        return match error.source() {
            Some(source) if !error.to_string().contains(&source.to_string()) => {
                write!(f, ": {source}")
            }
            _ => Ok(()),
        };
    };
    let code = answer.code();
    write!(f, "Postgres: {} ({})", answer.message(), code.code())?;
    match advice(code) {
        Some(advice) => write!(f, "; {advice}"),
        None => Ok(()),
    }
}

/// What the operator can do.
fn advice(code: &SqlState) -> Option<&'static str> {
    const ADVICE: [(SqlState, &str); 13] = [
        (
            SqlState::UNDEFINED_TABLE,
            "run PostgresStore::migrate or migration.sql first",
        ),
        (
            SqlState::UNDEFINED_COLUMN,
            "the table is of another version of hookward: drop it, and run \
             PostgresStore::migrate or migration.sql",
        ),
        (
            SqlState::TOO_MANY_CONNECTIONS,
            "raise the server's max_connections, or let its clients use fewer",
        ),
        (
            SqlState::READ_ONLY_SQL_TRANSACTION,
            "this server is a read-only standby: connect to the primary, for instance with \
             target_session_attrs=read-write in the URL",
        ),
        (
            SqlState::LOCK_NOT_AVAILABLE,
            "another transaction holds this delivery, or the table, for too long",
        ),
        (
            SqlState::QUERY_CANCELED,
            "it took longer than the timeout: another transaction may have locked the table \
             (see pg_locks), or the server is overloaded",
        ),
        (
            SqlState::INSUFFICIENT_PRIVILEGE,
            "grant the user SELECT, INSERT, UPDATE and DELETE on the table; migrate also \
             needs CREATE on its schema",
        ),
        (
            SqlState::INVALID_PASSWORD,
            "check the user and password of the URL",
        ),
        (
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
            "check the user of the URL, and the server's pg_hba.conf",
        ),
        (
            SqlState::INVALID_CATALOG_NAME,
            "check the database of the URL",
        ),
        (
            SqlState::DISK_FULL,
            "free space on the server's disk: nothing can be claimed until then",
        ),
        (
            SqlState::CANNOT_CONNECT_NOW,
            "it is starting up, shutting down or recovering",
        ),
        (
            SqlState::INVALID_SQL_STATEMENT_NAME,
            "a pooler that shares sessions must support prepared statements (PgBouncer: \
             max_prepared_statements)",
        ),
    ];
    let found = ADVICE.iter().find(|(known, _)| known == code);
    found.map(|(_, advice)| *advice)
}
