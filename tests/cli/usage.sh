#!/bin/sh
# Wrong command lines: exit status 2, or 1 where a file has to be read to know.
here=$(dirname "$0")
. "$here/cases.sh"
si=$silicon/phono3py_disp.yaml
quick() {
  expected_status=$1 said=$2
  shift 2
  # shellcheck disable=SC2086  # options are words
  refuse "$expected_status" "$said" rta "$si" $small "$@"
}

# ---- commands and inputs
refuse 2 'usage;command is missing;--help'
refuse 2 'usage;unknown command;phonons' phonons
refuse 2 'usage;unknown command' ''
refuse 2 'usage;unknown command;--nonsense' --nonsense
refuse 2 'usage;one input file;0 given' rta
refuse 2 'usage;one input file;0 given' rta --mesh 2 2 2
refuse 2 'usage;one input file;2 given' rta "$si" "$si" --mesh 2 2 2
refuse 2 'usage;--mesh;--gm' rta "$si"
refuse 2 'usage;--mesh;--gm' rta "$si" --mesh 2 2 2 --gm 2 2 2
refuse 2 'usage;report takes one file;0 given' report
refuse 2 'usage;report takes one file;2 given' report a b
refuse 1 'error;none.yaml;No such file' rta none.yaml --mesh 2 2 2
refuse 1 'error;none.hdf5;No such file' report none.hdf5
refuse 1 'error;is no HDF5 file' report "$si"

# ---- options
quick 2 'usage;unknown option --frobnicate;--help' --frobnicate
quick 2 'usage;unknown option --frobnicate' --frobnicate=3
quick 2 'usage;unknown option -x' -x
refuse 2 'usage;unknown option --mesh' report a.hdf5 --mesh
quick 2 '--nosym takes 0 values, 1 given' --nosym=yes
quick 2 '--fc3 takes 1 value, 0 given' --fc3
quick 2 '--threads takes 1 value, 0 given' --threads
quick 2 '--sigma takes at least 1 value, 0 given' --sigma
quick 2 '--q-direction takes 3 values, 2 given' --q-direction 1 0
quick 2 '--gp takes at least 1 value' --gp

# ---- mesh
for wrong in '0 2 2' '2 -2 2' '2.5 2 2'; do
  # shellcheck disable=SC2086
  refuse 2 'usage;--mesh;is not a positive integer' rta "$si" --mesh $wrong
done
refuse 2 'usage;--mesh;three numbers or one length;2 given' rta "$si" --mesh 2 2
refuse 2 'usage;--mesh;"two" is not a number' rta "$si" --mesh two
refuse 2 'usage;--mesh;"nan" is not a finite number' rta "$si" --mesh nan
refuse 2 'usage;--mesh;"inf" is not a finite number' rta "$si" --mesh inf 2 2
refuse 2 'usage;--mesh;length 0' rta "$si" --mesh 0
refuse 2 'usage;--mesh;length -30' rta "$si" --mesh -30
refuse 2 'usage;--mesh' rta "$si" --mesh 1e300 1e300 1e300
refuse 2 'mesh length;too large' rta "$si" --mesh 1e300
refuse 2 'usage;one input file, 2 given' rta "$si" --mesh 2 2 2 2
refuse 2 'usage;--gm;nine integers' rta "$si" --gm 1 2 3 4
refuse 2 'usage;--gm takes at least 3 values, 2 given' rta "$si" --gm 1 2
refuse 2 'usage;--gm;"2.5" is not an integer' rta "$si" --gm 2.5 2 2
refuse 2 'usage;--gm;is not an integer' rta "$si" --gm 99999999999999999999 2 2
refuse 2 'grid matrix;singular' rta "$si" --gm 0 0 0
refuse 2 'grid matrix;singular' rta "$si" --gm 1 2 3 2 4 6 1 1 1
refuse 2 'grid matrix;symmetry' rta "$si" --gm 1 2 0 0 1 0 0 0 3
refuse 2 '2 3 4;symmetry;--grg' rta "$si" --mesh 2 3 4

# ---- numbers
for option in --sigma --bmfp --mass --tolerance --tstep --const-ave-pp; do
  name=$option
  [ "$option" = --bmfp ] && name=--boundary-mfp
  for wrong in 0 -1; do
    quick 2 "usage;$name;\"$wrong\" is not above 0" $option $wrong
  done
  quick 2 "usage;$name;\"nan\" is not a finite number" $option nan
  quick 2 "usage;$name;\"many\" is not a number" $option many
done
for option in --ts --tmin --tmax --cutoff-freq --mv; do
  quick 2 "usage;$option;\"-1\" is not 0 or above" $option -1
  quick 2 "usage;$option;\"inf\" is not a finite number" $option inf
  quick 2 "usage;$option;\"1O0\" is not a number" $option 1O0
done
quick 2 'usage;--ts;"x" is not a number' --ts 300 x
quick 2 'usage;--sigma;"0" is not above 0' --sigma 0.1 0
quick 2 'usage;--sigma-cutoff needs --sigma' --sigma-cutoff 3
quick 2 'usage;--sigma-cutoff;is not above 0' --sigma 0.1 --sigma-cutoff 0
quick 2 'usage;--sigma;1e-09 THz is not between' --sigma 1e-9
quick 2 'usage;--sigma;1e+300 THz is not between' --sigma 0.1 1e300
quick 2 'usage;--sigma: 0.1 and 0.10000001;same file' --sigma 0.1 0.10000001
quick 2 'usage;--sigma-cutoff: 1e-09 is not between' --sigma 0.1 --sigma-cutoff 1e-9
quick 2 'usage;--threads;"0" is not 1 or above' --threads 0
quick 2 'usage;--threads;"2.5" is not an integer' --threads 2.5
quick 2 'usage;--threads: "5000" is not 1024 or below' --threads 5000
quick 2 'usage;--threads: "4294967297" is not 1024 or below' --threads 4294967297

# ---- cut-off
quick 2 'usage;--cutoff-fc3: "0" is not above 0' --cutoff-fc3 0
quick 2 'usage;--cutoff-fc3: "-3" is not above 0' --cutoff-fc3-distance -3
quick 2 'usage;--cutoff-fc3: "nan" is not a finite number' --cutoff-fc3 nan
quick 2 'usage;--cutoff-fc3: "far" is not a number' --cutoff-fc3 far

# ---- grid points in flight
quick 2 'usage;--gp-batch;"-1" is not 0 or above' --gp-batch -1
quick 2 'usage;--gp-batch;"many" is not an integer' --gp-batch many
quick 2 'usage;--gp-batch;"1000001" is not 1000000 or below' --gp-batch 1000001

# ---- the same by a variable, which is looked at where the option is not given
# wrong_variable NAME VALUE WORDS
wrong_variable() {
  export "$1=$2"
  quick 2 "usage;$1;$3"
  unset "$1"
}
wrong_variable UMKLAPP_NUM_THREADS 0 '"0" is not 1 or above'
wrong_variable UMKLAPP_NUM_THREADS -2 '"-2" is not 1 or above'
wrong_variable UMKLAPP_NUM_THREADS two '"two" is not an integer'
wrong_variable UMKLAPP_NUM_THREADS 2,2 '"2,2" is not an integer'
wrong_variable UMKLAPP_NUM_THREADS 1.5 '"1.5" is not an integer'
wrong_variable UMKLAPP_NUM_THREADS ' ' '" " is not an integer'
wrong_variable UMKLAPP_NUM_THREADS 1025 '"1025" is not 1024 or below'
wrong_variable UMKLAPP_NUM_THREADS 99999999999999999999 'is not an integer'
wrong_variable UMKLAPP_GP_BATCH_SIZE -1 '"-1" is not 0 or above'
wrong_variable UMKLAPP_GP_BATCH_SIZE auto '"auto" is not an integer'
wrong_variable UMKLAPP_GP_BATCH_SIZE 9999999 '"9999999" is not 1000000 or below'
quick 2 'usage;--memory;amount of memory' --memory 1e300
quick 2 'usage;amount of memory of 1M or more' --memory 0
quick 2 'usage;--memory: "1e-10" is not an amount of memory' --memory 1e-10
quick 2 'usage;--read-gamma excludes' --read-gamma --full-pp
quick 2 'usage;--read-gamma excludes' --read-gamma --const-ave-pp 1e-9
quick 2 'usage;--tmax 100 is below --tmin 200' --tmin 200 --tmax 100
quick 2 'usage;--tstep;million' --tstep 1e-300
quick 2 'usage;--gp;"-1" is not 0 or above' --gp -1
quick 2 'usage;--gp;"1.5" is not an integer' --gp 1.5
quick 2 'grid point 100000;0 to' --gp 100000
quick 2 'usage;--q-direction;0 0 0' --q-direction 0 0 0

# ---- choices
quick 2 'usage;--nac-method;"ewald";gonze;wang' --nac-method ewald
quick 2 'usage;--transport;"wte";wigner;njc23;ibdb19' --tt wte
quick 2 'usage;--transport;""' --transport ''
quick 2 'usage;--pa takes auto, P, F' --pa X
quick 2 'usage;--pa takes auto, P, F' --pa 1 0 0
quick 2 'usage;one input file, 2 given' --pa 1 0 0 0 1 0 0 0 1 1
quick 2 'usage;--pa: "a" is not a number' --pa 1 0 0 0 1 0 0 0 a
quick 2 'usage;--pa: "1/0" is not a number' --pa 1 0 0 0 1 0 0 0 1/0
quick 2 'lzf;gzip' --hdf5-compression lzf
quick 2 '"zip";gzip' --hdf5-compression zip
quick 2 '"11";gzip' --hdf5-compression 11
quick 2 'usage;--const-ave-pp excludes --full-pp' --const-ave-pp 1e-10 --full-pp
quick 2 'usage;--write-gamma excludes --read-gamma' --write-gamma --read-gamma
quick 2 'usage;--gp excludes --read-gamma' --gp 0 --read-gamma

# ---- numbers of atoms
quick 2 'usage;--mass: 1 masses for 2 atoms' --mass 28
quick 2 'usage;--mass: 3 masses for 2 atoms' --mass 28 28 28
quick 2 'usage;--mv: 1 values for 2 atoms' --mv 1e-4
quick 2 'usage;--mv: 3 values for 2 atoms' --mv 1e-4 1e-4 1e-4

# ---- a line stays a line
refuse 1 'error;No such file' rta 'two
lines.yaml' --mesh 2 2 2
refuse 2 'usage;unknown command;two?lines' 'two
lines'
finish
