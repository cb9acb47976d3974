//! Bounded search for the changes under which a signature matches: single changes first,
//! then pairs.

use super::attempt::{Hypothesis, Search, Tagged, other_algorithms};
use super::body;
use super::cause::{self, Change};
use super::clock::span;
use super::fields::HeadFields;
use super::form::form;
use super::head;
use super::key::{self, KeyCandidate};
use super::place::read;
use super::recoded::recoded;
use super::rewriting::Rewriting;
use super::signatures::signatures;
use crate::catalogue::providers;
use crate::scheme::part::{Part, Source};
use crate::scheme::{Location, Place, Plan, Scheme};
use crate::text::time::{TimeUnit, UnixTime};

/// The share of the budget for losses of JSON libraries.
const LOST_WORK: u64 = 96 << 20;

/// The keys and algorithms to try.
struct Keys<'k> {
    given: Vec<&'k KeyCandidate>,
    /// Other readings of the keys, and other keys.
    readings: Vec<&'k KeyCandidate>,
    /// The first of those with one change; fewer for a large body.
    few: Vec<&'k KeyCandidate>,
    own: [Tagged; 1],
    algorithms: Vec<Tagged>,
}

/// Alternative signed contents, besides other bodies.
struct Contents {
    /// Values with a point in time, for templates that need one.
    timed: Vec<HeadFields>,
    templates: Vec<(Change, Vec<Part>)>,
    variants: Vec<(Change, HeadFields)>,
    clocks: Vec<(Change, HeadFields)>,
}

impl Search<'_> {
    pub(super) fn run(&mut self, now: UnixTime) {
        let (given, readings) = (self.keys_in_use(), self.keys_otherwise());
        let keys = Keys {
            given: given.iter().collect(),
            readings: readings.iter().collect(),
            few: readings
                .iter()
                .filter(|candidate| candidate.changes.len() == 1)
                .take(self.keys_per_body().max(4))
                .collect(),
            own: [(self.plan.algorithm, None)],
            algorithms: other_algorithms(self.plan.algorithm),
        };
        let plain = self.plain();
        // Without changes, only the signature's own encoding can differ.
        self.attempt(plain, &keys.given, &keys.own);
        if self.solved(0) {
            return;
        }
        self.attempt(plain, &keys.readings, &keys.own);
        if !self.plan.algorithm.signs_content() {
            return self.providers(&keys.given, &keys.readings);
        }
        self.attempt(plain, &keys.given, &keys.algorithms);
        self.providers(&keys.given, &[]);
        if self.solved(1) {
            return;
        }
        let mut contents = self.contents(now);
        self.other_contents(&keys, &contents);
        if self.solved(1) {
            return;
        }
        self.other_bodies(&keys, &contents);
        if self.best.is_some() {
            return;
        }
        contents.variants.truncate(96);
        self.pairs_of_head(&keys, &contents);
        if self.best.is_some() {
            return;
        }
        self.pairs_with_body(&keys, &contents);
        if self.best.is_some() {
            return;
        }
        self.pairs_with_content(&keys, &contents);
        if self.best.is_none() {
            self.pairs_of_bodies(&keys);
        }
    }

    fn keys_in_use(&self) -> Vec<KeyCandidate> {
        let ring = &self.explainer.ring;
        // Ids that the operator did not assign are positions, not names.
        let has_names = ring.keys().iter().any(|(_, _, named)| *named);
        let named = self
            .fields
            .key_id
            .as_deref()
            .filter(|_| self.plan.key_id.is_some() && has_names);
        key::as_given(self.plan, ring, named)
    }

    fn keys_otherwise(&self) -> Vec<KeyCandidate> {
        let (algorithm, form) = (self.plan.algorithm, &self.plan.key);
        let others = &self.explainer.others;
        let mut found = key::others(algorithm, form, others);
        found.extend(key::readings(algorithm, form, &self.explainer.ring));
        found.extend(key::others_read(algorithm, form, others));
        found
    }

    /// How many keys are tried with each variant of the body.
    const fn keys_per_body(&self) -> usize {
        let length = self.body.len();
        (64 << 20) / (if length > 256 { length } else { 256 } * 40)
    }

    fn contents(&self, now: UnixTime) -> Contents {
        let plan = self.plan;
        let templates = head::templates(plan).into_iter();
        Contents {
            timed: self.with_times(self.fields),
            templates: templates
                .map(|(text, parts)| (template_change(plan, text, &parts), parts))
                .collect(),
            variants: head::variants(plan, self.fields, self.headers, self.body),
            clocks: self.clocks(now),
        }
    }

    /// Alternative values in the content, and alternative templates.
    fn other_contents(&mut self, keys: &Keys<'_>, contents: &Contents) {
        self.other_fields(&contents.variants, self.plain(), keys);
        for (change, parts) in &contents.templates {
            for fields in &contents.timed {
                let attempt = Hypothesis {
                    parts,
                    fields,
                    ..self.plain()
                };
                self.attempt(attempt.under(&[change]), &keys.given, &keys.own);
            }
        }
        // If each hypothesis is expensive, variants of the body come first.
        if !self.plan.algorithm.is_public_key() {
            self.moved(keys, contents);
        }
    }

    fn other_bodies(&mut self, keys: &Keys<'_>, contents: &Contents) {
        let plain = self.plain();
        self.bodies(60, &mut |search, change, body| {
            let attempt = Hypothesis { body, ..plain };
            search.attempt(attempt.under(&[change]), &keys.given, &keys.own);
            !search.solved(1)
        });
        if self.best.is_none() {
            self.lost(keys);
        }
        if self.best.is_none() && self.plan.algorithm.is_public_key() {
            self.moved(keys, contents);
        }
    }

    /// Two changes, neither to the body, the likely ones first. For a large body, only a
    /// few keys are tried under each change.
    fn pairs_of_head(&mut self, keys: &Keys<'_>, contents: &Contents) {
        let plain = self.plain();
        self.attempt(plain, &keys.few, &keys.algorithms);
        self.providers(&[], &keys.readings);
        for (change, fields) in &contents.variants {
            let changes = [change];
            let attempt = Hypothesis { fields, ..plain }.under(&changes);
            self.attempt(attempt, &keys.few, &keys.own);
            self.attempt(attempt, &keys.given, &keys.algorithms);
            for (second, fields) in head::variants(self.plan, fields, self.headers, self.body) {
                if self.exhausted(75) || second.cause == change.cause {
                    continue;
                }
                let attempt = Hypothesis {
                    fields: &fields,
                    ..plain
                };
                let changes = [change, &second];
                self.attempt(attempt.under(&changes), &keys.given, &keys.own);
            }
        }
    }

    /// A variant of the body and one more change: keys first, then everything else.
    fn pairs_with_body(&mut self, keys: &Keys<'_>, contents: &Contents) {
        let plain = self.plain();
        let has_time = self.keys_per_body() >= 8;
        self.bodies(85, &mut |search, change, body| {
            let changes = [change];
            let attempt = Hypothesis { body, ..plain }.under(&changes);
            search.attempt(attempt, &keys.few, &keys.own);
            if has_time {
                search.attempt(attempt, &keys.given, &keys.algorithms);
                search.other_fields(&contents.variants, attempt, keys);
                search.few_templates(contents, attempt, keys);
            }
            search.best.is_none()
        });
    }

    /// The hypothesis with each of these values, as one more change.
    fn other_fields(
        &mut self,
        others: &[(Change, HeadFields)],
        attempt: Hypothesis<'_>,
        keys: &Keys<'_>,
    ) {
        for (change, fields) in others {
            let changes: Vec<&Change> = attempt.changes.iter().copied().chain([change]).collect();
            let attempt = Hypothesis { fields, ..attempt };
            self.attempt(attempt.under(&changes), &keys.given, &keys.own);
        }
    }

    fn few_templates(&mut self, contents: &Contents, attempt: Hypothesis<'_>, keys: &Keys<'_>) {
        let fields = contents.timed.first().unwrap_or(self.fields);
        for (change, parts) in contents.templates.iter().take(12) {
            let changes: Vec<&Change> = attempt.changes.iter().copied().chain([change]).collect();
            let attempt = Hypothesis {
                parts,
                fields,
                ..attempt
            };
            self.attempt(attempt.under(&changes), &keys.given, &keys.own);
        }
    }

    /// Another template or algorithm with another reading of the keys.
    fn pairs_with_content(&mut self, keys: &Keys<'_>, contents: &Contents) {
        let plain = self.plain();
        self.attempt(plain, &keys.readings, &keys.algorithms);
        for (change, parts) in &contents.templates {
            for fields in &contents.timed {
                let changes = [change];
                let attempt = Hypothesis {
                    parts,
                    fields,
                    ..plain
                }
                .under(&changes);
                self.attempt(attempt, &keys.readings, &keys.own);
                self.attempt(attempt, &keys.given, &keys.algorithms);
            }
        }
    }

    /// Other timestamps, unless the body is long.
    fn moved(&mut self, keys: &Keys<'_>, contents: &Contents) {
        if self.body.len() <= 64 << 10 {
            self.other_fields(&contents.clocks, self.plain(), keys);
        }
    }

    /// Losses of JSON libraries, within their share of the budget.
    fn lost(&mut self, keys: &Keys<'_>) {
        let Some(json) = Rewriting::new(self.body) else {
            return;
        };
        let end = self.work + LOST_WORK;
        let plain = self.plain();
        json.visit_lost(&mut |change, body| {
            self.work += body.len() as u64;
            let attempt = Hypothesis { body, ..plain };
            self.attempt(attempt.under(&[change]), &keys.given, &keys.own);
            self.best.is_none() && self.work < end && !self.exhausted(75)
        });
    }

    /// Two changes to the body: unwrapped, then re-serialized; or re-serialized, then
    /// changed at its start or end.
    fn pairs_of_bodies(&mut self, keys: &Keys<'_>) {
        for (first, body) in &self.unwrapped() {
            let mut visit = |second: &Change, bytes: &[u8]| {
                self.work += bytes.len() as u64;
                self.second_body(first, second, bytes, keys)
            };
            let _ = body::plain(body, None, &mut visit)
                && recoded(body, &mut visit)
                && form(body, &mut visit)
                && Rewriting::new(body).is_none_or(|json| json.visit(&mut visit));
            if self.best.is_some() || self.exhausted(100) {
                return;
            }
        }
        let Some(json) = Rewriting::new(self.body) else {
            return;
        };
        json.visit(&mut |first, body| {
            let mut visit =
                |second: &Change, bytes: &[u8]| self.second_body(first, second, bytes, keys);
            body::plain(body, None, &mut visit) && recoded(body, &mut visit)
        });
    }

    /// Tries a body with two changes; returns false once the search ends.
    fn second_body(
        &mut self,
        first: &Change,
        second: &Change,
        body: &[u8],
        keys: &Keys<'_>,
    ) -> bool {
        self.work += body.len() as u64;
        let attempt = Hypothesis {
            body,
            ..self.plain()
        };
        self.attempt(attempt.under(&[first, second]), &keys.given, &keys.own);
        self.best.is_none() && !self.exhausted(100)
    }

    /// The values, filled in with each point in time of the head if the scheme has no
    /// timestamp, for templates that need one.
    fn with_times(&self, fields: &HeadFields) -> Vec<HeadFields> {
        if fields.timestamp.is_some() {
            return vec![fields.clone()];
        }
        let mut found: Vec<HeadFields> = head::times(self.headers, &fields.target)
            .into_iter()
            .map(|(_, text)| HeadFields {
                timestamp: Some(text),
                ..fields.clone()
            })
            .collect();
        found.truncate(4);
        if found.is_empty() {
            found.push(fields.clone());
        }
        found
    }

    /// Timestamps close to the given one, or close to now if it is missing.
    fn clocks(&self, now: UnixTime) -> Vec<(Change, HeadFields)> {
        let Some(planned) = &self.plan.timestamp else {
            return Vec::new();
        };
        if !self.plan.reads(&Source::Timestamp) {
            return Vec::new();
        }
        let unit = planned.window.unit;
        let given = self.fields.timestamp.as_deref().unwrap_or_default();
        let present = unit.parse(given);
        let is_costly = self.plan.algorithm.is_public_key();
        let (from, reach) = match present {
            Some(time) => (time, if is_costly { 120 } else { 900 }),
            None if given.is_empty() => (now, 600),
            None => return Vec::new(),
        };
        // A date keeps the fraction of the given one.
        let is_whole = unit == TimeUnit::Rfc3339 && !given.contains(&b'.');
        let write = |time: UnixTime| match unit.write(time) {
            text if is_whole => text.replace(".000Z", "Z"),
            text => text,
        };
        (1..=reach)
            .flat_map(|seconds: i64| [-seconds, seconds])
            .chain(present.is_none().then_some(0))
            .map(|seconds| {
                let text = write(UnixTime::from_millis(from.as_millis() + seconds * 1000));
                let change = match present {
                    Some(_) => off_by(&text, seconds),
                    None => cause::timestamp_missing::guessed(&text),
                };
                (change, self.fields.at(text.into_bytes()))
            })
            .collect()
    }

    /// The catalogue's schemes, with the keys of `given` and `readings` decoded in each
    /// scheme's form.
    fn providers(&mut self, given: &[&KeyCandidate], readings: &[&KeyCandidate]) {
        let is_given = readings.is_empty() && !given.is_empty();
        let target = self.head.target().into_owned();
        // Schemes of the same provider first, then the most widely shared.
        let own = self.explainer.provider();
        let mut entries: Vec<&providers::Provider> = providers::all().collect();
        entries.sort_by_key(|entry| {
            let name = &*entry.scheme.name;
            if name.starts_with(own) || own.starts_with(name) {
                0
            } else if name.starts_with("x-hub-signature") || name.starts_with("standard-webhooks") {
                1
            } else {
                2
            }
        });
        for entry in entries {
            for scheme in std::iter::once(&entry.scheme).chain(entry.scheme.or.iter()) {
                self.provider(entry, scheme, &target, is_given);
            }
        }
    }

    /// One scheme of the catalogue, if the request has a signature in its location.
    fn provider(
        &mut self,
        entry: &providers::Provider,
        scheme: &Scheme,
        target: &str,
        is_given: bool,
    ) {
        // Most schemes have a header of their own, and compiling a plan takes its time.
        if let Location::Header(name) | Location::HeaderJson(name, _) = &scheme.signature.at
            && !self.headers.contains_key(&**name)
        {
            return;
        }
        let Ok(plan) = Plan::compile(scheme) else {
            return;
        };
        let explainer = self.explainer;
        // Searching a long body is slow.
        let is_far = self.body.len() > 256 << 10
            && matches!(plan.at, Place::Json(_) | Place::Form(_) | Place::Body);
        if plan.name == self.plan.name
            || is_far
            || read(&plan.at, self.headers, target, self.body).is_none()
        {
            return;
        }
        let url = &explainer.setup.external_url;
        let fields = HeadFields::of(&plan, self.head, self.headers, self.body, url);
        let mut signatures = signatures(&plan, self.headers, target, self.body);
        signatures.retain(|signature| signature.change.is_none());
        let keys = match is_given {
            true => key::as_given(&plan, &explainer.ring, None),
            false => key::readings(plan.algorithm, &plan.key, &explainer.ring),
        };
        let mut search = Search {
            explainer,
            plan: &plan,
            head: self.head,
            headers: self.headers,
            fields: &fields,
            body: self.body,
            signatures,
            start: self.start,
            work: self.work,
            best: self.best.take(),
            timestamp: self.timestamp.take(),
        };
        // A token's signature does not identify its issuer; its claims do.
        if search.is_bound() {
            let own = explainer.provider();
            let change = cause::scheme_is_another::provider(&plan.name, entry.title, own);
            let keys: Vec<&KeyCandidate> = keys.iter().collect();
            let attempt = search.plain();
            search.attempt(attempt.under(&[&change]), &keys, &[(plan.algorithm, None)]);
        }
        self.work = search.work;
        self.best = search.best;
        self.timestamp = search.timestamp;
    }
}

/// The change to a timestamp that is some seconds away from the given one.
fn off_by(text: &str, seconds: i64) -> Change {
    let side = if seconds < 0 { "before" } else { "after" };
    cause::timestamp_moved::off(text, span(seconds.abs()), side)
}

/// Names what a template has and the scheme's lacks, or the reverse.
fn template_change(plan: &Plan, text: &str, parts: &[Part]) -> Change {
    let has = |parts: &[Part], source: Source| {
        parts
            .iter()
            .any(|part| part.any(&|slot| slot.source == source))
    };
    let own = &plan.parts;
    let text = text.escape_default();
    if has(own, Source::Id) && !has(parts, Source::Id) {
        return cause::content_without_id::template(text);
    }
    match (has(own, Source::Timestamp), has(parts, Source::Timestamp)) {
        (true, false) => cause::content_without_timestamp::template(text),
        (false, true) => cause::content_with_timestamp::template(text),
        _ => cause::content_is_another::template(text),
    }
}
