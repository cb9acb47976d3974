use std::sync::Arc;

use bytes::Bytes;
use hookward_core::adapter::{Admitted, Exchange, HttpBody, Runtime};
use hookward_core::{Code, Endpoint, Rejection};
use http::StatusCode;
use http_body_util::BodyExt as _;
use salvo_core::http::body::{ReqBody, ResBody};
use salvo_core::{BoxedError, Depot, FlowCtrl, Handler, Request, Response, async_trait};

use crate::head::Head;

/// Hoop that verifies requests before a router's handlers run. See the [crate
/// documentation](crate).
///
/// Created from a [`Verifier`](hookward_core::Verifier), from a
/// [`KeyHandle`](hookward_core::KeyHandle) whose keys can be rotated, or from an
/// [`Endpoint`] with limits and a replay guard.
#[derive(Debug, Clone)]
pub struct Verify {
    endpoint: Arc<Endpoint>,
}

impl Verify {
    /// Creates a hoop for one endpoint.
    #[must_use]
    pub fn new(endpoint: impl Into<Endpoint>) -> Self {
        Self {
            endpoint: Arc::new(endpoint.into()),
        }
    }
}

#[async_trait]
impl Handler for Verify {
    async fn handle(
        &self,
        request: &mut Request,
        depot: &mut Depot,
        response: &mut Response,
        flow: &mut FlowCtrl,
    ) {
        let Some(body) = take_body(request).await else {
            let why = "a hoop before `Verify` has read the body";
            let rejection = Rejection::new(Code::BodyUnreadable, why);
            return answer(self.endpoint.refuse(&rejection), response, flow);
        };
        let mut body = HttpBody::new(body);
        let (head, declared) = (Head(request), body.declared());
        let mut exchange = Exchange::new(self.endpoint.clone(), Runtime::tokio(), &head);
        match exchange.admit(&head, declared, &mut body).await {
            Admitted::Handle(mut admission) => {
                admission.describe(request.headers_mut());
                admission.prove(request.extensions_mut());
                let frames = admission.body;
                request.replace_body(ReqBody::Boxed {
                    inner: Box::pin(frames.map_err(|never| -> BoxedError { match never {} })),
                    fusewire: None,
                });
                exchange
                    .handle(flow.call_next(request, depot, response))
                    .await;
                // salvo turns an unset status into 200.
                let status = response.status_code.unwrap_or(StatusCode::OK);
                exchange.settle(status).await;
            }
            Admitted::Answer(refusal) => answer(refusal, response, flow),
        }
    }
}

/// Takes the body, unless a previous hoop has read it: salvo caches what was read and
/// would pass that to the handler instead of what is verified here.
async fn take_body(request: &mut Request) -> Option<ReqBody> {
    let body = request.replace_body("too long".into());
    // The cached bytes, or an error, for which nothing is cached.
    let mut was_read = request.payload_with_max_size(0).await.is_ok();
    if body.is_none() {
        request.replace_body("too long".into());
        was_read |= request.form_data_max_size(0).await.is_ok();
    }
    (!was_read).then_some(body)
}

fn answer(answer: http::Response<Bytes>, response: &mut Response, flow: &mut FlowCtrl) {
    respond(answer, response);
    flow.skip_rest();
}

/// Writes a response of the `http` crate, such as that of
/// [`Misfit::acknowledge`](hookward_core::Misfit::acknowledge), into salvo's.
pub fn respond(answer: http::Response<Bytes>, response: &mut Response) {
    let (parts, body) = answer.into_parts();
    response.status_code(parts.status);
    response.headers_mut().extend(parts.headers);
    // Also for an empty body: otherwise salvo writes an error page.
    response.replace_body(ResBody::Once(body));
}
