#!/usr/bin/env bash
# Negative controls: with a rule switched off, does the campaign report what it answered for?
#
# usage: tests/negative_controls.sh [TABLE.md]     (about 10 minutes on 2 cores)
#
# Builds the program with the feature `negative-control`, which no other build has, and runs each
# rule's fault without the rule. Exit 1 where the campaign sees nothing amiss. H-02, H-20, H-23, H-44 and
# H-50 stand behind other rules or outside the generator: no fault of the campaign is theirs alone.
set -euo pipefail
cd "$(dirname "$0")/.."
table=${1:-/dev/stdout}
cargo build --locked -q -p rfa --features negative-control
program=$(mktemp)
trap 'rm -f "$program"' EXIT
cp target/debug/rfa "$program"
chmod +x "$program"

pairs="H-01:runaway:small/hold H-03:runaway H-04:output-gain-1.5 H-05:output-stuck-on H-06:sensor-open
H-07:sensor-short H-08:sensor-frozen H-11:no-response H-12:over-temperature H-13:hidden-output
H-14:impedance-step H-15:impedance-low H-16:roll-off H-17:insulation-fault H-18:meter-error
H-19:pad-loss H-22:link-silent H-24:frame-repeat H-28:footswitch-broken H-49:emergency-stop/
H-54:k1-welded H-55:brown-out H-56:sensor-interference"
{
    echo "| rule switched off | fault | treatments | reported | for example |"
    echo "| --- | --- | ---: | ---: | --- |"
} >"$table"
missed=0
for pair in $pairs; do
    rule=${pair%%:*} fault=${pair#*:}
    code=0
    said=$("$program" campaign --only "$fault" --without "$rule" --format json) || code=$?
    row=$(python3 -c '
import json, sys
results = json.load(sys.stdin)
failed = [case for case in results["cases"] if "why" in case]
first = failed[0] if failed else {"case": "-", "why": "-"}
case, why = first["case"], first["why"].replace("|", "/")
print(results["treatments"], "|", len(failed), "|", f"{case}: {why}"[:160])' <<<"$said")
    echo "| $rule | ${fault%/} | $row |" >>"$table"
    if [ "$code" != 4 ]; then
        echo "$rule without a report: exit $code" >&2
        missed=1
    fi
done
exit $missed
