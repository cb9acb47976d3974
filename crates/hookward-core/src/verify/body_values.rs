//! Values at places in a buffered body.

use super::jws::{Jws, read_jws};
use super::read::read_body;
use crate::request::rejection::{Code, Rejection};
use crate::scheme::Place;

/// The body, and the JWS in it if there is one.
#[derive(Clone, Copy)]
pub(super) struct BodyValues<'a> {
    pub(super) body: &'a [u8],
    pub(super) jws: Option<&'a Jws>,
}

impl BodyValues<'_> {
    /// Reads the value at a place in the body or in its JWS.
    pub(super) fn read(
        self,
        place: &Place,
        missing: Code,
        malformed: Code,
    ) -> Result<String, Rejection> {
        match self.jws {
            Some(jws) if place.is_in_jws() => read_jws(jws, place, missing, malformed),
            _ => read_body(self.body, place, missing, malformed),
        }
    }
}
