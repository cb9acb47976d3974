//! Shared by the benches: the same requests for every candidate, and the hand-written
//! middleware that services use.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hookward::axum::Webhook;
use hookward::tower::{Verify, VerifyLayer};
use hookward::{Endpoint, Key, Scheme, Signer, UnixTime, Verifier, providers};
use http::{HeaderMap, HeaderName};
use http_body_util::BodyExt as _;
use serde::de::IgnoredAny;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tokio::runtime::Runtime;
use tower::util::MapRequestLayer;
use tower::{Layer as _, Service as _, ServiceExt};

mod least;
#[cfg(feature = "peers")]
mod peers;
#[cfg(feature = "stores")]
pub mod servers;
#[cfg(feature = "peers")]
pub use peers::webhook_verify;

/// GitHub's documented test secret.
pub const SECRET: &[u8] = b"It's a Secret to Everybody";

/// The same as Standard Webhooks writes it.
pub const STANDARD_SECRET: &str = "whsec_SXQncyBhIFNlY3JldCB0byBFdmVyeWJvZHk=";

/// The size of the frames that a body arrives in.
pub const FRAME: usize = 16 * 1024;

/// A body whose frames are already available.
pub struct Frames {
    frames: VecDeque<Bytes>,
    left: u64,
}

impl Frames {
    pub fn new(frames: &[Bytes]) -> Self {
        Self {
            left: frames.iter().map(|frame| frame.len() as u64).sum(),
            frames: frames.iter().cloned().collect(),
        }
    }
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let frame = self.frames.pop_front();
        self.left -= frame.as_ref().map_or(0, |frame| frame.len() as u64);
        Poll::Ready(frame.map(|frame| Ok(http_body::Frame::data(frame))))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}

/// A JSON string of `size` bytes, in frames.
pub fn frames(size: usize) -> Vec<Bytes> {
    let mut body = vec![b'7'; size];
    body[0] = b'"';
    body[size - 1] = b'"';
    body.chunks(FRAME).map(Bytes::copy_from_slice).collect()
}

/// A MAC with its key already absorbed.
pub fn keyed() -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(SECRET).expect("any length")
}

/// The MAC over frames: the unavoidable cost.
pub fn mac_of(keyed: &Hmac<Sha256>, frames: &[Bytes]) -> [u8; 32] {
    let mut mac = keyed.clone();
    frames.iter().for_each(|frame| mac.update(frame));
    mac.finalize().into_bytes().into()
}

/// GitHub's header over these frames.
pub fn signature(frames: &[Bytes]) -> String {
    format!("sha256={}", hex::encode(mac_of(&keyed(), frames)))
}

/// A delivery that every [`Front`] accepts: it has the headers of all of them.
pub struct Delivery {
    pub frames: Vec<Bytes>,
    pub headers: HeaderMap,
}

impl Delivery {
    /// A genuine one, as of now.
    pub fn new(size: usize) -> Self {
        let frames = frames(size);
        let mut headers = HeaderMap::new();
        let mut put =
            |name, value: &str| headers.insert(name, value.parse().expect("a header value"));
        put(HeaderName::from_static("host"), "hooks.example.com");
        put(HeaderName::from_static("content-type"), "application/json");
        put(
            HeaderName::from_static("x-hub-signature-256"),
            &signature(&frames),
        );
        let now = UnixTime::now().as_secs().to_string();
        let mut mac = keyed();
        mac.update(now.as_bytes());
        mac.update(b".");
        frames.iter().for_each(|frame| mac.update(frame));
        let hooksmith = format!("v1,{}", hex::encode(mac.finalize().into_bytes()));
        put(HeaderName::from_static("x-hooksmith-timestamp"), &now);
        put(HeaderName::from_static("x-hooksmith-signature"), &hooksmith);
        let mut delivery = Self { frames, headers };
        delivery.sign(&providers::STANDARD_WEBHOOKS, STANDARD_SECRET);
        delivery
    }

    /// Adds the headers of a scheme.
    pub fn sign(&mut self, scheme: &Scheme, secret: &str) {
        let request = http::Request::post("/")
            .body(self.frames.concat())
            .expect("a request");
        let signer = Signer::new(scheme, Key::new(secret).expect("a key")).expect("a signer");
        let signed = signer
            .sign(&request, UnixTime::now(), Some("msg_1"))
            .expect("signed");
        for (name, value) in signed.headers() {
            self.headers.insert(name, value.clone());
        }
    }

    /// The request as a server passes it on.
    pub fn request(&self) -> http::Request<Frames> {
        let mut request = http::Request::new(Frames::new(&self.frames));
        *request.method_mut() = http::Method::POST;
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// What the handler does with the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    /// Streams it.
    Streaming,
    /// Needs it contiguous.
    Bytes,
    /// Parses it as JSON.
    Json,
}

impl Handler {
    /// A router with nothing in front of it.
    pub fn routes(self) -> Router {
        let handle = match self {
            Self::Streaming => post(streaming),
            Self::Bytes => post(bytes),
            Self::Json => post(json),
        };
        Router::new()
            .route("/", handle)
            .layer(DefaultBodyLimit::disable())
    }
}

async fn streaming(request: Request) -> &'static str {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        std::hint::black_box(frame.is_ok());
    }
    "ok"
}

async fn bytes(body: Bytes) -> &'static str {
    std::hint::black_box(body);
    "ok"
}

async fn json(Json(IgnoredAny): Json<IgnoredAny>) -> &'static str {
    "ok"
}

async fn webhook(hook: Webhook<IgnoredAny>) -> &'static str {
    std::hint::black_box(hook.verified());
    "ok"
}

/// The hand-written middleware.
pub async fn by_hand(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let signature = parts
        .headers
        .get("x-hub-signature-256")
        .and_then(|value| value.to_str().ok()?.strip_prefix("sha256="))
        .and_then(|digits| hex::decode(digits).ok());
    let Some(signature) = signature else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let Ok(bytes) = axum::body::to_bytes(body, 1 << 25).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).expect("any length");
    mac.update(&bytes);
    if !bool::from(mac.finalize().into_bytes()[..].ct_eq(&signature)) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

/// GitHub's verifier.
pub fn verifier() -> Verifier {
    let key = Key::new(SECRET).expect("a key");
    Verifier::new(providers::GITHUB, key).expect("a verifier")
}

/// What runs before the handler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Front {
    Nothing,
    /// A layer that does nothing: axum's own cost of a layer.
    Idle,
    ByHand,
    /// The layer within the router, by `Router::layer`.
    Hookward,
    /// The layer around the router, by `VerifyLayer::layer`: one service less
    /// that axum boxes.
    Around,
    /// The layer around the router for Standard Webhooks, which signs id and
    /// timestamp before the body.
    Prefixed,
    /// Within the router, joining the frames while they arrive.
    Contiguous,
    /// The least that a streaming layer around the router can do.
    Least,
    #[cfg(feature = "peers")]
    WebhookVerify,
    /// The router of [`Front::Webhooksmith`], which is of axum 0.7.
    #[cfg(feature = "peers")]
    Nothing07,
    #[cfg(feature = "peers")]
    Webhooksmith,
    #[cfg(feature = "peers")]
    StandardWebhooks,
    #[cfg(feature = "peers")]
    GithubExtract,
}

impl Front {
    pub const ALL: &[Self] = &[
        Self::Nothing,
        Self::Idle,
        Self::ByHand,
        Self::Hookward,
        Self::Around,
        Self::Prefixed,
        Self::Contiguous,
        Self::Least,
        #[cfg(feature = "peers")]
        Self::WebhookVerify,
        #[cfg(feature = "peers")]
        Self::Nothing07,
        #[cfg(feature = "peers")]
        Self::Webhooksmith,
        #[cfg(feature = "peers")]
        Self::StandardWebhooks,
        #[cfg(feature = "peers")]
        Self::GithubExtract,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Idle => "idle",
            Self::ByHand => "by-hand",
            Self::Hookward => "hookward",
            Self::Around => "hookward-around",
            Self::Prefixed => "hookward-prefixed",
            Self::Contiguous => "contiguous",
            Self::Least => "least",
            #[cfg(feature = "peers")]
            Self::WebhookVerify => "webhook-verify",
            #[cfg(feature = "peers")]
            Self::Nothing07 => "nothing-0.7",
            #[cfg(feature = "peers")]
            Self::Webhooksmith => "webhooksmith",
            #[cfg(feature = "peers")]
            Self::StandardWebhooks => "standardwebhooks",
            #[cfg(feature = "peers")]
            Self::GithubExtract => "github-extract",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|front| front.name() == name)
    }

    /// The router without verification to compare this one with.
    pub fn base(self) -> Self {
        match self {
            #[cfg(feature = "peers")]
            Self::Webhooksmith | Self::Nothing07 => Self::Nothing07,
            _ => Self::Nothing,
        }
    }

    /// A router behind it. Peers that are extractors parse JSON, whatever the
    /// handler wants.
    pub fn router(self, handler: Handler) -> Served {
        let routes = match (self, handler) {
            (Self::Hookward | Self::Around | Self::Prefixed | Self::Contiguous, Handler::Json) => {
                Router::new().route("/", post(webhook))
            }
            _ => handler.routes(),
        };
        Served::Axum(match self {
            Self::Nothing => routes,
            Self::Idle => routes.layer(MapRequestLayer::new(|request: Request| request)),
            Self::ByHand => routes.layer(from_fn(by_hand)),
            Self::Hookward => routes.layer(VerifyLayer::new(verifier())),
            Self::Contiguous => routes.layer(VerifyLayer::new(
                Endpoint::new(verifier()).contiguous_body(),
            )),
            Self::Around => return Served::Around(VerifyLayer::new(verifier()).layer(routes)),
            Self::Prefixed => {
                let key = Key::new(STANDARD_SECRET).expect("a key");
                let verifier =
                    Verifier::new(providers::STANDARD_WEBHOOKS, key).expect("a verifier");
                return Served::Around(VerifyLayer::new(verifier).layer(routes));
            }
            Self::Least => {
                return Served::Least(least::Least {
                    inner: routes,
                    keyed: keyed(),
                });
            }
            #[cfg(feature = "peers")]
            Self::WebhookVerify => peers::webhook_verify(routes),
            #[cfg(feature = "peers")]
            Self::StandardWebhooks => peers::standardwebhooks(routes),
            #[cfg(feature = "peers")]
            Self::GithubExtract => peers::github_extract(),
            #[cfg(feature = "peers")]
            Self::Nothing07 => return Served::Axum07(peers::nothing()),
            #[cfg(feature = "peers")]
            Self::Webhooksmith => return Served::Axum07(peers::webhooksmith()),
        })
    }
}

/// A router of the axum that a front needs.
pub enum Served {
    Axum(Router),
    Around(Verify<Router>),
    Least(least::Least),
    #[cfg(feature = "peers")]
    Axum07(axum07::Router),
}

impl Served {
    /// The status of the answer.
    pub async fn answer(&mut self, request: http::Request<Frames>) -> StatusCode {
        match self {
            Self::Axum(router) => {
                let request = request.map(Body::new);
                let answer = router
                    .as_service()
                    .ready()
                    .await
                    .expect("ready")
                    .call(request);
                answer.await.expect("an answer").status()
            }
            Self::Around(service) => {
                let request = request.map(Body::new);
                let service = ServiceExt::<Request>::ready(service).await.expect("ready");
                service.call(request).await.expect("an answer").status()
            }
            Self::Least(service) => {
                let answer = service.call(request.map(Body::new)).await;
                answer.expect("an answer").status()
            }
            #[cfg(feature = "peers")]
            Self::Axum07(router) => {
                let request = request.map(axum07::body::Body::new);
                let answer = router
                    .as_service()
                    .ready()
                    .await
                    .expect("ready")
                    .call(request);
                answer.await.expect("an answer").status()
            }
        }
    }
}

/// Calls each of `runs` in turn, `rounds` times, and keeps the shortest time of each:
/// other load on the machine only lengthens times.
pub fn shortest<const N: usize>(
    rounds: usize,
    mut run: impl FnMut(usize) -> Duration,
) -> [Duration; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..rounds {
        for (index, best) in best.iter_mut().enumerate() {
            *best = (*best).min(run(index));
        }
    }
    best
}

/// Nanoseconds each of `repeats` took.
pub fn per(duration: Duration, repeats: usize) -> f64 {
    duration.as_nanos() as f64 / repeats as f64
}

/// How often to repeat a request with a body of this size in one round.
pub fn repeats(size: usize) -> usize {
    (10_000_000 / (size + 2000)).max(10)
}

/// The time that `repeats` of one delivery take.
pub fn time(
    runtime: &Runtime,
    served: &mut Served,
    delivery: &Delivery,
    repeats: usize,
) -> Duration {
    runtime.block_on(async {
        let start = Instant::now();
        for _ in 0..repeats {
            assert_eq!(served.answer(delivery.request()).await, 200);
        }
        start.elapsed()
    })
}

/// A runtime of one thread.
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Counts what is allocated. Install it with `#[global_allocator]`.
pub struct Counting;

static COUNT: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Allocations since the last [`Counting::reset`].
pub struct Counted {
    pub allocations: usize,
    pub bytes: usize,
    /// The most that was live at a time, beyond what was live at the reset.
    pub peak: usize,
}

impl Counting {
    pub fn reset() -> usize {
        COUNT.store(0, Ordering::Relaxed);
        BYTES.store(0, Ordering::Relaxed);
        let live = LIVE.load(Ordering::Relaxed);
        PEAK.store(live, Ordering::Relaxed);
        live
    }

    pub fn since(live: usize) -> Counted {
        Counted {
            allocations: COUNT.load(Ordering::Relaxed),
            bytes: BYTES.load(Ordering::Relaxed),
            peak: PEAK.load(Ordering::Relaxed).saturating_sub(live),
        }
    }

    fn took(bytes: usize) {
        COUNT.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(bytes, Ordering::Relaxed);
        let live = LIVE.fetch_add(bytes, Ordering::Relaxed) + bytes;
        PEAK.fetch_max(live, Ordering::Relaxed);
    }
}

// The benches are not part of the product; an allocator requires unsafe code.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::took(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        Self::took(size);
        unsafe { System.realloc(pointer, layout, size) }
    }
}
