//! Instructions and allocations of one request: figures that repeat exactly.
//!
//! `counts VARIANT SIZE REQUESTS`, where `VARIANT` is `mac`, `nothing`,
//! `by-hand`, `hookward`, or `forged` (no signature, refused from the head).
//! It prints allocations, bytes and peak per request; under
//! `valgrind --tool=callgrind` two runs with different `REQUESTS` tell the
//! instructions, which is what `benches/counts` does.

use hookward_benches::{Counted, Counting, Front, frames, keyed, mac_of, request, signature};
use tower::{Service as _, ServiceExt as _};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [variant, size, requests] = &args[..] else {
        eprintln!("counts (mac | nothing | by-hand | hookward | forged) SIZE REQUESTS");
        std::process::exit(2);
    };
    let size: usize = size.parse().expect("SIZE is a number of bytes");
    let requests: usize = requests.parse().expect("REQUESTS is a number");
    let frames = frames(size);
    let keyed = keyed();
    let (front, signature, status) = match &**variant {
        "mac" => {
            for _ in 0..requests {
                std::hint::black_box(mac_of(std::hint::black_box(&keyed), &frames));
            }
            return;
        }
        "forged" => (Front::Hookward, "sha256=00".into(), 403),
        name => {
            let front = Front::ALL.into_iter().find(|front| front.name() == name);
            (front.expect("a known variant"), signature(&frames), 200)
        }
    };
    let mut router = front.router(false);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut last = Counted { allocations: 0, bytes: 0, peak: 0 };
    runtime.block_on(async {
        for _ in 0..requests {
            let request = request(&frames, &signature);
            let live = Counting::reset();
            let answer = router.as_service().ready().await.expect("ready").call(request);
            let answer = answer.await.expect("an answer");
            last = Counting::since(live);
            assert_eq!(answer.status(), status);
        }
    });
    println!("{} allocations, {} bytes, {} at the peak", last.allocations, last.bytes, last.peak);
}
