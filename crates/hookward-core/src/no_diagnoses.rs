//! What stands for [`diagnoses`](crate::diagnoses) without the feature
//! `explain`: types without values, so that nothing of it is left in the code.

use std::sync::Arc;

use crate::frames::Frames;
use crate::head::RequestHead;
use crate::rejection::Rejection;
use crate::time::UnixTime;
use crate::verifier::Verifier;

pub(crate) const MAX_BODY: u64 = u64::MAX;

#[derive(Debug)]
pub(crate) enum Diagnoses {}

#[derive(Debug)]
pub(crate) enum Watch {}

impl Diagnoses {
    pub(crate) fn watch(
        self: &Arc<Self>,
        _: &Verifier,
        _: &impl RequestHead,
        _: UnixTime,
    ) -> Box<Watch> {
        match **self {}
    }
}

impl Watch {
    pub(crate) fn wants_body(&mut self, _: &Rejection, _: Option<u64>) -> bool {
        match *self {}
    }

    pub(crate) fn refused(self: Box<Self>, _: &Rejection, _: &Frames) {
        match *self {}
    }
}
