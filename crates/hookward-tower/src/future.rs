use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hookward_core::Endpoint;
use hookward_core::adapter::{Admission, Admitted, Exchange, HttpBody, Runtime};
use http::request::Parts;
use http::{HeaderMap, Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::body::{ResponseBody, VerifiedBody};
use crate::head::Head;

pin_project! {
    /// The future of [`Verify`](crate::Verify).
    #[project = FutureProj]
    pub struct ResponseFuture<S, B>
    where
        S: Service<Request<VerifiedBody>>,
    {
        exchange: Exchange,
        #[pin]
        state: State<S, B, S::Future, S::Response>,
    }
}

pin_project! {
    #[project = StateProj]
    #[project_replace = StateOwn]
    enum State<S, B, F, R> {
        Admitting { service: S, parts: Option<Parts>, #[pin] body: HttpBody<B> },
        Handling { #[pin] handler: F },
        Settling { response: R },
        Over,
    }
}

impl<S, B> fmt::Debug for ResponseFuture<S, B>
where
    S: Service<Request<VerifiedBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl<S, B> ResponseFuture<S, B>
where
    S: Service<Request<VerifiedBody>>,
    B: Body,
{
    pub(crate) fn new(
        endpoint: Arc<Endpoint>,
        keeps_trailers: bool,
        service: S,
        request: Request<B>,
    ) -> Self {
        let (parts, body) = request.into_parts();
        let exchange = Exchange::new(endpoint, Runtime::tokio(), &Head(&parts));
        let body = HttpBody::new(body).keep_trailers(keeps_trailers);
        Self {
            exchange,
            state: State::Admitting {
                service,
                parts: Some(parts),
                body,
            },
        }
    }
}

impl<S, B, ResBody> Future for ResponseFuture<S, B>
where
    S: Service<Request<VerifiedBody>, Response = Response<ResBody>>,
    B: Body,
{
    type Output = Result<Response<ResponseBody<ResBody>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            match this.state.as_mut().project() {
                StateProj::Admitting {
                    service,
                    parts,
                    mut body,
                } => {
                    // Taken once the handler has been called.
                    let Some(head) = parts.as_ref() else {
                        return Poll::Pending;
                    };
                    let declared = body.declared();
                    let admitted =
                        this.exchange
                            .poll_admit(cx, &Head(head), declared, body.as_mut());
                    let admission = match ready!(admitted) {
                        Admitted::Handle(admission) => admission,
                        Admitted::Answer(answer) => {
                            this.state.set(State::Over);
                            return Poll::Ready(Ok(answer.map(ResponseBody::refusal)));
                        }
                    };
                    let trailers = body.take_trailers();
                    let Some(parts) = parts.take() else {
                        return Poll::Pending;
                    };
                    let handler = call(service, parts, admission, trailers);
                    this.state.set(State::Handling { handler });
                }
                StateProj::Handling { handler } => {
                    let Poll::Ready(response) = handler.poll(cx) else {
                        this.exchange.poll_renew(cx);
                        return Poll::Pending;
                    };
                    let response = response?;
                    let settled = this.exchange.poll_settle(cx, response.status());
                    if settled.is_ready() {
                        return Poll::Ready(Ok(response.map(ResponseBody::handler)));
                    }
                    this.state.set(State::Settling { response });
                    return Poll::Pending;
                }
                StateProj::Settling { response } => {
                    ready!(this.exchange.poll_settle(cx, response.status()));
                    let StateOwn::Settling { response } =
                        this.state.as_mut().project_replace(State::Over)
                    else {
                        return Poll::Pending;
                    };
                    return Poll::Ready(Ok(response.map(ResponseBody::handler)));
                }
                // The response was returned.
                StateProj::Over => return Poll::Pending,
            }
        }
    }
}

/// Calls the handler with the proof and the verified body.
fn call<S>(
    service: &mut S,
    mut parts: Parts,
    mut admission: Admission,
    trailers: Option<Box<HeaderMap>>,
) -> S::Future
where
    S: Service<Request<VerifiedBody>>,
{
    admission.describe(&mut parts.headers);
    // Trailers describe the body as it was sent, so they are dropped when it is replaced.
    let trailers = trailers.filter(|_| !admission.replaces_body());
    admission.prove(&mut parts.extensions);
    let body = VerifiedBody::new(admission.body, trailers);
    service.call(Request::from_parts(parts, body))
}
