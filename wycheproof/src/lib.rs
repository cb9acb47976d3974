//! hookward's verdicts on the vectors of Wycheproof, as a table that `expected.txt` has.
//!
//! Each vector is verified as a request with the signature in a header and the message as
//! its body: with the key in every form that the algorithm takes, with the body in one
//! piece and split into frames. All of these verdicts must be the same.

mod jose;
mod keys;
mod run;
mod table;
mod vectors;

pub use run::{Run, all};
pub use table::table;
