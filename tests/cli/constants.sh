#!/bin/sh
# Force constants that are missing, damaged, or of another crystal.
here=$(dirname "$0")
. "$here/cases.sh"
fc2=$scratch/fc2.hdf5 fc3=$scratch/fc3.hdf5
si=$silicon/phono3py_disp.yaml

renew() {
  rm -rf "$fc2" "$fc3"
  cp "$silicon/fc2.hdf5" "$fc2" && cp "$silicon/fc3.hdf5" "$fc3"
  chmod u+w "$fc2" "$fc3"
}
change() { "$helper" "$@" || fail "helper $*"; }
wrong() { # wrong WORDS: of the two copies, which are then made good again
  # shellcheck disable=SC2086
  refuse 1 "$1" rta "$si" $small --fc2 "$fc2" --fc3 "$fc3"
  renew
}

# ---- missing: the message tells how they are made
copy_silicon
rm "$scratch/si/fc2.hdf5"
# shellcheck disable=SC2086
refuse 1 'si/fc2.hdf5 is missing;--fc2;phono3py;fc2.hdf5 and fc3.hdf5' rta "$input" $small
cp "$silicon/fc2.hdf5" "$scratch/si"
rm "$scratch/si/fc3.hdf5"
# shellcheck disable=SC2086
refuse 1 'si/fc3.hdf5 is missing;--fc3;with the forces at hand;phono3py' rta "$input" $small
cp "$salt"/*.yaml.xz "$scratch/salt.yaml.xz"
# shellcheck disable=SC2086
refuse 1 'fc2.hdf5 is missing;the file has forces;phono3py' rta "$scratch/salt.yaml.xz" $small
# shellcheck disable=SC2086
refuse 1 'none.hdf5 is missing;--fc2' rta "$si" $small --fc2 none.hdf5
# shellcheck disable=SC2086
refuse 1 'none.hdf5 is missing;--fc3' rta "$si" $small --fc3 none.hdf5

# ---- no HDF5
renew
: >"$fc2"
wrong 'fc2.hdf5: is no HDF5 file'
echo text >"$fc3"
wrong 'fc3.hdf5: is no HDF5 file'
rm "$fc2" && mkdir "$fc2"
wrong 'fc2.hdf5: is no file'
rm "$fc2" && mkfifo "$fc2"
wrong 'fc2.hdf5: is no file'
mv "$fc3" "$scratch/swap" && cp "$fc2" "$fc3"
wrong 'fc3.hdf5: has no dataset fc3'
cp "$scratch/swap" "$fc2"
wrong 'fc2.hdf5: has no dataset'
for bytes in 8 100 2000 7900; do
  change cut "$silicon/fc2.hdf5" "$fc2" $bytes
  wrong 'fc2.hdf5'
done
for bytes in 8 100 2000 500000 970000; do
  change cut "$silicon/fc3.hdf5" "$fc3" $bytes
  wrong 'fc3.hdf5'
done
change flip "$silicon/fc2.hdf5" "$fc2" 1 1 0 7
wrong 'fc2.hdf5: is no HDF5 file'
change flip "$silicon/fc3.hdf5" "$fc3" 1 20 100000 900000
wrong 'fc3.hdf5, dataset fc3;damaged'

# ---- datasets
change delete "$fc2" force_constants
wrong 'fc2.hdf5: has no dataset force_constants'
change delete "$fc3" fc3
wrong 'fc3.hdf5: has no dataset fc3'
change zeros "$fc2" force_constants integer 2 64 3 3
wrong 'fc2.hdf5, dataset force_constants;integers;floating-point'
change zeros "$fc3" fc3 integer 2 64 64 3 3 3
wrong 'fc3.hdf5, dataset fc3;integers;floating-point'
change zeros "$fc2" force_constants text 2 64 3 3
wrong 'fc2.hdf5, dataset force_constants;text'
change zeros "$fc2" force_constants real 2 64 3
wrong 'fc2.hdf5, dataset force_constants;(2, 64, 3);(m, n, 3, 3)'
change zeros "$fc2" force_constants real 2 64 3 2
wrong 'fc2.hdf5, dataset force_constants;(2, 64, 3, 2)'
change zeros "$fc2" force_constants real 64 2 3 3
wrong 'fc2.hdf5, dataset force_constants;(64, 2, 3, 3)'
change zeros "$fc2" force_constants real 2 32 3 3
change integers "$fc2" p2s_map 0 16
wrong 'fc2;2 x 32 atoms;2 x 64;another supercell'
change zeros "$fc2" force_constants real 64 64 3 3
change delete "$fc2" p2s_map
# shellcheck disable=SC2086
survive 'full fc2 of zeros' rta "$si" $small --fc2 "$fc2" --fc3 "$fc3"
renew
change zeros "$fc2" force_constants real 3 64 3 3
wrong 'fc2.hdf5, dataset p2s_map;expected 3'
change zeros "$fc3" fc3 real 2 64 63 3 3 3
wrong 'fc3.hdf5, dataset fc3;(2, 64, 63, 3, 3, 3)'
change zeros "$fc3" fc3 real 4 64 64 3 3 3
change integers "$fc3" p2s_map 0 16 32 48
wrong 'fc3;4 x 64 x 64 atoms;2 x 64 x 64;another supercell or primitive cell'
change zeros "$fc3" fc3 real 2 16 16 3 3 3
change integers "$fc3" p2s_map 0 8
wrong 'fc3;2 x 16 x 16 atoms;2 x 64 x 64'
change zeros "$fc3" fc3 real 2 64 64 27
wrong 'fc3.hdf5, dataset fc3;(2, 64, 64, 27);(m, n, n, 3, 3, 3)'

# ---- p2s_map
change integers "$fc2" p2s_map 0 33
wrong 'fc2;p2s_map[1] is 33, expected is 32'
change integers "$fc3" p2s_map 32 0
wrong 'fc3;p2s_map[0] is 32, expected is 0'
change integers "$fc3" p2s_map 0 64
wrong 'fc3.hdf5, dataset p2s_map;element 1 is 64;0 ... 63'
change integers "$fc3" p2s_map 0 -1
wrong 'fc3.hdf5, dataset p2s_map;element 1 is -1'
change integers "$fc3" p2s_map 0 0
wrong 'fc3.hdf5, dataset p2s_map;atom 0 twice'
change integers "$fc3" p2s_map 0 16 32
wrong 'fc3.hdf5, dataset p2s_map;3 atoms, expected 2'
change zeros "$fc2" p2s_map real 2
wrong 'fc2.hdf5, dataset p2s_map;no integers'

# ---- values
for value in nan inf -inf; do
  change set "$fc2" force_constants 17 $value
  wrong 'fc2.hdf5, dataset force_constants;element (0, 1, 2, 2);finite'
  change set "$fc3" fc3 110591 $value
  wrong 'fc3.hdf5, dataset fc3;element (0, 63, 63, 2, 2, 2);finite'
done
change set "$fc3" fc3 5 1e300
# shellcheck disable=SC2086
run rta "$si" $small --fc2 "$fc2" --fc3 "$fc3"
if [ "$status" -ne 1 ] || ! says 'error: grid point 0: a linewidth is not a finite number'; then
  fail 'an infinite linewidth'
fi
nothing_left || fail "an infinite linewidth: left in the folder: $left"
renew
for value in 1e300 -1e300 1e160 1e20 -1e5; do
  for index in 0 4 17 1000; do
    change set "$fc2" force_constants $index $value
    # shellcheck disable=SC2086
    survive "fc2[$index] = $value" rta "$si" $small --fc2 "$fc2" --fc3 "$fc3"
    renew
  done
  change set "$fc3" fc3 5 $value
  # shellcheck disable=SC2086
  survive "fc3[5] = $value" rta "$si" $small --fc2 "$fc2" --fc3 "$fc3"
  renew
done

# ---- of another crystal
# shellcheck disable=SC2086
survive 'fc2 of another crystal' rta "$si" $small --fc2 "$salt/fc2.hdf5"
copy_silicon
sed '26,28s/2/1/;86,628d' "$si" >"$input"
# shellcheck disable=SC2086
refuse 1 'fc2;2 x 64 atoms;2 x 8;another supercell' rta "$input" $small
finish
