#!/usr/bin/env bash
# Our figures beside others' on the same files, one after the other, in one run on this machine:
#   reading  sogoc read --json    tesseract (one thread, one process a core)    ocrmypdf (a job a core; PDF, PDF/A)
#   intake   sogoc deliver        cp + sha256sum
# CORPUS=DIR measures other scans than the samples. Uses a release build. Ratios are what counts: run it on an idle machine.
set -euo pipefail
cd "$(dirname "$0")/.."

corpus=${CORPUS:-samples/scans}
target=${CARGO_TARGET_DIR:-target}
sogoc=$(realpath --no-symlinks "$target")/release/sogoc
cores=$(nproc)

echo "Building (release; the first time about 15 minutes on two cores)"
cargo build --release --locked --quiet --bin sogoc

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
mkdir "$work/scans"

# Only what everybody can read takes part, so that all are measured on the same pages.
"$sogoc" read --json $(find "$corpus" -type f \( -iname '*.jpg' -o -iname '*.png' -o -iname '*.tif' -o -iname '*.pdf' \) | sort) \
  >"$work/first.jsonl" 2>/dev/null || true
pages=$(python3 scripts/bench_figures.py choose "$work/first.jsonl" "$work/scans")
[ "$pages" -gt 0 ] || { echo "no readable page under $corpus" >&2; exit 1; }
echo "$pages pages in $(find "$work/scans" -type f | wc -l) files, $cores cores, load $(cut -d' ' -f1 /proc/loadavg)"

# name, command…: runs it, keeps seconds and the peak of all its processes' resident memory together.
run() {
  python3 scripts/bench_figures.py run "$work/figures.jsonl" "$@"
}

# The tesseract CLI reads no PDF; a picture of each page stands for it in both foreign measures.
mkdir "$work/pictures"
for file in "$work"/scans/*; do
  name=$(basename "$file")
  case "$name" in
    *.pdf) pdftoppm -r 200 -gray -png "$file" "$work/pictures/$name" ;;
    *.tif | *.tiff) (cd "$work/pictures" && tiffsplit "$file" "$name-") ;;
    *) ln "$file" "$work/pictures/$name" ;;
  esac
done
export OMP_THREAD_LIMIT=1

run read.sogoc "$sogoc" read --json "$work"/scans/*
run read.tesseract sh -c "find '$work/pictures' -type f -print0 |
  xargs -0 -P $cores -I{} sh -c 'tesseract \"{}\" - -l vie --psm 3 >/dev/null 2>&1'"
if command -v ocrmypdf >/dev/null; then
  # A process a core, one page each, as the others; every page becomes a PDF with its text, or a PDF/A, which is
  # what ocrmypdf makes unless told otherwise.
  for kind in pdf pdfa; do
    run read.ocrmypdf.$kind sh -c "find '$work/pictures' -type f ! -name '*.ocr' -print0 |
      xargs -0 -P $cores -I{} sh -c 'ocrmypdf --quiet --jobs 1 --language vie --image-dpi 200 --rotate-pages \
        --deskew --output-type $kind \"{}\" \"{}.ocr\" >/dev/null 2>&1'"
  done
fi

# Intake: enough bytes to be measured, every file its own so that none is a duplicate.
mkdir "$work/box"
python3 scripts/bench_figures.py fill "$work/scans" "$work/box" 200
megabytes=$(du --apparent-size --block-size=1M --summarize "$work/box" | cut -f1)
sync
run intake.cp_sha256sum sh -c "mkdir '$work/copy' && cp -r '$work/box/.' '$work/copy' && sync '$work'/copy/* &&
  find '$work/copy' -type f -exec sha256sum {} + >'$work/sums'"
run intake.sogoc "$sogoc" --data "$work/data" --json deliver "$work/box" --batch bench --receipt "$work/receipt.json"

python3 scripts/bench_figures.py report "$work/figures.jsonl" "$pages" "$megabytes"
