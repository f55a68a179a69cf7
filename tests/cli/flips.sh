#!/bin/sh
# Bits turned over at random places: whatever comes of it, the program ends with success or one clean error.
here=$(dirname "$0")
. "$here/cases.sh"
si=$silicon/phono3py_disp.yaml

try() { # try NAME SEED COUNT FIRST LAST: of fc2 or fc3
  "$helper" flip "$silicon/$1.hdf5" "$scratch/$1.hdf5" "$2" "$3" "$4" "$5"
  survive "$*" rta "$si" --mesh 1 1 1 --ts 300 "--$1" "$scratch/$1.hdf5"
}
seed=0
while [ $seed -lt 16 ]; do
  seed=$((seed + 1))
  try fc2 $seed 1 0 2100       # header and object headers
  try fc2 $seed 20 0 2100
  try fc2 $seed 2 2048 999999  # data
  try fc3 $seed 1 0 4000
  try fc3 $seed 20 0 4000
  try fc3 $seed 1 0 999999
  "$helper" flip "$si" "$scratch/flipped.yaml" $seed 3 0 4000
  survive "yaml $seed" rta "$scratch/flipped.yaml" --mesh 1 1 1 --ts 300 --fc2 "$silicon/fc2.hdf5" --fc3 "$silicon/fc3.hdf5"
  "$helper" flip "$salt/phono3py_params_NaCl222.yaml.xz" "$scratch/flipped.xz" $seed 2 0 69000
  survive "xz $seed" rta "$scratch/flipped.xz" --mesh 1 1 1 --ts 300 --fc2 "$salt/fc2.hdf5" --fc3 "$salt/fc3.hdf5"
done
finish
