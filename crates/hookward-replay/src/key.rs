use std::fmt;

/// The identity of a delivery within a namespace: 16 uniformly distributed bytes of a
/// hash.
///
/// `hookward-core` derives it from the namespace of the guard, the tenant and the
/// identity of a verified request. A store compares keys and does not interpret them:
/// neither key nor signature can be computed from one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplayKey([u8; 16]);

impl ReplayKey {
    /// Creates a key from its bytes, for stores and their tests. Receivers get keys from
    /// `ReplayGuard::key`.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a store keeps them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Lower-case hex, 32 characters.
impl fmt::Display for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey({self})")
    }
}
