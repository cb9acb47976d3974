//! Instructions and allocations of one request: exactly reproducible figures.
//!
//! `counts VARIANT SIZE REQUESTS`, where `VARIANT` is `mac`, `forged` (a
//! signature that is not one, refused from the head) or the name of a front. It
//! prints allocations, bytes and peak per request; under
//! `valgrind --tool=callgrind` two runs with different `REQUESTS` tell the
//! instructions, which is what `benches/counts` does.

use hookward_benches::{Counted, Counting, Delivery, Front, Handler, keyed, mac_of, runtime};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [variant, size, requests] = &args[..] else {
        eprintln!("counts (mac | forged | FRONT) SIZE REQUESTS, or counts list 0 0");
        std::process::exit(2);
    };
    let size: usize = size.parse().expect("SIZE is a number of bytes");
    let requests: usize = requests.parse().expect("REQUESTS is a number");
    if variant == "list" {
        Front::ALL
            .iter()
            .for_each(|front| println!("{} {}", front.name(), front.base().name()));
        return;
    }
    let mut delivery = Delivery::new(size);
    let keyed = keyed();
    let (front, status) = match &**variant {
        "mac" => {
            for _ in 0..requests {
                std::hint::black_box(mac_of(std::hint::black_box(&keyed), &delivery.frames));
            }
            return;
        }
        "forged" => {
            delivery
                .headers
                .insert("x-hub-signature-256", "sha256=00".parse().expect("a value"));
            (Front::Hookward, 403)
        }
        name => (Front::named(name).expect("a known variant"), 200),
    };
    let mut router = front.router(Handler::Streaming);
    let mut last = Counted {
        allocations: 0,
        bytes: 0,
        peak: 0,
    };
    runtime().block_on(async {
        for _ in 0..requests {
            let request = delivery.request();
            let live = Counting::reset();
            let answer = router.answer(request).await;
            last = Counting::since(live);
            assert_eq!(answer, status);
        }
    });
    println!(
        "{} allocations, {} bytes, {} at the peak",
        last.allocations, last.bytes, last.peak
    );
}
