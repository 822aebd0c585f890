#!/usr/bin/env bash
# Trains the model of figures on drawn lines: scripts/model/figures.sh FOLDER
# Leaves FOLDER/weights.bin, which is models/figures/weights.bin. STEPS: 7000 are about half an hour of one core.
# Needs npm, of PyPI pillow, fonttools, numpy, jax and optax, and the fonts of scripts/install-packages.sh bench.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=${1:?a folder to work in}
# Typewriters, needles and presses of many kinds, all under the Open Font License or Apache-2.0.
faces="special-elite cutive-mono cutive courier-prime anonymous-pro nova-mono b612-mono ibm-plex-mono inconsolata overpass-mono
  pt-mono share-tech-mono ubuntu-mono oxygen-mono fira-mono fira-code syne-mono red-hat-mono dm-mono jetbrains-mono
  noto-sans-mono source-code-pro azeret-mono spline-sans-mono martian-mono sometype-mono lekton dotgothic16 zilla-slab rokkitt
  old-standard-tt pt-serif lora libre-baskerville crimson-text gelasio bodoni-moda arimo pt-sans pt-sans-narrow archivo-narrow
  libre-franklin nunito-sans ibm-plex-sans ibm-plex-serif cardo neuton vollkorn alegreya arvo josefin-slab bitter noticia-text
  quattrocento tinos josefin-sans pragati-narrow saira-condensed fjalla-one sarabun chivo-mono victor-mono geist-mono
  reddit-mono kode-mono doto silkscreen pixelify-sans sixtyfour jersey-10 tiny5"
mkdir -p "$work/fonts"
cd "$work"
for face in $faces; do
  if [ ! -d "fonts/$face" ]; then
    mkdir "fonts/$face"
    npm pack --silent --pack-destination "fonts/$face" "@expo-google-fonts/$face"
    tar -xzf "fonts/$face"/*.tgz -C "fonts/$face" --wildcards --transform 's|.*/||' '*400Regular*.ttf' '*700Bold.ttf' || true
    rm "fonts/$face"/*.tgz
  fi
done

drawn() { # file, lines, seed
  [ -f "$1" ] || python3 "$here/figure_lines.py" "$1" "$2" "$3" fonts /usr/share/fonts /usr/share/texmf/fonts
}
drawn eval.npz 2000 77
for seed in $(seq 1000 1015); do
  drawn "train-$seed.npz" 10000 "$seed"
done
python3 "$here/figures.py" . weights.bin "${STEPS:-7000}"
