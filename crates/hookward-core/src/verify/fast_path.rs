//! Fast path for one header with one MAC over the body alone, the most common scheme. It
//! skips the general parsing of the head and allocates no
//! [`ColdState`](super::state::ColdState).

use std::sync::Arc;

use super::signature::decode_tag;
use super::state::{Candidate, RemainingKeys, State};
use crate::crypto::Stream;
use crate::key::Material;
use crate::key::PreparedKey;
use crate::request::head::{RequestHead, Single, single};
use crate::scheme::{Place, Plan};
use crate::text::time::UnixTime;
use crate::verify::verifier::Inner;

impl State {
    /// The state after a valid head. `None` for any other head or scheme: the general
    /// path then reads the head again and reports what is wrong.
    pub(super) fn begin_fast_path(
        plan: &Plan,
        keys: &[PreparedKey],
        index: usize,
        head: &dyn RequestHead,
        now: UnixTime,
    ) -> Option<Box<Self>> {
        let (header, prefix) = plan.plain()?;
        let Single::One(text) = single(head, header) else {
            return None;
        };
        let bytes = decode_tag(plan, text.strip_prefix(prefix.as_bytes())?)?;
        let (first, others) = keys.split_first()?;
        let Material::Keyed { stream, .. } = &first.material else {
            return None;
        };
        let mut this = Self::new(index, now);
        this.primary = Some((0, stream.clone()));
        this.body_is_signed = true;
        if !others.is_empty() {
            this.remaining_keys = RemainingKeys::Unstarted;
        }
        this.request.candidates.push(Candidate { bytes, key: None });
        if let Some(Place::Header(name)) = &plan.event_id
            && let Single::One(id) = single(head, name)
            && !id.is_empty()
        {
            this.request.event_id = std::str::from_utf8(id).ok().map(Arc::from);
        }
        Some(this)
    }

    /// The hashes of the keys after the first, not fed yet: the signed content is the
    /// body alone.
    #[cold]
    pub(super) fn take_remaining_keys(&mut self, inner: &Inner) -> Vec<(u16, Stream)> {
        self.remaining_keys = RemainingKeys::None;
        let keyed = |(index, key): (u16, &PreparedKey)| match &key.material {
            Material::Keyed { stream, .. } => Some((index, stream.clone())),
            _ => None,
        };
        (0..)
            .zip(self.request.keys(inner))
            .skip(1)
            .filter_map(keyed)
            .collect()
    }
}
