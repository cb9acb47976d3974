//! Lua scripts of the operations. Each uses one key, so that a cluster can route it; `PX`
//! is relative, so that the server's clock decides.

/// `ARGV`: the claimer's token, the lease in milliseconds. Returns [`FRESH`], [`DONE`],
/// or the remaining milliseconds of the holder's lease.
///
/// If the claimer finds its own token, it sent the claim twice because the first reply
/// was lost.
pub(crate) const CLAIM: &str = "\
local held = redis.call('GET', KEYS[1])
if not held or held == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return -2
end
if held == 'done' then
  return -1
end
return math.max(redis.call('PTTL', KEYS[1]), 0)
";

pub(crate) const FRESH: i64 = -2;
pub(crate) const DONE: i64 = -1;

/// `ARGV`: the holder's token, the lease in milliseconds. Returns [`HELD`], or
/// zero if the claim is lost.
pub(crate) const RENEW: &str = "\
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
";

pub(crate) const HELD: i64 = 1;

/// `ARGV`: the keep time in milliseconds.
pub(crate) const COMMIT: &str = "\
if redis.call('GET', KEYS[1]) ~= 'done' then
  redis.call('SET', KEYS[1], 'done', 'PX', ARGV[1])
end
return 0
";

/// Forgets a key, whoever holds it.
pub(crate) const FORGET: &str = "\
return redis.call('DEL', KEYS[1])";

/// `ARGV`: the holder's token.
pub(crate) const RELEASE: &str = "\
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 0
";
