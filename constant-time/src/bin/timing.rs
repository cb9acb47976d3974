//! A timing test after dudect (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant
//! time?", 2017): each case is timed with two kinds of wrong values, drawn in random
//! order, and Welch's t-test says whether their times differ.
//!
//! One kind differs in every byte, the other in the last byte alone: what an attacker who
//! guesses a MAC byte by byte tells apart. `==` is measured in the same way, and must be
//! told apart. Usage: `constant-time/run timing [SAMPLES]`.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use hookward_constant_time::cases::{self, BODY, KEY, NOW, Sent, Subject};

/// dudect speaks of a difference from 10 on.
const THRESHOLD: f64 = 10.0;

/// The calls of one sample.
const CALLS: u32 = 8;

/// Shares of the samples that are kept, the fastest: interrupts are in the rest.
const KEPT: [f64; 6] = [1.0, 0.99, 0.95, 0.9, 0.75, 0.5];

struct Random(u64);

impl Random {
    /// xorshift64*.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

/// The largest |t| over the shares, and the medians of both kinds in nanoseconds a call.
fn measure(samples: usize, mut call: impl FnMut(usize) -> bool) -> (f64, f64, f64) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut times: Vec<(usize, f64)> = Vec::with_capacity(samples);
    for warm in 0..samples / 10 {
        black_box(call(warm % 2));
    }
    for _ in 0..samples {
        let kind = (random.next() >> 63) as usize;
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(call(black_box(kind)));
        }
        times.push((kind, start.elapsed().as_nanos() as f64 / f64::from(CALLS)));
    }
    let mut sorted: Vec<f64> = times.iter().map(|(_, time)| *time).collect();
    sorted.sort_by(f64::total_cmp);
    let mut most = 0.0_f64;
    for share in KEPT {
        let last = ((samples as f64 * share) as usize).clamp(1, samples) - 1;
        let bound = sorted[last];
        let kept = times.iter().filter(|(_, time)| *time <= bound);
        most = most.max(welch(kept).abs());
    }
    let median = |kind| {
        let mut own: Vec<f64> = times
            .iter()
            .filter(|(k, _)| *k == kind)
            .map(|(_, t)| *t)
            .collect();
        own.sort_by(f64::total_cmp);
        own[own.len() / 2]
    };
    (most, median(0), median(1))
}

fn welch<'a>(times: impl Iterator<Item = &'a (usize, f64)>) -> f64 {
    let (mut n, mut mean, mut squares) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    for (kind, time) in times {
        n[*kind] += 1.0;
        let delta = time - mean[*kind];
        mean[*kind] += delta / n[*kind];
        squares[*kind] += delta * (time - mean[*kind]);
    }
    if n[0] < 2.0 || n[1] < 2.0 {
        return 0.0;
    }
    let error = squares[0] / (n[0] - 1.0) / n[0] + squares[1] / (n[1] - 1.0) / n[1];
    if error == 0.0 {
        return 0.0;
    }
    (mean[0] - mean[1]) / error.sqrt()
}

fn main() -> ExitCode {
    let samples = std::env::args()
        .nth(1)
        .map_or(100_000, |n| n.parse().expect("a number"));
    println!("{samples} samples a case, of {CALLS} calls");
    println!(
        "{:55} {:>7} {:>10} {:>10}",
        "", "|t|", "every, ns", "last, ns"
    );
    let mut is_good = true;
    let mut show = |name: &str, (t, every, last): (f64, f64, f64), is_control: bool| {
        let is_told_apart = t >= THRESHOLD;
        let is_right = is_told_apart == is_control;
        is_good &= is_right;
        let note = if is_right { "" } else { "  FAIL" };
        println!("{name:55} {t:7.1} {every:10.1} {last:10.1}{note}");
    };
    for case in cases::all() {
        let subject = case.subject(&|bytes| bytes.to_vec());
        let kinds = [case.head(Sent::Every), case.head(Sent::Last)];
        let mut head = case.head(Sent::Right);
        let figures = measure(samples, |kind| {
            // Both kinds are read from the same memory.
            head.overwrite(&kinds[kind]);
            match &subject {
                Subject::Delivery(verifier) => verifier.verify_parts(&head, BODY, NOW).is_ok(),
                Subject::Validation(endpoint, verifier) => {
                    endpoint.open(Ok(verifier.clone()), &head, None).is_ok()
                }
            }
        });
        show(&case.name, figures, false);
    }
    let kinds = [Sent::Every, Sent::Last].map(|sent| {
        let mut bytes = KEY.to_vec();
        match sent {
            Sent::Every => bytes.iter_mut().for_each(|byte| *byte ^= 1),
            _ => bytes[KEY.len() - 1] ^= 1,
        }
        bytes
    });
    let mut sent = KEY.to_vec();
    let figures = measure(samples, |kind| {
        sent.clone_from(&kinds[kind]);
        let (a, b) = (black_box(KEY), black_box(&sent[..]));
        for (a, b) in a.iter().zip(b) {
            if black_box(*a) != *b {
                return false;
            }
        }
        true
    });
    show("control: the first difference ends it", figures, true);
    if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
