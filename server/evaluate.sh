#!/usr/bin/env bash
# `make evaluate`: extract the statements of the benchmarks, and score them. Outputs stay in build/evaluate.
set -euo pipefail
cd "$(dirname "$0")/.."

benchmarks="${SAYSO_BENCHMARKS:-../shared/benchmarks}"
quotes="${SAYSO_QUOTES:-$benchmarks/../quotes}"
out=build/evaluate
sayso_server=.venv/bin/sayso-server
python="$PWD/.venv/bin/python"

if [ ! -f "$benchmarks/score_statements.py" ]; then
    echo "make evaluate: there are no benchmarks at $benchmarks." >&2
    echo "They are not part of the project; name their folder with SAYSO_BENCHMARKS=..." >&2
    exit 2
fi
mkdir -p "$out"

# extract NAME CLASSES [FOLDER]: writes $out/NAME.CLASSES.jsonl
extract() {
    "$sayso_server" extract "${3:-$benchmarks}/$1.jsonl" "$out/$1.$2.jsonl" --as gold --classes "$2"
}

# show TITLE COMMAND...: the command, then what it prints, also kept in $out/TITLE.txt
show() {
    local title="$1"
    shift
    printf '\n== %s\n' "$title"
    "$python" "$@" | tee "$out/$title.txt"
}

for name in seed challenge-dev news-dev; do
    extract "$name" speech
    show "$name" "$benchmarks/score_statements.py" "$benchmarks/$name.jsonl" "$out/$name.speech.jsonl"
done
extract probes-dev speech
show probes-dev "$benchmarks/score_probes.py" "$benchmarks/probes-dev.jsonl" "$out/probes-dev.speech.jsonl"
extract polnear-dev speech
show polnear-dev-speech "$benchmarks/score.py" "$benchmarks/polnear-dev.jsonl" "$out/polnear-dev.speech.jsonl" \
    --outermost --speech
extract polnear-dev all
show polnear-dev-all "$benchmarks/score.py" "$benchmarks/polnear-dev.jsonl" "$out/polnear-dev.all.jsonl" --outermost
show polnear-dev-confidence -m sayso_server.training.calibration "$benchmarks/polnear-dev.jsonl" \
    "$out/polnear-dev.speech.jsonl"

masc=propbank-masc-news
if [ -f "$quotes/$masc.jsonl" ]; then
    extract "$masc" speech "$quotes"
    show "$masc-speech" "$benchmarks/score.py" "$quotes/$masc.jsonl" "$out/$masc.speech.jsonl" --speech
fi
