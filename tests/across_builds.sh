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
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET
for tool in aarch64-linux-gnu-gcc qemu-aarch64-static; do
    command -v $tool >/dev/null || { echo "no $tool: see the first lines of $0" >&2; exit 1; }
done
arm=aarch64-unknown-linux-gnu
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc
cargo build --locked --bin rfa
cargo build --release --locked --bin rfa
cargo build --release --locked --bin rfa --target $arm

builds=(debug release aarch64)
call() { # BUILD ARGUMENT...
    case $1 in
        debug | release) "target/$1/rfa" "${@:2}" ;;
        aarch64) qemu-aarch64-static -L /usr/aarch64-linux-gnu "target/$arm/release/rfa" "${@:2}" ;;
    esac
}
# How each ends: 0, whole; 6, a rule ended it.
treatments=(
    "0 gasserian-stepped --seed 7"
    "0 medial-branch-80 --seed 11"
    "6 gasserian-70 --seed 3 --fault frame-loss@20s+2s"
    "0 gasserian-70 --seed 4 --fault sensor-interference:twin@30s+5s"
    "6 medial-branch-80 --seed 5 --fault runaway@40s"
)
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
for made in "${builds[@]}"; do
    for n in "${!treatments[@]}"; do
        read -ra words <<<"${treatments[n]}"
        code=0
        call "$made" demo --headless --virtual --record "$kept/$made-$n.mcap" \
            --plan "${words[@]:1}" >"$kept/said" 2>&1 || code=$?
        [ $code = "${words[0]}" ] ||
            { cat "$kept/said"; echo "$made: ${words[*]:1}: exit $code"; exit 1; } >&2
    done
done
for n in "${!treatments[@]}"; do
    for made in "${builds[@]}"; do
        for verified in "${builds[@]}"; do
            what="${treatments[n]:2}: made by $made, verified by $verified"
            code=0
            said=$(call "$verified" rec verify "$kept/$made-$n.mcap" 2>&1) || code=$?
            echo "$what: $said"
            # Exit 4: different.
            [ $code = 0 ] || { echo "$what: exit $code"; exit 1; } >&2
        done
    done
done
