//! Why an operation failed: what may pass within its limit, and what the operator must do.

use std::fmt;
use std::time::Duration;

use redis::{ErrorKind, RedisError, RetryMethod, ServerErrorKind};

/// Why an operation failed.
pub(crate) enum Fault {
    /// No answer within the limit.
    Overdue(Duration),
    Server(RedisError),
    /// An earlier attempt may have been performed.
    InDoubt(Box<Self>),
}

impl Fault {
    /// Whether the server may have performed the operation nevertheless.
    pub(crate) fn leaves_doubt(&self) -> bool {
        match self {
            Self::Overdue(_) | Self::InDoubt(_) => true,
            Self::Server(error) => error.is_io_error() && !error.is_connection_refusal(),
        }
    }

    /// Whether the same command may succeed a moment later.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Overdue(_) => false,
            Self::InDoubt(fault) => fault.may_pass(),
            Self::Server(error) => match cause(error) {
                Some(cause) => cause.passes,
                // Also while connecting, whatever step of it failed.
                None if error.is_connection_dropped() || error.is_timeout() => true,
                None => match error.retry_method() {
                    RetryMethod::NoRetry => false,
                    RetryMethod::Reconnect => error.kind() != ErrorKind::AuthenticationFailed,
                    _ => true,
                },
            },
        }
    }

    /// The connection failed, not the command.
    pub(crate) fn is_broken(&self) -> bool {
        match self {
            Self::Overdue(_) => true,
            Self::InDoubt(fault) => fault.is_broken(),
            Self::Server(error) => error.is_io_error(),
        }
    }

    pub(crate) fn is_overdue(&self) -> bool {
        match self {
            Self::Overdue(_) => true,
            Self::InDoubt(fault) => fault.is_overdue(),
            Self::Server(_) => false,
        }
    }

    /// Another connection may reach another server.
    pub(crate) fn is_read_only(&self) -> bool {
        match self {
            Self::Server(error) => {
                error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly)
                    || cause(error).is_some_and(|cause| cause.code == "READONLY")
            }
            Self::Overdue(_) | Self::InDoubt(_) => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overdue(limit) => write!(f, "Redis did not answer within {limit:?}"),
            Self::InDoubt(fault) => fault.fmt(f),
            Self::Server(error) => {
                write!(f, "Redis: {error}")?;
                match cause(error) {
                    Some(cause) => write!(f, "; {}", cause.advice),
                    None => Ok(()),
                }
            }
        }
    }
}

/// A condition of the server that the operator can end.
struct Cause {
    /// The code at the start of the error, or a phrase of it where it has no code.
    code: &'static str,
    /// Whether it may end within the limit of an operation.
    passes: bool,
    advice: &'static str,
}

const CAUSES: [Cause; 14] = [
    Cause {
        code: "OOM",
        passes: false,
        advice: "the server is at its maxmemory, and new deliveries are answered 503 until there \
                 is room: raise maxmemory, or keep entries for a shorter time",
    },
    Cause {
        code: "READONLY",
        passes: true,
        advice: "this server is a read-only replica: connect to the primary; with Sentinel, see \
                 RedisStore::from_connector",
    },
    Cause {
        code: "LOADING",
        passes: true,
        advice: "the server has been started and loads its data",
    },
    Cause {
        code: "CLUSTERDOWN",
        passes: true,
        advice: "a part of the cluster has no primary: see CLUSTER INFO",
    },
    Cause {
        code: "MASTERDOWN",
        passes: true,
        advice: "this server is a replica without a link to its primary: connect to the primary",
    },
    Cause {
        code: "NOREPLICAS",
        passes: true,
        advice: "fewer replicas are connected than min-replicas-to-write",
    },
    Cause {
        code: "BUSY",
        passes: true,
        advice: "the server runs a script of another client: see SCRIPT KILL",
    },
    Cause {
        code: "max number of clients reached",
        passes: true,
        advice: "raise the server's maxclients, or let its clients use fewer connections",
    },
    Cause {
        code: "MISCONF",
        passes: false,
        advice: "the server cannot write to its disk: see its log",
    },
    Cause {
        code: "NOAUTH",
        passes: false,
        advice: "the URL needs a password: redis://:password@host",
    },
    Cause {
        code: "WRONGPASS",
        passes: false,
        advice: "check the user and password of the URL",
    },
    Cause {
        code: "NOPERM",
        passes: false,
        advice: "the user needs EVAL, EVALSHA, GET, SET, DEL, PEXPIRE, PTTL and TIME, and the keys \
                 of the store's prefix: see ACL SETUSER",
    },
    Cause {
        code: "MOVED",
        passes: false,
        advice: "this server is part of a cluster: see RedisStore::from_connection",
    },
    Cause {
        code: "CROSSSLOT",
        passes: false,
        advice: "this server is part of a cluster: see RedisStore::from_connection",
    },
];

/// Servers before Redis 7 wrap the error of a command in a script in one of their own.
fn cause(error: &RedisError) -> Option<&'static Cause> {
    let (code, detail) = (error.code().unwrap_or(""), error.detail().unwrap_or(""));
    CAUSES.iter().find(|cause| {
        code == cause.code
            || detail.starts_with(cause.code)
            || detail.contains(&format!("-{} ", cause.code))
            || (cause.code.contains(' ') && detail.contains(cause.code))
    })
}
