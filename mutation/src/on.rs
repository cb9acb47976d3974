//! Which mutant is on. `.ci/mutants` makes this file a crate, on which the mutated crates depend.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// More than there are mutants.
const MOST: usize = 1 << 15;

static ON: LazyLock<u32> = LazyLock::new(|| {
    std::env::var("HOOKWARD_MUTANT").map_or(0, |number| number.parse().expect("a number"))
});

/// Where it is written which mutants were reached.
static REACHED: LazyLock<Option<File>> = LazyLock::new(|| {
    let path = std::env::var_os("HOOKWARD_MUTANTS_REACHED")?;
    Some(OpenOptions::new().append(true).create(true).open(path).expect("a file to write"))
});
static SEEN: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];

/// Whether this mutant is on.
#[inline]
pub fn on(number: u32) -> bool {
    if let Some(file) = &*REACHED {
        reach(number, file);
    }
    number == *ON
}

#[cold]
fn reach(number: u32, mut file: &File) {
    let seen = &SEEN[number as usize];
    if !seen.load(Ordering::Relaxed) && !seen.swap(true, Ordering::Relaxed) {
        file.write_all(format!("{number}\n").as_bytes()).expect("written");
    }
}
