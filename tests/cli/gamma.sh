#!/bin/sh
# A calculation in parts: linewidths of grid points to files and back, and what can be wrong with such files.
here=$(dirname "$0")
. "$here/cases.sh"
si=$silicon/phono3py_disp.yaml
mesh='--mesh 3 3 3 --ts 300'
kept=$scratch/kept # holds kappa-m333.hdf5 and kappa-m333-g*.hdf5 of the same run
mkdir "$kept"

# ---- in one go, and by points
# shellcheck disable=SC2086
accept rta "$si" $mesh --write-gamma && mv "$work"/kappa-*.hdf5 "$kept"
clear_work
# shellcheck disable=SC2012  # names without surprises
points=$(cd "$kept" && ls kappa-m333-g*.hdf5 | sed 's/.*-g//; s/.hdf5//')
[ "$(echo "$points" | grep -c .)" -eq 4 ] || fail "grid points of 3 x 3 x 3: $points"
for point in $points; do
  # shellcheck disable=SC2086
  accept rta "$si" $mesh --gp "$point" --write-gamma
  cmp -s "kappa-m333-g$point.hdf5" "$kept/kappa-m333-g$point.hdf5" || fail "grid point $point alone differs from that of the run"
done
[ ! -e kappa-m333.hdf5 ] || fail 'kappa of single grid points was written'
rm -f phono3py.yaml
# shellcheck disable=SC2086
accept rta "$si" $mesh --read-gamma
cmp -s kappa-m333.hdf5 "$kept/kappa-m333.hdf5" || fail 'kappa from the files of grid points differs from that of the run'
# shellcheck disable=SC2086
accept rta "$si" $mesh --read-gamma
cmp -s kappa-m333.hdf5 "$kept/kappa-m333.hdf5" || fail 'kappa from the file of all grid points differs from that of the run'
clear_work
# Without fc3: linewidths are read, not computed.
copy_silicon && rm "$scratch/si/fc3.hdf5"
cp "$kept/kappa-m333.hdf5" "$work"
# shellcheck disable=SC2086
accept rta "$input" $mesh --read-gamma --bmfp 1
clear_work

# ---- wrong files
# reading WORDS ARGUMENTS...: files are in $scratch/wrong; the program works there and leaves it as it is.
renew() {
  rm -rf "$scratch/wrong"
  mkdir "$scratch/wrong"
  cp "$kept/$1" "$scratch/wrong"
}
reading() {
  words=$1
  shift
  cd "$scratch/wrong" || exit 1
  before=$(ls -A)
  run rta "$si" "$@" --read-gamma
  clean_error "$words" 1 && { says "$words" || fail "--read-gamma $*: the message lacks \"$missing\""; }
  [ "$before" = "$(ls -A)" ] || fail "--read-gamma $*: left in the folder: $(ls -A)"
  cd "$work" || exit 1
}
change() { "$helper" "$@" || fail "helper $*"; }
wrong=$scratch/wrong/kappa-m333.hdf5
# shellcheck disable=SC2086
refuse 1 'kappa-m333-g0.hdf5;No such file' rta "$si" $mesh --read-gamma
# shellcheck disable=SC2086
refuse 1 'kappa-m333-g0-s0.1.hdf5;No such file' rta "$si" $mesh --read-gamma --sigma 0.1
renew kappa-m333.hdf5
# shellcheck disable=SC2086
reading '400 K;300 K' --mesh 3 3 3 --ts 400
reading '1 temperatures;2' --mesh 3 3 3 --ts 300 400
reading '4 grid points;27' --mesh 3 3 3 --ts 300 --noks
# shellcheck disable=SC2086
reading 'normal and Umklapp;--nu' $mesh --nu
# shellcheck disable=SC2086
reading 'ave_pp;--full-pp' $mesh --ave-pp
for bytes in 0 8 1000 20000; do
  change cut "$kept/kappa-m333.hdf5" "$wrong" $bytes
  # shellcheck disable=SC2086
  reading 'kappa-m333.hdf5' $mesh
done
for name in gamma temperature mesh; do
  renew kappa-m333.hdf5
  change delete "$wrong" $name
  # shellcheck disable=SC2086
  reading "kappa-m333.hdf5;dataset $name" $mesh
done
for value in nan inf; do
  renew kappa-m333.hdf5
  change set "$wrong" gamma 3 $value
  # shellcheck disable=SC2086
  reading "kappa-m333.hdf5;gamma;$value;finite" $mesh
done
renew kappa-m333.hdf5
change zeros "$wrong" gamma real 1 4 5
# shellcheck disable=SC2086
reading 'kappa-m333.hdf5;shape' $mesh
renew kappa-m333.hdf5
change zeros "$wrong" gamma integer 1 4 6
# shellcheck disable=SC2086
reading 'kappa-m333.hdf5;gamma;integers' $mesh
renew kappa-m333.hdf5
change integers "$wrong" grid_point 0 1 2 3
# shellcheck disable=SC2086
reading 'grid point' $mesh
renew 'kappa-m333.hdf5' && mv "$wrong" "$scratch/wrong/kappa-m444.hdf5"
reading 'grid points' --mesh 4 4 4 --ts 300
renew kappa-m333-g0.hdf5
# shellcheck disable=SC2086
reading 'kappa-m333-g;No such file' $mesh
cp "$kept"/kappa-m333-g*.hdf5 "$scratch/wrong"
last=$(echo "$points" | tail -n 1)
change set "$scratch/wrong/kappa-m333-g$last.hdf5" temperature 0 400
# shellcheck disable=SC2086
reading "grid point $last;temperatures" $mesh
cp "$kept/kappa-m333.hdf5" "$scratch/wrong/kappa-m333-g$last.hdf5"
# shellcheck disable=SC2086
reading "kappa-m333-g$last.hdf5;one grid point" $mesh

# ---- random damage
seed=0
while [ $seed -lt 12 ]; do
  seed=$((seed + 1))
  for damage in "1 0 4000" "20 0 99999"; do
    # shellcheck disable=SC2086
    change flip "$kept/kappa-m333.hdf5" "$work/kappa-m333.hdf5" $seed $damage
    # shellcheck disable=SC2086
    run rta "$si" $mesh --read-gamma
    [ "$status" -le 2 ] || fail "--read-gamma of flipped bits ($seed, $damage): exit status $status"
    grep -v '^umklapp: ' "$scratch/err" && fail "--read-gamma of flipped bits ($seed, $damage): not our message"
    clear_work
    # shellcheck disable=SC2086
    change flip "$kept/kappa-m333.hdf5" "$scratch/flipped.hdf5" $seed $damage
    survive "report of flipped bits ($seed, $damage)" report "$scratch/flipped.hdf5" -o "$scratch/page.html"
  done
done
finish
