#!/usr/bin/env bash
# Negative controls: with a rule switched off, does the campaign report what it answered for?
#
# usage: tests/negative_controls.sh [TABLE.md]     (9 minutes of processor time)
#
# Builds the program with the feature `negative-control`, which no other build has, and runs each
# rule's fault in a phase without the rule. "0" reported: others answer in the same time; that
# is so of `answered` alone, and of another rule it is exit 1. H-02, H-20, H-23, H-44 and H-50 stand
# behind others or outside the generator: no fault here is theirs.
set -euo pipefail
cd "$(dirname "$0")/.."
table=${1:-/dev/stdout}
cargo build --locked -q -p rfa --features negative-control
program=$(mktemp)
trap 'rm -f "$program"' EXIT
cp target/debug/rfa "$program"
chmod +x "$program"

pairs="H-01:over-temperature/hold H-03:runaway:large/ramp H-04:output-gain-1.5/hold
H-05:output-stuck-on/armed H-06:sensor-open/hold H-07:sensor-short/hold H-08:sensor-frozen/hold
H-11:no-response/armed H-12:over-temperature:large/idle H-13:hidden-output/hold
H-14:impedance-step/ramp H-15:impedance-low/hold H-16:roll-off/hold H-17:insulation-fault/hold
H-18:meter-error/hold H-19:pad-loss/hold H-22:link-silent/hold H-24:frame-repeat/hold
H-28:footswitch-broken/hold H-49:emergency-stop/hold H-54:k1-welded/hold H-55:brown-out/hold
H-56:sensor-interference/hold"
answered=" H-01 H-03 H-07 H-28 "
{
    echo "| rule switched off | fault | treatments | reported | for example |"
    echo "| --- | --- | ---: | ---: | --- |"
} >"$table"
reported=0 unseen=""
for pair in $pairs; do
    rule=${pair%%:*} fault=${pair#*:}
    code=0
    said=$("$program" campaign --only "$fault" --without "$rule" --format json) || code=$?
    row=$(python3 -c '
import json, sys
results = json.load(sys.stdin)
failed = [case for case in results["cases"] if "why" in case]
first = failed[0] if failed else {"case": "-", "why": "-"}
case, why = first["case"], " ".join(first["why"].replace("|", "/").split())
print(results["treatments"], "|", len(failed), "|", f"{case}: {why}"[:160])' <<<"$said")
    echo "| $rule | ${fault%/} | $row |" >>"$table"
    case $code in
        4) reported=$((reported + 1)) ;;
        0) [[ $answered == *" $rule "* ]] || unseen+=" $rule" ;;
        *) echo "$rule: exit $code" >&2; exit 1 ;;
    esac
done
echo "$reported rules are missed where they are switched off" >&2
[ -z "$unseen" ] || { echo "nobody misses$unseen" >&2; exit 1; }
