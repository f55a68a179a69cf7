#!/bin/sh
# Damaged and wrong crystals: the yaml file, plain and packed, BORN, and what the command line says about the crystal.
here=$(dirname "$0")
. "$here/cases.sh"
copy_silicon
yaml=$scratch/si/wrong.yaml
original=$input
wrong() { # wrong STATUS WORDS ARGUMENTS...: of the file wrong.yaml, or of another one that is given as an argument
  expected_status=$1 said=$2
  shift 2
  # shellcheck disable=SC2086
  refuse "$expected_status" "$said" rta "$yaml" $small "$@"
}
edit() { sed "$1" "$original" >"$yaml"; }

# ---- what is no yaml
: >"$yaml"
wrong 1 'wrong.yaml: the file is empty'
rm "$yaml" && mkdir "$yaml"
wrong 1 'wrong.yaml;Is a directory'
rmdir "$yaml"
cp "$scratch/si/fc2.hdf5" "$yaml"
wrong 1 'wrong.yaml;an HDF5 file;expected text'
"$helper" cut "$program" "$yaml" 20000
wrong 1 'wrong.yaml'
printf 'just words\n' >"$yaml"
wrong 1 'wrong.yaml, line 1;expected keys'
printf '%s\n' '- a' '- b' >"$yaml"
wrong 1 'wrong.yaml, line 1;expected keys'
printf 'something: else\n' >"$yaml"
wrong 1 'wrong.yaml;no crystal structure;unit_cell'
printf 'unit_cell: 3\n' >"$yaml"
wrong 1 'wrong.yaml, line 1;unit_cell'
edit '48,51s/^  /	/'
wrong 1 'wrong.yaml, line 4;no valid yaml'
edit '30s/^/  /'
wrong 1 'wrong.yaml, line 3;no valid yaml'
edit '49s/\]//'
wrong 1 'wrong.yaml, line 5;no valid yaml'
edit '49s/5.43/"5.43/'
wrong 1 'wrong.yaml, line;no valid yaml'
{ sed '53,$d' "$original"; printf '  - symbol: S\377\n'; sed '1,53d' "$original"; } >"$yaml"
wrong 1 'wrong.yaml;no valid yaml;UTF-8'
for bytes in 1 40 1500 2500 4000 12000 20000; do
  "$helper" cut "$original" "$yaml" $bytes
  survive "yaml cut after $bytes bytes" rta "$yaml" --mesh 2 2 2 --ts 300
done
"$helper" cut "$original" "$yaml" 2700
wrong 1 'wrong.yaml'

# ---- what is no crystal
edit '49s/5.43[0-9]*/five/'
wrong 1 'wrong.yaml, line 49;lattice;"five"'
edit '49s/5.43[0-9]*/.nan/'
wrong 1 'wrong.yaml, line 49;lattice;finite'
edit '49s/5.43[0-9]*, *0.00*,/5.4,/'
wrong 1 'wrong.yaml, line 49;lattice;3 numbers'
edit '49s/5.43[0-9]*/0.0/'
wrong 1 'line 49;lattice;volume'
edit '54s/0.875000000000000,//'
wrong 1 'wrong.yaml, line 54;coordinates;3 numbers'
edit '54d'
wrong 1 'wrong.yaml, line 53;unit_cell;no coordinates'
edit '53d'
wrong 1 'wrong.yaml, line 53'
edit '55d'
wrong 1 'wrong.yaml;unit_cell;7 of 8 atoms have a mass'
edit '47,85s/Si/Xx/;47,85{/mass/d;}'
wrong 1 'wrong.yaml;unit_cell;atom 1 has no mass;"Xx"'
edit '55s/28.085500/-28/'
wrong 1 'wrong.yaml, line 55;mass'
edit '55s/28.085500/.inf/'
wrong 1 'wrong.yaml, line 55;mass;finite'
edit '58s/0.375000000000000/0.875000000000000/g'
wrong 1 'atoms 1 and 2;overlap'
edit '81,84d'
wrong 1 'wrong.yaml;supercell has 64 atoms, expected 56'
edit '26s/2/2.5/'
wrong 1 'wrong.yaml, line 26;supercell_matrix;integers'
edit '26s/2/0/'
wrong 1 'wrong.yaml, line 26;supercell_matrix;determinant is 0'
edit '26,28s/2/200/;86,628d'
wrong 1 'supercell;too many atoms'
edit '26,28s/2/9999/;86,628d'
wrong 1 'supercell;too'
edit '21s/0.500000000000000/0.0/g'
wrong 1 'wrong.yaml, line 21;primitive_matrix;determinant'
edit '21s/0.500000000000000/0.3/g'
wrong 1 'primitive matrix does not fit'
edit '11,13s/angstrom/furlong/'
wrong 1 'wrong.yaml, line 13;"angstrom";"furlong"'
edit '2s/.*/  calculator: nonesuch/'
wrong 1 'wrong.yaml, line 2;calculator;"nonesuch"'
edit '4s/1.00000e-05/-1/'
wrong 1 'wrong.yaml, line 4;symmetry_tolerance;positive'

# ---- packed
xz_file=$salt/phono3py_params_NaCl222.yaml.xz
packed() { # packed WORDS: of the file packed, beside which are no force constants
  # shellcheck disable=SC2086
  refuse 1 "$1" rta "$scratch/packed" $small
}
"$helper" cut "$xz_file" "$scratch/packed" 30000
packed 'packed;xz;cut short'
"$helper" flip "$xz_file" "$scratch/packed" 1 40 2000 60000
packed 'packed;xz;damaged'
"$helper" flip "$xz_file" "$scratch/packed" 1 4 6 11
packed 'packed;xz'
if command -v gzip >/dev/null; then
  gzip -c "$original" >"$scratch/whole.gz"
  "$helper" cut "$scratch/whole.gz" "$scratch/packed" 2000
  packed 'packed;gzip;cut short'
  "$helper" flip "$scratch/whole.gz" "$scratch/packed" 3 20 100 2000
  packed 'packed;gzip;damaged'
else
  skip 'gzip is not here'
fi
printf 'BZh91AY&SY' >"$scratch/packed"
packed 'packed;bzip2;xz and gzip'

# ---- BORN
born() { # born WORDS: with what stands in the file charges
  # shellcheck disable=SC2086
  refuse 1 "$1" rta "$original" $small --born "$scratch/charges" ${2:+--nac-method "$2"}
}
tensor='2 0 0 0 2 0 0 0 2'
printf '14.4\n%s\n%s\n' "$tensor" "$tensor" >"$scratch/charges"
# shellcheck disable=SC2086
survive 'BORN with one independent atom' rta "$original" $small --born "$scratch/charges"
: >"$scratch/charges"
born 'charges: the file is empty'
printf '14.4\n' >"$scratch/charges"
born 'charges, line 2;dielectric tensor'
printf '14.4\n%s\n' "$tensor" >"$scratch/charges"
born 'charges;no effective charges'
printf '14.4\n2 0 0 0 2 0 0 0\n%s\n' "$tensor" >"$scratch/charges"
born 'charges, line 2;dielectric tensor;9 numbers, found 8'
printf '14.4\n%s\n1 2 3\n' "$tensor" >"$scratch/charges"
born 'charges, line 3;effective charge;9 numbers, found 3'
printf '14.4\n%s\n%s 1\n' "$tensor" "$tensor" >"$scratch/charges"
born 'charges, line 3;9 numbers, found 10'
printf '14.4\n%s\n2 0 0 0 two 0 0 0 2\n' "$tensor" >"$scratch/charges"
born 'charges, line 3;"two"'
printf '14.4\n2 0 0 0 nan 0 0 0 2\n%s\n' "$tensor" >"$scratch/charges"
born 'charges, line 2;finite'
printf '14.4\n%s\n%s\n%s\n%s\n' "$tensor" "$tensor" "$tensor" "$tensor" >"$scratch/charges"
born 'BORN'
printf '%s\n%s\n' "$tensor" "$tensor" >"$scratch/charges"
born 'charges, line 1;unit factor'
printf '%s\n%s\n%s\n' -14.4 "$tensor" "$tensor" >"$scratch/charges"
born 'charges, line 1;unit factor;positive'
none='0 0 0 0 0 0 0 0 0'
for eps in "$none" '2 0 0 0 2 0 0 0 -1' '-2 0 0 0 -2 0 0 0 -2' '1 3 0 3 1 0 0 0 1'; do
  printf '14.4\n%s\n%s\n' "$eps" "$none" >"$scratch/charges"
  born 'dielectric tensor;positive'
  born 'dielectric tensor;positive' wang
done
printf '14.4 -1 0.1\n%s\n%s\n' "$tensor" "$tensor" >"$scratch/charges"
born 'charges, line 1;cutoff;positive'
# shellcheck disable=SC2086
refuse 1 'error;nowhere/BORN;No such file' rta "$original" $small --born nowhere/BORN
# shellcheck disable=SC2086
refuse 1 'error;Is a directory' rta "$original" $small --born "$scratch"

# ---- the command line about the crystal
about() {
  expected_status=$1 said=$2
  shift 2
  # shellcheck disable=SC2086
  refuse "$expected_status" "$said" rta "$original" $small "$@"
}
about 1 'primitive matrix does not fit' --pa 1 0 0 0 1 0 0 0 0.7
about 1 'primitive matrix;determinant is 0' --pa 1 0 0 0 1 0 1 1 0
about 1 'primitive matrix' --pa I
about 1 'overlap' --tolerance 10
edit 's/symbol: Si/symbol: Po/'
wrong 2 'Po;isotope;mass variance' --isotope
finish
