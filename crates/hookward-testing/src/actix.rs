//! Requests of actix-web, and probes for its apps.

use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::TestRequest as ActixRequest;
use hookward_core::Code;
use http::StatusCode;

use crate::TestRequest;
use crate::protect::{Answer, Route};

impl TestRequest {
    /// The request for [`actix_web::test`]: `to_request()` for an app, or
    /// `send_request(&app)`.
    ///
    /// ```
    /// use hookward::providers;
    /// use hookward::testing;
    ///
    /// let request = testing::request(providers::GITHUB)
    ///     .path("/webhooks/github")
    ///     .actix()
    ///     .to_request();
    /// assert_eq!(request.path(), "/webhooks/github");
    /// ```
    ///
    /// # Panics
    /// As [`build`](Self::build).
    #[track_caller]
    #[must_use]
    pub fn actix(&self) -> ActixRequest {
        translate(self.build_as())
    }
}

/// From the types of the `http` crate to actix's.
fn translate(request: http::Request<bytes::Bytes>) -> ActixRequest {
    let (parts, body) = request.into_parts();
    let mut translated = ActixRequest::with_uri(&parts.uri.to_string());
    if let Ok(method) = actix_web::http::Method::from_bytes(parts.method.as_str().as_bytes()) {
        translated = translated.method(method);
    }
    for (name, value) in &parts.headers {
        translated = translated.append_header((name.as_str(), value.as_bytes()));
    }
    translated.set_payload(body)
}

/// Asserts that nothing forged gets through to the handler of a route, as
/// [`assert_protected`](crate::assert_protected) does for tower, on an app of
/// [`actix_web::test::init_service`].
///
/// ```
/// use actix_web::{App, test, web};
/// use hookward::actix::Verify;
/// use hookward::providers;
/// use hookward::testing;
///
/// # async fn example() {
/// let verify = Verify::new(testing::verifier(providers::GITHUB));
/// let route = web::resource("/webhooks/github").wrap(verify).to(async || "handled");
/// let app = test::init_service(App::new().service(route)).await;
///
/// let delivery = testing::request(providers::GITHUB).path("/webhooks/github");
/// testing::actix::assert_protected(&app, delivery).await;
/// # }
/// # actix_web::rt::System::new().block_on(example());
/// ```
///
/// # Panics
/// Where a forged request gets through, or a genuine one does not.
pub async fn assert_protected<S, B>(app: &S, route: impl Into<Route>)
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let route = route.into();
    let probes = route.probes();
    let mut answers = Vec::with_capacity(probes.len());
    for probe in &probes {
        let (answer, _) = call(app, translate(probe.request.clone())).await;
        answers.push(answer);
    }
    route.assert(&probes, &answers);
}

/// Asserts that a delivery is handled once, as
/// [`assert_handled_once`](crate::assert_handled_once) does for tower.
///
/// # Panics
/// Where the first one does not get through, or the second one does.
pub async fn assert_handled_once<S, B>(app: &S, delivery: &TestRequest)
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let recording: http::Request<bytes::Bytes> = delivery.build_as();
    let first = call(app, translate(recording.clone())).await;
    let again = call(app, translate(recording)).await;
    crate::protect::assert_handled_once(first, again);
}

async fn call<S, B>(app: &S, request: ActixRequest) -> (Answer, bool)
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    match app.call(request.to_request()).await {
        Ok(response) => {
            let code = response.response().extensions().get::<Code>().copied();
            let is_acknowledged = response.headers().contains_key(crate::protect::REPLAY);
            (answer(response.status(), code), is_acknowledged)
        }
        // What an extractor or the handler answers.
        Err(error) => (answer(error.as_response_error().status_code(), None), false),
    }
}

fn answer(status: actix_web::http::StatusCode, code: Option<Code>) -> Answer {
    let status = StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::OK);
    Answer { status, code }
}
