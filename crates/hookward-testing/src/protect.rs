//! Whether a route lets forged requests through: the probes, and what their answers
//! say.

use std::fmt::Write as _;

use bytes::Bytes;
use hookward_core::Code;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, StatusCode};

use crate::draft::{BASE, FORM, JSON};
use crate::{TestRequest, forge};

/// Marks the answer to a delivery that was handled before.
pub(crate) const REPLAY: &str = "hookward-replay";

/// What is probed: a path, or a delivery to it.
///
/// A path is probed with requests that nobody signed. A delivery tells the scheme:
/// first it has to get through, so that the route is known to be there and to trust
/// the key; then nothing that is forged from it may.
#[derive(Debug, Clone)]
pub struct Route(Target);

#[derive(Debug, Clone)]
enum Target {
    Path(String),
    Delivery(Box<TestRequest>),
}

impl From<&str> for Route {
    fn from(path: &str) -> Self {
        Self(Target::Path(path.to_owned()))
    }
}

impl From<String> for Route {
    fn from(path: String) -> Self {
        Self(Target::Path(path))
    }
}

impl From<TestRequest> for Route {
    fn from(delivery: TestRequest) -> Self {
        Self(Target::Delivery(Box::new(delivery)))
    }
}

impl From<&TestRequest> for Route {
    fn from(delivery: &TestRequest) -> Self {
        delivery.clone().into()
    }
}

/// A request, and what its answer has to be.
pub(crate) struct Probe {
    pub(crate) request: Request<Bytes>,
    what: String,
    expected: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// The handler's answer.
    Through,
    /// Refused by hookward.
    Refused,
    /// The same, or that there is no such route.
    RefusedOrNowhere,
}

/// What came back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The reason for which hookward refused it.
    pub(crate) code: Option<Code>,
}

impl Route {
    /// Path, or path and query, for messages.
    fn name(&self, probes: &[Probe]) -> String {
        match &self.0 {
            Target::Path(path) => path.clone(),
            Target::Delivery(_) => probes
                .first()
                .map_or_else(String::new, |probe| probe.request.uri().path().to_owned()),
        }
    }

    /// # Panics
    /// Where the delivery cannot be made.
    #[track_caller]
    pub(crate) fn probes(&self) -> Vec<Probe> {
        let mut found = Vec::new();
        let mut add = |what: &str, request, expected| {
            found.push(Probe {
                request,
                what: what.to_owned(),
                expected,
            });
        };
        let model = match &self.0 {
            Target::Delivery(delivery) => {
                let genuine = match delivery.try_build() {
                    Ok(genuine) => genuine,
                    Err(error) => panic!("{error}"),
                };
                add("a genuine delivery", genuine, Expected::Through);
                for (what, request) in delivery.forgeries() {
                    add(&format!("a delivery {what}"), request, Expected::Refused);
                }
                match delivery.unsigned().try_build() {
                    Ok(unsigned) => unsigned,
                    Err(error) => panic!("{error}"),
                }
            }
            Target::Path(path) => {
                let unsigned = post(path, JSON, r#"{"id":"evt_1","type":"test"}"#);
                add(
                    "JSON without a signature",
                    unsigned.clone(),
                    Expected::Refused,
                );
                let form = post(path, FORM, "id=evt_1&type=test");
                add("a form without a signature", form, Expected::Refused);
                let mut empty = unsigned.clone();
                *empty.body_mut() = Bytes::new();
                empty.headers_mut().remove(CONTENT_TYPE);
                add("an empty POST", empty, Expected::Refused);
                unsigned
            }
        };
        let mut nonsense = model.clone();
        for name in forge::signature_headers() {
            let value = HeaderValue::from_static("sha256=0123456789abcdef");
            nonsense.headers_mut().insert(name, value);
        }
        let what = "a delivery with nonsense in every header that carries signatures";
        add(what, nonsense, Expected::Refused);
        let others = [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ];
        for method in others.iter().filter(|method| **method != *model.method()) {
            let mut request = model.clone();
            *request.method_mut() = method.clone();
            let what = format!("{method} without a signature");
            add(&what, request, Expected::RefusedOrNowhere);
        }
        found
    }

    /// # Panics
    /// Where an answer is not what it has to be.
    #[track_caller]
    pub(crate) fn assert(&self, probes: &[Probe], answers: &[Answer]) {
        let mut problems = String::new();
        for (probe, answer) in probes.iter().zip(answers) {
            if let Some(problem) = probe.problem(*answer) {
                let _ = write!(problems, "\n- {}: {problem}", probe.what);
            }
        }
        assert!(
            problems.is_empty(),
            "{} is not protected:{problems}",
            self.name(probes)
        );
    }
}

fn post(path: &str, content_type: &'static str, body: &'static str) -> Request<Bytes> {
    let mut request = Request::new(Bytes::from_static(body.as_bytes()));
    *request.method_mut() = Method::POST;
    match path.parse() {
        Ok(uri) => *request.uri_mut() = uri,
        Err(error) => panic!("{path:?} is not a path: {error}"),
    }
    let headers = request.headers_mut();
    let host = BASE.trim_start_matches("https://");
    headers.insert(HOST, HeaderValue::from_static(host));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    request
}

impl Probe {
    fn problem(&self, answer: Answer) -> Option<String> {
        let Answer { status, code } = answer;
        let is_nowhere = matches!(
            status,
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
        );
        let is_refusal = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        match (self.expected, code) {
            (Expected::Through, Some(code)) => Some(format!(
                "hookward refused it with {status} ({code}): does the route trust the key that signs, and does it have the clock of the test?"
            )),
            (Expected::Through, None) if is_nowhere => {
                Some(format!("{status}: there is no such route"))
            }
            (Expected::Through, None) if is_refusal => {
                Some(format!("{status} from something before or behind hookward"))
            }
            (Expected::Through, None)
            | (Expected::Refused | Expected::RefusedOrNowhere, Some(_)) => None,
            (Expected::RefusedOrNowhere, None) if is_nowhere => None,
            (Expected::Refused, None) if is_nowhere => {
                Some(format!("{status}: there is no such route"))
            }
            (Expected::Refused | Expected::RefusedOrNowhere, None) => Some(format!(
                "hookward let it through, and something behind it answered {status}"
            )),
        }
    }
}

/// Judges two equal deliveries: the answer to each, and whether it is the one to a
/// delivery that was handled before.
///
/// # Panics
/// Where the first one did not get through, or the second one did.
pub(crate) fn assert_handled_once(first: (Answer, bool), again: (Answer, bool)) {
    let (Answer { status, code }, was_known) = first;
    assert!(
        code.is_none() && !was_known,
        "the first delivery did not get through: {status} ({code:?})"
    );
    let (again, is_known) = again;
    assert!(
        is_known || again.code == Some(Code::Replayed),
        "a recorded delivery was handled again ({}): the route has no replay guard, or one that hands known deliveries through, or the first one failed: {status}",
        again.status
    );
}
