#!/usr/bin/env bash
# The compiler's real-time sanitizer over both ticks: no allocation, no lock, no call that can wait.
#
# usage: tests/realtime_sanitizer.sh     (a build of its own, some minutes)
#
# The ticks are marked `nonblocking`; what they call of the C library is watched while the runtime's
# own tests run them, on real threads through the pseudo-terminal too. The write to the port is a
# bare system call, which the sanitizer does not see: system_calls.rs counts those. The marks need
# a compiler's unstable feature, so this is no part of the usual tests.
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=realtime --cfg rtsan"
run() {
    cargo test --locked -p rfa-runtime --target x86_64-unknown-linux-gnu \
        --target-dir target/rtsan "$@"
}
run --lib --test threads
# Negative control: an allocation in a marked function ends the program, exit 43.
code=0
run --lib -- --exact tests::sanitizer::an_allocation_is_found --ignored || code=$?
[ "$code" -ne 0 ] || { echo "the sanitizer does not see an allocation" >&2; exit 1; }
echo "both ticks: nothing that waits; the negative control was found"
