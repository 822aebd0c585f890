#!/usr/bin/env bash
# Trains Debian's Vietnamese model further on lines of typewriters and dot matrix printers: scripts/model/train.sh FOLDER
# Leaves FOLDER/tuned/vie.traineddata. ITERATIONS=20000 is about ten minutes of one core; RATE and SEED as below.
# Needs tesseract-ocr, tesseract-ocr-vie, and of PyPI pillow, numpy and fonttools. What it brings is told by:
# sogoc bench reading --corpus CORPUS, with reading.tessdata = "FOLDER/tuned".
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=${1:?a folder to work in}
stock=${STOCK:-/usr/share/tesseract-ocr/5/tessdata/vie.traineddata}
mkdir -p "$work/fonts" "$work/tuned"
cd "$work"
export OMP_THREAD_LIMIT=1

if [ -z "$(ls fonts)" ]; then
  # Only unpacked: what is installed decides how other programs draw, and is none of our business here.
  (cd fonts && apt-get download fonts-texgyre fonts-lmodern fonts-cmu fonts-croscore fonts-crosextra-carlito \
    fonts-linuxlibertine fonts-ebgaramond)
  for package in fonts/*.deb; do dpkg -x "$package" fonts; done
fi

lines() { # folder, lines, seed
  python3 "$here/render_lines.py" "$1" "$2" "$3" fonts
  for picture in "$1"/*.tif; do
    tesseract "$picture" "${picture%.tif}" --psm 13 -l vie lstm.train
  done
  ls "$PWD/$1"/*.lstmf >"$1.list"
}
lines train 5200 "${SEED:-7}"
lines eval 400 99

cp "$stock" stock.traineddata
combine_tessdata -e stock.traineddata stock.lstm
python3 "$here/floats.py" stock.lstm start.lstm
mkdir -p steps
lstmtraining --continue_from start.lstm --traineddata stock.traineddata --model_output steps/vie \
  --train_listfile train.list --eval_listfile eval.list --max_iterations "${ITERATIONS:-20000}" \
  --learning_rate "${RATE:-0.0003}" --reset_learning_rate
lstmtraining --stop_training --convert_to_int --continue_from steps/vie_checkpoint --traineddata stock.traineddata \
  --model_output tuned/vie.traineddata
for model in stock.traineddata tuned/vie.traineddata; do
  echo "$model on lines it was not trained with:"
  lstmeval --model "$model" --eval_listfile eval.list --verbosity 0
done
