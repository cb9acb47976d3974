//! What the benches share: the same requests for everyone, and the middleware
//! that one writes by hand.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hookward::tower::VerifyLayer;
use hookward::{Key, Verifier, providers};
use http_body_util::BodyExt as _;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tower::util::MapRequestLayer;

/// GitHub's documented test secret.
pub const SECRET: &[u8] = b"It's a Secret to Everybody";

/// The size of the frames that a body arrives in.
pub const FRAME: usize = 16 * 1024;

/// A body that is there in frames.
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

/// A body of `size` bytes in frames.
pub fn frames(size: usize) -> Vec<Bytes> {
    vec![7u8; size].chunks(FRAME).map(Bytes::copy_from_slice).collect()
}

/// A MAC whose key is absorbed already.
pub fn keyed() -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(SECRET).expect("any length")
}

/// The MAC over frames: what nobody can do without.
pub fn mac_of(keyed: &Hmac<Sha256>, frames: &[Bytes]) -> [u8; 32] {
    let mut mac = keyed.clone();
    frames.iter().for_each(|frame| mac.update(frame));
    mac.finalize().into_bytes().into()
}

/// GitHub's header over these frames.
pub fn signature(frames: &[Bytes]) -> String {
    format!("sha256={}", hex::encode(mac_of(&keyed(), frames)))
}

/// A request as a server hands it on.
pub fn request(frames: &[Bytes], signature: &str) -> Request {
    http::Request::post("/")
        .header("host", "hooks.example.com")
        .header("content-type", "application/json")
        .header("x-hub-signature-256", signature)
        .body(Body::new(Frames::new(frames)))
        .expect("a request")
}

/// A handler that takes the body as it comes.
async fn streaming(request: Request) -> &'static str {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        std::hint::black_box(frame.is_ok());
    }
    "ok"
}

/// A handler that wants the body as one piece.
async fn contiguous(body: Bytes) -> &'static str {
    std::hint::black_box(body);
    "ok"
}

async fn by_hand(request: Request, next: Next) -> Response {
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
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// GitHub's verifier with these secrets, the one in use first.
pub fn verifier() -> Verifier {
    let key = Key::new(SECRET).expect("a key");
    Verifier::new(providers::GITHUB, key).expect("a verifier")
}

/// What stands in front of the handler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Front {
    Nothing,
    /// A layer that does nothing: what axum itself takes for any layer.
    Idle,
    ByHand,
    Hookward,
}

impl Front {
    pub const ALL: [Self; 4] = [Self::Nothing, Self::Idle, Self::ByHand, Self::Hookward];

    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Idle => "idle",
            Self::ByHand => "by-hand",
            Self::Hookward => "hookward",
        }
    }

    /// An axum router behind it.
    pub fn router(self, one_piece: bool) -> Router {
        let handler = if one_piece { post(contiguous) } else { post(streaming) };
        let routes = Router::new().route("/", handler);
        match self {
            Self::Nothing => routes,
            Self::Idle => routes.layer(MapRequestLayer::new(|request: Request| request)),
            Self::ByHand => routes.layer(from_fn(by_hand)),
            Self::Hookward => routes.layer(VerifyLayer::new(verifier())),
        }
    }
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

// The benches are no part of the product; an allocator cannot be had otherwise.
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
