//! Marking memory for valgrind's memcheck (`shim.c`): what is marked as undefined is
//! followed through copies and arithmetic, and a branch or an address that depends on it
//! is reported.

unsafe extern "C" {
    fn ct_secret(bytes: *const u8, len: usize);
    fn ct_reports() -> u32;
    fn ct_is_watched() -> u32;
}

/// Marks these bytes as secret.
pub fn secret(bytes: &[u8]) {
    // SAFETY: a slice is valid for its length, and nothing is written.
    unsafe { ct_secret(bytes.as_ptr(), bytes.len()) }
}

/// The bytes in memory of their own, marked as secret.
pub fn hidden(bytes: &[u8]) -> Vec<u8> {
    let copy = bytes.to_vec();
    secret(&copy);
    copy
}

/// How many branches or addresses have depended on a secret so far.
pub fn reports() -> u32 {
    // SAFETY: it takes nothing and returns a number.
    unsafe { ct_reports() }
}

/// Whether the program runs under valgrind.
pub fn is_watched() -> bool {
    // SAFETY: it takes nothing and returns a number.
    unsafe { ct_is_watched() != 0 }
}
