//! The Rust blocks of the guide, which are compiled and, unless they serve for ever,
//! run. A block that is not says why in the text before it.

/// The receivers on the pages of the providers. They are checked for types and not
/// compiled further: 282 programs would take minutes.
///
/// ```no_run,standalone_crate
/// include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/provider_programs.rs"));
/// fn main() {}
/// ```
struct Providers;
