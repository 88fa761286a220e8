#!/usr/bin/env bash
# Recordings re-execute bit for bit whichever build made them: debug, release and aarch64, each
# verified by each.
#
# usage: tests/across_builds.sh     (three builds, some minutes)
#
# Without a machine of its own the aarch64 build runs under QEMU's user mode, which computes as that
# processor does. Needs: rustup target add aarch64-unknown-linux-gnu;
# apt install gcc-aarch64-linux-gnu qemu-user-static. Each treatment is on virtual time; beside two
# whole ones, those that a fault disturbs or ends.
set -euo pipefail
cd "$(dirname "$0")/.."
arm=aarch64-unknown-linux-gnu
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc
cargo build --locked --bin rfa
cargo build --release --locked --bin rfa
cargo build --release --locked --bin rfa --target $arm

debug=(target/debug/rfa)
release=(target/release/rfa)
aarch64=(qemu-aarch64-static -L /usr/aarch64-linux-gnu "target/$arm/release/rfa")
builds=(debug release aarch64)
treatments=(
    "gasserian-stepped --seed 7"
    "medial-branch-80 --seed 11"
    "gasserian-70 --seed 3 --fault frame-loss@20s+2s"
    "gasserian-70 --seed 4 --fault sensor-interference:twin@30s+5s"
    "medial-branch-80 --seed 5 --fault runaway@40s"
)
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
call() { # BUILD ARGUMENT...
    local -n program=$1
    "${program[@]}" "${@:2}"
}
for made in "${builds[@]}"; do
    for n in "${!treatments[@]}"; do
        # Exit 6: a fault ended it.
        # shellcheck disable=SC2086
        call "$made" demo --headless --virtual --record "$kept/$made-$n.mcap" \
            --plan ${treatments[n]} >"$kept/said" 2>&1 ||
            [ $? = 6 ] || { cat "$kept/said"; exit 1; }
    done
done
for n in "${!treatments[@]}"; do
    for made in "${builds[@]}"; do
        for verified in "${builds[@]}"; do
            said=$(call "$verified" rec verify "$kept/$made-$n.mcap") ||
                { echo "$said"; echo "${treatments[n]}: $made by $verified: DIFFERENT"; exit 1; }
            echo "${treatments[n]}: made by $made, verified by $verified: $said"
        done
    done
done
