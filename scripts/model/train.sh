#!/usr/bin/env bash
# Trains Debian's Vietnamese model further on drawn lines: scripts/model/train.sh typed|hand FOLDER
# typed: typewriters and dot matrix printers, the model in models/typed. hand: pens, the model in models/written.
# Leaves FOLDER/tuned/vie.traineddata. ITERATIONS: 20000 are about ten minutes of one core; RATE, SEED and LINES as below.
# Needs tesseract-ocr, tesseract-ocr-vie, of PyPI pillow (with raqm), numpy and fonttools, for hands npm. What it brings is
# told by: sogoc-bench reading --corpus CORPUS --tessdata FOLDER/tuned
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
by=${1:?typed or hand}
work=${2:?a folder to work in}
stock=${STOCK:-/usr/share/tesseract-ocr/5/tessdata/vie.traineddata}
# Fonts that imitate pens and know Vietnamese, all under the Open Font License; on the last two the model is judged only.
hands="allura birthstone carattere charm charmonman comforter corinthia ephesis fuzzy-bubbles grandstander great-vibes
  island-moments itim kings love-light mali moon-dance ms-madi my-soul pacifico pangolin passions-conflict playpen-sans
  playwrite-es puppies-play qwigley sedgwick-ave send-flowers shantell-sans sriracha waterfall whisper"
unseen="dancing-script patrick-hand"
mkdir -p "$work/machines" "$work/hands" "$work/unseen" "$work/tuned"
cd "$work"
export OMP_THREAD_LIMIT=1

if [ -z "$(ls machines)" ]; then
  # Only unpacked: what is installed decides how other programs draw, and is none of our business here.
  (cd machines && apt-get download fonts-texgyre fonts-lmodern fonts-cmu fonts-croscore fonts-crosextra-carlito \
    fonts-linuxlibertine fonts-ebgaramond)
  for package in machines/*.deb; do dpkg -x "$package" machines; done
fi

pens() { # folder, names
  for name in $2; do
    npm pack --silent --pack-destination "$1" "@expo-google-fonts/$name"
    tar -xzf "$1"/*.tgz -C "$1" --wildcards --transform 's|.*/||' '*_[1-5]00*.ttf'
    rm "$1"/*.tgz
  done
}
if [ "$by" = hand ] && [ -z "$(ls hands)" ]; then
  pens hands "$hands"
  pens unseen "$unseen"
fi

lines() { # folder, lines, seed, folder of hands
  python3 "$here/render_lines.py" "$by" "$1" "$2" "$3" machines "$4"
  for picture in "$1"/*.tif; do
    tesseract "$picture" "${picture%.tif}" --psm 13 -l vie lstm.train
  done
  ls "$PWD/$1"/*.lstmf >"$1.list"
}
if [ "$by" = hand ]; then
  lines train "${LINES:-10000}" "${SEED:-7}" hands
  lines eval 400 99 unseen
else
  lines train "${LINES:-5200}" "${SEED:-7}" ""
  lines eval 400 99 ""
fi

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
