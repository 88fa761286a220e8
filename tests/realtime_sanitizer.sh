#!/usr/bin/env bash
# The compiler's real-time sanitizer over both ticks: no allocation, no lock, no call that can wait.
#
# usage: tests/realtime_sanitizer.sh     (a build of its own, some minutes)
#
# The ticks are marked `nonblocking`; what they call of the C library is watched while the runtime's
# own tests run them, a thousand in a row with a full queue, a stop and a late tick among them. The
# one write of each tick to the port is not in it, for there the port's place is taken by a counter:
# system_calls.rs counts it. The marks need a compiler's unstable feature, so this is no part of the
# usual tests.
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=realtime --cfg rtsan"
run() {
    cargo test --locked -p rfa-runtime --target x86_64-unknown-linux-gnu \
        --target-dir target/rtsan "$@"
}
run --lib
# Negative control: an allocation in a marked function ends the program.
said=$(run --lib -- --exact tests::sanitizer::an_allocation_is_found --ignored 2>&1 || true)
grep -q 'RealtimeSanitizer: unsafe-library-call' <<<"$said" ||
    { echo "$said" >&2; echo "the sanitizer does not see an allocation" >&2; exit 1; }
echo "both ticks: nothing that waits; the negative control was found"
