#!/bin/sh
# What the program does when all is well: help, log, numbers, the same bits whatever the number of threads, the report.
here=$(dirname "$0")
. "$here/cases.sh"
si=$silicon/phono3py_disp.yaml
prints() { grep -qF -e "$1" "$scratch/out" || fail "$2: \"$1\" is not printed"; }
# order WORDS: lines with these words, separated by semicolons, follow each other in the log
order() {
  rest="$1;" last=0
  while [ -n "$rest" ]; do
    word=${rest%%;*} rest=${rest#*;}
    number=$(grep -nF -e "$word" "$scratch/out" | head -n 1 | cut -d : -f 1)
    if [ -z "$number" ] || [ "$number" -le "$last" ]; then fail "log: \"$word\" is missing or too early"; fi
    last=${number:-$last}
  done
}

# ---- help
accept --version
grep -qE '^umklapp [0-9]+\.[0-9]+\.[0-9]+$' "$scratch/out" || fail "--version printed: $(cat "$scratch/out")"
for help in --help -h help; do
  accept $help
  prints 'rta' "$help" && prints 'report' "$help" && prints 'Exit status' "$help"
done
accept report --help
for option in -o --output --title -q --quiet -h --help; do prints " $option" 'report --help'; done
accept report -h
accept rta -h
accept rta --help
for option in --fc2 --fc3 --born --pa --primitive-axes --mass --tolerance --nosym --mesh --grg --gm --grid-matrix \
  --nomeshsym --noks --no-kappa-stars --nonac --nac-method --q-direction --cutoff-freq --exclude-gamma-acoustic --thm \
  --sigma --sigma-cutoff --isotope --mv --bmfp --boundary-mfp --nu --full-pp --ave-pp --const-ave-pp --cutoff-fc3 --cutoff-fc3-distance --v2 --sym-fc3q \
  --transport --tt --transport-type \
  --ts --tmin --tmax --tstep --gp --write-gamma --read-gamma -o --hdf5-compression --threads --gp-batch --memory --timings -q --quiet -v \
  --verbose -h --help --br; do
  grep -qE -e "[ ,]$option([ ,]|\$)" "$scratch/out" || fail "rta --help does not mention $option"
done
# Every option of the help is known: a value too much or too little, or another reason, is what is complained about.
# shellcheck disable=SC2013
for option in $(grep -oE '^  -[^ ]*(, -[^ ]*)*' "$scratch/out" | tr -d ',' | grep -oE -e '--[^ ]+'); do
  run rta "$option=x"
  ! grep -q 'unknown option' "$scratch/err" || fail "rta $option is in the help and not accepted"
done

# ---- the log and the table. 66.059 W/(m K): phono3py 4.10.0 prints the same for
# phono3py-load --mesh 5 5 5 --br --ts 300 --average-degenerate-weights --symmetrize-tetrahedra
accept rta "$si" --mesh 5 5 5 --ts 300
prints '  300.0      66.059     66.059     66.059' 'silicon 5x5x5'
order 'phono3py_disp.yaml;Space group: Fd-3m (227), 48 rotations;Primitive cell: 2 atoms;fc2 was read from;fc3 was read from;Mesh: 5 x 5 x 5, 125 grid points, 10 irreducible;triplets: 255;Estimated memory;Scattering;Thermal conductivity (W/m-K) with tetrahedron method;written to "kappa-m555.hdf5"'
grep -q 'time: about' "$scratch/out" && fail 'the time of a run of 10 grid points is estimated'
# shellcheck disable=SC2012
[ "$(ls -A | tr '\n' ' ')" = 'kappa-m555.hdf5 phono3py.yaml ' ] || fail "files of a run: $(ls -A)"
mv kappa-m555.hdf5 "$scratch/kappa-m555.hdf5"

# ---- the summary is an input
cp "$silicon"/fc?.hdf5 .
accept rta phono3py.yaml --mesh 5 5 5 --ts 300 -q
[ ! -s "$scratch/out" ] || fail '--quiet printed something'
accept rta "$si" --mesh 5 5 5 --ts 300 -v -o summary.yaml
[ -s summary.yaml ] || fail '-o summary.yaml wrote nothing'
clear_work

# ---- populations and pairs of bands: the table that phono3py 4.10.0 prints with --tt SMM19 added to the above
accept rta "$si" --mesh 5 5 5 --ts 300 --tt SMM19
prints 'K_intra   300.0      66.059     66.059     66.059' 'SMM19'
prints 'K_inter   300.0       0.232      0.232      0.232' 'SMM19'
prints 'K_TOT     300.0      66.291     66.291     66.291' 'SMM19'
order 'T(K);K_intra;K_inter;K_TOT'
mv kappa-m555.hdf5 "$scratch/wigner.hdf5" && clear_work
for name in wigner Smm19 WIGNER; do
  accept rta "$si" --mesh 5 5 5 --ts 300 -q --transport $name --threads 2
  cmp -s kappa-m555.hdf5 "$scratch/wigner.hdf5" || fail "--transport $name is not --tt SMM19"
  clear_work
done
for name in njc23 IBDB19; do
  accept rta "$si" --mesh 5 5 5 --ts 300 --transport $name
  prints K_inter "--transport $name"
  ! cmp -s kappa-m555.hdf5 "$scratch/wigner.hdf5" || fail "--transport $name is the same as SMM19"
  accept report kappa-m555.hdf5 -q
  clear_work
done
for name in boltzmann STD; do
  accept rta "$si" --mesh 5 5 5 --ts 300 --transport-type $name
  grep -q 'K_' "$scratch/out" && fail "--transport-type $name prints parts of kappa"
  cmp -s kappa-m555.hdf5 "$scratch/kappa-m555.hdf5" || fail "--transport-type $name changes the result"
  clear_work
done
# From linewidths that are read: those of the run without pairs of bands.
cp "$scratch/kappa-m555.hdf5" .
accept rta "$si" --mesh 5 5 5 --ts 300 -q --read-gamma --tt SMM19
cmp -s kappa-m555.hdf5 "$scratch/wigner.hdf5" || fail '--read-gamma --tt SMM19 is not the run in one go'
clear_work

# ---- 64 irreducible points and more: how long it will take
accept rta "$si" --mesh 13 13 13 --ts 300 --const-ave-pp 1e-10 -o constant.yaml
grep -q 'time: about' "$scratch/out" && fail 'the time of a run with a constant strength is estimated'
accept rta "$si" --mesh 13 13 13 --ts 300
prints 'time: about' 'log'
clear_work

# ---- threads
for threads in 1 2 5; do
  accept rta "$si" --mesh 5 5 5 --ts 300 -q --threads $threads
  cmp -s kappa-m555.hdf5 "$scratch/kappa-m555.hdf5" || fail "kappa-m555.hdf5 of $threads threads has other bits"
  clear_work
done

threads_of() { sed -n 's/.*threads: \([0-9]*\)\.$/\1/p' "$scratch/out"; }
# with_variable VALUE EXPECTED ARGUMENTS...: the number of threads with the variable set
with_variable() {
  value=$1 expected=$2
  shift 2
  export UMKLAPP_NUM_THREADS="$value"
  # shellcheck disable=SC2086
  accept rta "$si" $small "$@"
  unset UMKLAPP_NUM_THREADS
  [ "$(threads_of)" = "$expected" ] || fail "UMKLAPP_NUM_THREADS=$value $*: $(threads_of) threads, not $expected"
  clear_work
}
with_variable 3 3
with_variable 3 2 --threads 2
with_variable 3 2 --threads=2
with_variable no 2 --threads 2
# shellcheck disable=SC2086
accept rta "$si" $small
all=$(threads_of)
[ "$all" -ge 1 ] || fail "no number of threads in the log: $all"
clear_work
with_variable '' "$all"
OMP_NUM_THREADS=$((all + 1)) accept rta "$si" --mesh 2 2 2 --ts 300
[ "$(threads_of)" = "$all" ] || fail 'OMP_NUM_THREADS changes the number of threads'
clear_work

# ---- grid points in flight: the same bits with any number of them
for batch in 0 1 3 100; do
  accept rta "$si" --mesh 5 5 5 --ts 300 -q --gp-batch $batch
  cmp -s kappa-m555.hdf5 "$scratch/kappa-m555.hdf5" || fail "kappa-m555.hdf5 of --gp-batch $batch has other bits"
  clear_work
done
export UMKLAPP_GP_BATCH_SIZE=4
accept rta "$si" --mesh 5 5 5 --ts 300 -q --threads 2
cmp -s kappa-m555.hdf5 "$scratch/kappa-m555.hdf5" || fail 'kappa-m555.hdf5 of UMKLAPP_GP_BATCH_SIZE=4 has other bits'
clear_work
export UMKLAPP_GP_BATCH_SIZE=none
accept rta "$si" --mesh 2 2 2 --ts 300 -q --gp-batch 2
unset UMKLAPP_GP_BATCH_SIZE
clear_work

# ---- timings: the table adds up, to 100 % and to no more than the run took; with --quiet it is all that is printed
# check_timings STAGES: the table in out, which has these lines
check_timings() {
  awk '/^-+ Timings -+$/ { table = 1; next } /^#/ { next } /^Threads/ { table = 0 }
    table && NF > 2 { name = $1; for (i = 2; i < NF - 1; i++) name = name " " $i; print name ";" $(NF - 1) ";" $NF }' \
    "$scratch/out" >"$scratch/table"
  rest="$1;"
  while [ -n "$rest" ]; do
    word=${rest%%;*} rest=${rest#*;}
    grep -q "^$word;" "$scratch/table" || fail "timings: there is no line for $word"
  done
  awk -F ';' -v took="$took" '
    $2 < 0 || $3 < 0 { bad = bad "; " $1 " is below 0" }
    $1 != "total" { seconds += $2; share += $3 }
    $1 == "total" { total = $2; if ($3 != 100) bad = bad "; the total is not 100 %" }
    END {
      if (seconds < total - 0.02 || seconds > total + 0.02) bad = bad "; the sum of seconds is " seconds
      if (share < 99.8 || share > 100.2) bad = bad "; the sum of shares is " share
      if (total <= 0 || total > took) bad = bad "; a total of " total " s in a run of " took " s"
      print bad
      exit bad != ""
    }' "$scratch/table" >"$scratch/sums" || fail "timings: $(cat "$scratch/sums")"
  grep -qE '^Threads at work, on the average: [0-9.]+ of [0-9]+\.$' "$scratch/out" || fail 'timings: threads at work'
}
stages='reading;symmetry;force constants;grid;phonons;output;waiting;other;total'
# timed ARGUMENTS...: accept, with the seconds it took, rounded up, in $took
timed() {
  began=$(date +%s)
  accept "$@"
  took=$(($(date +%s) - began + 1))
}
timed rta "$salt/phono3py_params_NaCl222.yaml.xz" --mesh 3 3 3 --ts 300 --threads 2 --timings
check_timings "$stages"
order 'written to "kappa-m333.hdf5";Timings;reading;waiting;total;of 2.'
clear_work
timed rta "$si" --mesh 2 2 2 --ts 300 --threads 1 --timings -q --write-gamma
check_timings "$stages"
head -n 1 "$scratch/out" | grep -q Timings || fail '--timings --quiet prints something else first'
[ "$(grep -cE '^(   |#|-|Threads|$)' "$scratch/out")" -eq "$(wc -l <"$scratch/out")" ] ||
  fail '--timings --quiet prints something else'
timed rta "$si" --mesh 2 2 2 --ts 300 --timings -q --read-gamma
check_timings 'reading;symmetry;grid;phonons;output;other;total'
clear_work

# ---- a polar crystal, packed input; several widths and temperatures
accept rta "$salt/phono3py_params_NaCl222.yaml.xz" --mesh 3 3 3 --ts 100 300 --sigma 0.1 0.2 --thm --isotope --nu
prints "Gonze's dipole-dipole method" NaCl
prints 'Mass variance of Cl' NaCl
for name in '' -s0.1 -s0.2; do [ -s "kappa-m333$name.hdf5" ] || fail "kappa-m333$name.hdf5 is missing"; done
[ "$(grep -c '^  *[13]00.0 ' "$scratch/out")" -eq 6 ] || fail 'six lines of kappa were expected'
clear_work
accept rta "$salt/phono3py_params_NaCl222.yaml.xz" --mesh 20 --grg --ts 300 --nac-method wang --hdf5-compression none
clear_work
accept rta "$si" --tmax=20 --mesh 2 2 2
[ "$(grep -cE '^ +[0-9]+\.0 ' "$scratch/out")" -eq 3 ] || fail 'temperatures 0, 10 and 20 were expected'
clear_work

# ---- lists in quotes, fractions, negative ones too
accept rta "$si" --mesh '2 2 2' --ts='100 300' --pa '0 1/2 1/2 1/2 0 1/2 1/2 1/2 0'
[ "$(grep -cE '^ +[0-9]+\.0 ' "$scratch/out")" -eq 2 ] || fail 'temperatures 100 and 300 were expected'
clear_work
# shellcheck disable=SC2086
refuse 1 'primitive matrix does not fit' rta "$si" $small --pa -1/2 1/2 1/2 1/2 -1/2 1/2 1/2 1/2 -1/2

# ---- a cut-off of fc3: what remains is told, and the drift it has. phono3py 4.10.0 prints 61.023 with --cutoff-fc3 5
run rta "$si" --mesh 5 5 5 --ts 300 --cutoff-fc3 5
[ "$status" -eq 0 ] || fail '--cutoff-fc3 ended the run'
prints '  300.0      61.023     61.023     61.023' '--cutoff-fc3'
order 'fc3 was read from;Cut-off of fc3 at 5 A: 986 of 8192 blocks remain (12.04 %).;Drift of fc3 within the cut-off: 1.83e-01'
[ "$(cat "$scratch/err")" = 'umklapp: warning: fc3 within the cut-off has a drift of 1.83e-01: it does not obey the acoustic sum rule well' ] ||
  fail "--cutoff-fc3 warns: $(cat "$scratch/err")"
clear_work
accept rta "$si" --mesh 5 5 5 --ts 300 -q --cutoff-fc3-distance 100
cmp -s kappa-m555.hdf5 "$scratch/kappa-m555.hdf5" || fail 'a cut-off beyond the supercell changes the result'
clear_work

# ---- modes that only the boundary scatters are told; the linewidth of a loose tolerance is that of a tight one
run rta "$si" --mesh 5 5 5 --ts 300 --sigma 0.001 --sigma-cutoff 3
[ "$status" -eq 0 ] || fail 'a small sigma ended the run'
grep -q 'warning: .* modes are scattered by nothing but the boundary' "$scratch/err" || fail 'no warning'
clear_work
accept rta "$si" --mesh 5 5 5 --ts 300 -q
mv kappa-m555.hdf5 "$scratch/tight.hdf5"
accept rta "$si" --mesh 5 5 5 --ts 300 -q --tolerance 0.1
cmp -s kappa-m555.hdf5 "$scratch/tight.hdf5" || fail 'kappa depends on the tolerance'
clear_work

# ---- the report
cp "$scratch/kappa-m555.hdf5" .
accept report kappa-m555.hdf5
[ -s kappa-m555.html ] || fail 'no page was written'
grep -q '<svg' kappa-m555.html || fail 'the page has no figure'
grep -q '66\.06' kappa-m555.html || fail 'the page does not tell kappa'
grep -qE 'https?://[^w]' kappa-m555.html && fail 'the page asks the network'
accept report kappa-m555.hdf5 -q -o page.html --title 'Si <&> more'
[ ! -s "$scratch/out" ] || fail 'report --quiet printed something'
grep -q 'Si &lt;&amp;&gt; more' page.html || fail 'the title is missing or not escaped'
clear_work
finish
