//! Lua scripts of the operations. Each uses one key, so that a cluster can route it; `PX`
//! is relative, so that the server's clock decides.
//!
//! The value of a held key is `token:attempt`, of a committed one `done`. The token is
//! the server's time in microseconds since 1970; the attempt is 16 hex digits that the
//! claimer chose.

use std::sync::atomic::{AtomicBool, Ordering};

use redis::Script;

/// `ARGV`: the attempt, the lease in milliseconds. Returns the token, [`DONE`], or
/// `-2 - n` for the n milliseconds that remain of the holder's lease.
///
/// If the claimer finds its own attempt, it sent the claim twice because the first reply
/// was lost.
const CLAIM: &str = "\
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, -16) ~= ARGV[1] then
  if held == 'done' then
    return -1
  end
  return -2 - math.max(redis.call('PTTL', KEYS[1]), 0)
end
local token
if held then
  token = string.match(held, '^%d+')
else
  local time = redis.call('TIME')
  token = time[1] .. string.format('%06d', time[2])
end
redis.call('SET', KEYS[1], token .. ':' .. ARGV[1], 'PX', ARGV[2])
return tonumber(token)
";

pub(crate) const DONE: i64 = -1;

/// `ARGV`: the holder's token, the lease in milliseconds. Returns [`HELD`], or zero if the
/// claim is lost.
const RENEW: &str = "\
local held = redis.call('GET', KEYS[1])
if not held then
  redis.call('SET', KEYS[1], ARGV[1] .. ':', 'PX', ARGV[2])
  return 1
end
if string.match(held, '^%d+') ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
";

pub(crate) const HELD: i64 = 1;

/// `ARGV`: the keep time in milliseconds.
const COMMIT: &str = "\
if redis.call('GET', KEYS[1]) ~= 'done' then
  redis.call('SET', KEYS[1], 'done', 'PX', ARGV[1])
end
return 0
";

/// `ARGV`: the holder's token.
const RELEASE: &str = "\
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^%d+') == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0
";

/// `ARGV`: the attempt of a claim whose token is not known.
const WITHDRAW: &str = "\
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, -16) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0
";

/// Forgets a key, whoever holds it.
const FORGET: &str = "\
return redis.call('DEL', KEYS[1])";

/// The scripts, with their hashes.
pub(crate) struct Scripts {
    pub(crate) claim: Source,
    pub(crate) renew: Source,
    pub(crate) commit: Source,
    pub(crate) release: Source,
    pub(crate) withdraw: Source,
    pub(crate) forget: Source,
}

impl Default for Scripts {
    fn default() -> Self {
        Self {
            claim: Source::new(CLAIM),
            renew: Source::even_if_full(RENEW),
            commit: Source::even_if_full(COMMIT),
            release: Source::new(RELEASE),
            withdraw: Source::new(WITHDRAW),
            forget: Source::new(FORGET),
        }
    }
}

/// A script, in the forms that servers understand.
pub(crate) struct Source {
    pub(crate) plain: Text,
    /// With flags, which servers before Redis 7 do not know.
    pub(crate) flagged: Option<Text>,
    is_plain: AtomicBool,
}

pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) hash: String,
}

impl Text {
    fn new(text: String) -> Self {
        let hash = Script::new(&text).get_hash().to_owned();
        Self { text, hash }
    }
}

impl Source {
    fn new(text: &str) -> Self {
        Self {
            plain: Text::new(text.to_owned()),
            flagged: None,
            is_plain: AtomicBool::new(true),
        }
    }

    /// A script that a server at its `maxmemory` runs too. It rewrites a claim that was
    /// admitted, in no more memory.
    fn even_if_full(text: &str) -> Self {
        Self {
            flagged: Some(Text::new(format!("#!lua flags=allow-oom\n{text}"))),
            is_plain: AtomicBool::new(false),
            ..Self::new(text)
        }
    }

    /// The form that the server ran last; at first, the one with flags.
    pub(crate) fn last(&self) -> &Text {
        match &self.flagged {
            Some(flagged) if !self.is_plain.load(Ordering::Relaxed) => flagged,
            _ => &self.plain,
        }
    }

    pub(crate) fn ran(&self, is_plain: bool) {
        self.is_plain.store(is_plain, Ordering::Relaxed);
    }
}
