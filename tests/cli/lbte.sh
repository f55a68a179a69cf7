#!/bin/sh
# The full Boltzmann equation: its options, files of the collision matrix, runs that were killed and go on.
here=$(dirname "$0")
. "$here/cases.sh"
si=$silicon/phono3py_disp.yaml
mesh='--mesh 3 3 3 --ts 300'
kept=$scratch/kept
mkdir "$kept"
change() { "$helper" "$@" || fail "helper $*"; }
lbte() {
  # shellcheck disable=SC2086  # options are words
  accept lbte "$si" $mesh "$@"
}
wrong() {
  expected_status=$1 said=$2
  shift 2
  # shellcheck disable=SC2086
  refuse "$expected_status" "$said" lbte "$si" $mesh "$@"
}
same_kappa() { # FILE OTHER TOLERANCE
  for name in kappa kappa_RTA; do
    "$helper" compare "$1" "$2" $name "$3" 2>"$scratch/err" || fail "$1: $name differs from $2"
  done
}

# ---- options
run lbte --help
{ [ "$status" -eq 0 ] && [ ! -s "$scratch/err" ]; } || fail 'lbte --help'
for word in 'usage: umklapp lbte' --solver --tolerance --max-iterations --pinv-cutoff --pinv-method --reducible-colmat \
  --relaxons --whole-degenerate-sets --write-collision --read-collision --checkpoint --no-checkpoint --memory --symmetry-tolerance; do
  grep -qF -e "$word" "$scratch/out" || fail "lbte --help lacks $word"
done
for word in --write-gamma --read-gamma --full-pp --ave-pp --const-ave-pp --nu --br; do
  grep -qE -e "^ .*$word( |,|\$)" "$scratch/out" && fail "lbte --help has $word"
  wrong 2 "usage;unknown option $word" $word
done
run rta --help
grep -qF -e --solver "$scratch/out" && fail 'rta --help has --solver'
refuse 2 'usage;one input file;0 given' lbte
refuse 2 'usage;unknown option --solver' rta "$si" --solver direct
wrong 2 'usage;--solver;neither iterative nor direct' --solver foo
for option in --relaxons --reducible-colmat '--read-collision all' '--pinv-cutoff 0.1'; do
  # shellcheck disable=SC2086
  wrong 2 'usage;need --solver direct' --solver iterative $option
done
wrong 2 'usage;--reducible-colmat excludes' --reducible-colmat --relaxons
wrong 2 'usage;--reducible-colmat excludes' --reducible-colmat --write-collision
wrong 2 'usage;--write-collision excludes --read-collision' --write-collision --read-collision all
wrong 2 'usage;--gp needs --write-collision' --gp 0
wrong 2 'usage;--checkpoint excludes' --checkpoint x --no-checkpoint
wrong 2 'usage;--checkpoint excludes' --checkpoint x --read-collision all
wrong 2 'usage;--checkpoint excludes' --checkpoint x --gp 0 --write-collision
wrong 2 'usage;is an input file' --checkpoint "$si"
wrong 2 'usage;--checkpoint takes the name' --checkpoint ''
for name in kappa-m333.hdf5 ./coleigs-m333.hdf5 phono3py.yaml; do
  wrong 2 "usage;--checkpoint $name: names of results" --checkpoint $name
done
wrong 2 'usage;--checkpoint c: names of results' --checkpoint c -o c
wrong 2 'usage;is an input file' --checkpoint "$silicon/fc3.hdf5"
wrong 2 'usage;--pinv-method;not 1 or below' --pinv-method 2
wrong 2 'usage;--pinv-method;not 0 or above' --pinv-method -1
wrong 2 'usage;--pinv-solver;not 7 or below' --pinv-solver 8
wrong 2 'usage;--pinv-cutoff;not 0 or above' --pinv-cutoff -1
wrong 2 'usage;--tolerance;not above 0' --tolerance 0
wrong 2 'usage;--tolerance;0.1 or below' --tolerance 1.5
wrong 2 'usage;--max-iterations;not 1 or above' --max-iterations 0
for words in all-of-them 1.5 -1 '0 all' 99999999999999999999; do
  # shellcheck disable=SC2086
  wrong 2 'usage;--read-collision;numbers of temperatures' --read-collision $words
done
wrong 2 'usage;--read-collision takes at least 1 value' --read-collision
wrong 2 'grid point 999;0 to 26' --gp 999 --write-collision
wrong 2 'not one of the irreducible' --gp 2 --write-collision

# ---- amounts of memory
for amount in 5X M 0 -5 0M 1k 999KB 1e-10 50MX 5MBB 1e30 1e10G nan inf '' ' '; do
  wrong 2 'usage;--memory' --memory "$amount"
done
wrong 1 'MB may be used' --memory 1M
wrong 1 'MB may be used' --memory 1000KB
for amount in 500M 500MB 0.5 500000k 5e2M 0.0005T; do
  lbte --memory "$amount"
  mv kappa-m333.hdf5 "$kept/amount.hdf5"
  grep -q ' GB of 0\.[0-4][0-9]* GB' "$scratch/out" || fail "--memory $amount: $(grep 'GB' "$scratch/out")"
  clear_work
done
mesh='--mesh 9 9 9 --ts 300' wrong 1 'solver needs;GB;--memory' --memory 15M --solver direct

# ---- both solvers, no stars, the reducible matrix
lbte --tolerance 1e-12 && mv kappa-m333.hdf5 "$kept/iterative.hdf5" && clear_work
lbte --solver direct --relaxons && mv kappa-m333.hdf5 "$kept/direct.hdf5"
for file in coleigs-m333.hdf5 relaxons-m333.hdf5; do [ -e $file ] || fail "$file was not written"; done
clear_work
lbte --reducible-colmat && mv kappa-m333.hdf5 "$kept/reducible.hdf5" && clear_work
lbte --lbte --noks --tolerance 1e-12 && mv kappa-m333.hdf5 "$kept/noks.hdf5" && clear_work
for way in iterative reducible noks; do same_kappa "$kept/$way.hdf5" "$kept/direct.hdf5" 1e-9; done
lbte --transport wigner --sigma 0.2 0.3 --thm --isotope -q
[ ! -s "$scratch/out" ] || fail '--quiet printed something'
for file in kappa-m333.hdf5 kappa-m333-s0.2.hdf5 kappa-m333-s0.3.hdf5; do [ -e $file ] || fail "$file was not written"; done
clear_work

# ---- temperatures at which the operator is not positive
run lbte "$salt/phono3py_params_NaCl222.yaml.xz" --mesh 9 9 9 --ts 10 300
[ "$status" -eq 0 ] || fail "NaCl at 10 K: exit status $status"
says 'umklapp: warning: 10 K: the collision operator is not positive' || fail 'NaCl at 10 K: no warning'
[ "$(grep -c . "$scratch/err")" -eq 1 ] || fail 'NaCl at 10 K: not one warning'
[ "$(grep -c '^ *10\.0 .*nan' "$scratch/out")" -eq 1 ] || fail 'NaCl at 10 K: kappa is not nan'
clear_work
# kappa that has not converged is told
# shellcheck disable=SC2086
run lbte "$si" $mesh --max-iterations 1
{ [ "$status" -eq 0 ] && says 'warning;not converged after 1 iterations;lower bound'; } || fail '--max-iterations 1: no warning'
clear_work

# ---- files of the collision matrix
mesh='--mesh 3 3 3 --ts 100 300 800'
lbte --write-collision --solver direct && mv ./*.hdf5 "$kept" && clear_work
# shellcheck disable=SC2012  # names without surprises
points=$(cd "$kept" && ls collision-m333-g*.hdf5 | sed 's/.*-g//; s/.hdf5//' | sort -n)
[ "$(echo "$points" | grep -c .)" -eq 4 ] || fail "grid points of 3 x 3 x 3: $points"
# in two parts, the rows of which are the same
first=$(echo "$points" | head -n 2) last=$(echo "$points" | tail -n 2)
# shellcheck disable=SC2086
lbte --gp $first --write-collision
[ ! -e kappa-m333.hdf5 ] || fail 'kappa of some grid points was written'
# shellcheck disable=SC2086
lbte --gp $last --write-collision
for point in $points; do
  cmp -s "collision-m333-g$point.hdf5" "$kept/collision-m333-g$point.hdf5" || fail "rows of grid point $point differ from those of the run"
done
lbte --read-collision all
same_kappa kappa-m333.hdf5 "$kept/kappa-m333.hdf5" 1e-11
"$helper" compare coleigs-m333.hdf5 "$kept/coleigs-m333.hdf5" collision_eigenvalues 1e-12 || fail 'eigenvalues of rows read'
# single temperatures, counted from 0, in any order; what is computed is that of a run at these
lbte --read-collision 2 && mv kappa-m333.hdf5 "$kept/read-2.hdf5"
lbte --read-collision 2 0 && mv kappa-m333.hdf5 "$kept/read-2-0.hdf5"
clear_work
# shellcheck disable=SC2034
for temperatures in 800 '800 100'; do
  mesh="--mesh 3 3 3 --ts $temperatures" lbte --solver direct
  [ "$temperatures" = 800 ] && name=read-2 || name=read-2-0
  same_kappa "$kept/$name.hdf5" kappa-m333.hdf5 1e-11
  clear_work
done
# without fc3: it is not needed
copy_silicon && rm "$scratch/si/fc3.hdf5"
cp "$kept"/collision-*.hdf5 "$work"
# shellcheck disable=SC2086
accept lbte "$input" $mesh --read-collision all
same_kappa kappa-m333.hdf5 "$kept/kappa-m333.hdf5" 1e-11
clear_work
# a generalized grid, and smearing
for way in '--grg --mesh 14' '--mesh 3 3 3 --sigma 0.3 --sigma-cutoff 4'; do
  mesh="$way --ts 300" lbte --write-collision --solver direct
  # shellcheck disable=SC2012
  result=$(ls kappa-*.hdf5)
  mv "$result" "$kept/again.hdf5"
  mesh="$way --ts 300" lbte --read-collision all
  same_kappa "$result" "$kept/again.hdf5" 1e-11
  clear_work
done

# ---- wrong files: in $scratch/wrong, where the program leaves everything as it is
reading() { # STATUS WORDS ARGUMENTS...
  expected=$1 words=$2
  shift 2
  cd "$scratch/wrong" || exit 1
  before=$(ls -A)
  # shellcheck disable=SC2086
  run lbte "$si" $mesh "$@"
  clean_error "$words" "$expected" && { says "$words" || fail "lbte $*: the message lacks \"$missing\""; }
  [ "$before" = "$(ls -A)" ] || fail "lbte $*: left in the folder: $(ls -A)"
  cd "$work" || exit 1
}
renew() {
  rm -rf "$scratch/wrong"
  mkdir "$scratch/wrong"
  cp "$kept"/collision-m333-g*.hdf5 "$scratch/wrong"
}
point=$(echo "$points" | tail -n 1)
file=$scratch/wrong/collision-m333-g$point.hdf5
wrong 1 'collision-m333-g0.hdf5;No such file' --read-collision all
renew
reading 2 'temperature number 3;0 to 2' --read-collision 3
rm "$file"
reading 1 "collision-m333-g$point.hdf5;No such file" --read-collision all
for bytes in 0 8 1000 9000; do
  change cut "$kept/collision-m333-g$point.hdf5" "$file" $bytes
  reading 1 "collision-m333-g$point.hdf5" --read-collision all
done
for name in gamma temperature collision_matrix; do
  renew
  change delete "$file" $name
  reading 1 "collision-m333-g$point.hdf5;$name" --read-collision all
done
for value in nan inf; do
  renew
  change set "$file" collision_matrix 33 $value
  reading 1 "collision-m333-g$point.hdf5;collision_matrix;finite" --read-collision all
done
renew
change set "$file" temperature 1 301
reading 1 "collision-m333-g$point.hdf5;temperature" --read-collision all
renew
change zeros "$file" collision_matrix real 3 6 3 5 6 3
reading 1 '4 irreducible grid points' --read-collision all
renew
for old in $points; do mv "$scratch/wrong/collision-m333-g$old.hdf5" "$scratch/wrong/collision-m222-g$old.hdf5"; done
mesh='--mesh 2 2 2 --ts 300' reading 1 'collision-m222' --read-collision all
renew
mesh='--mesh 3 3 3' reading 1 'collision-m333-g0-s0.1.hdf5;No such file' --read-collision all --noks --sigma 0.1
seed=0
while [ $seed -lt 8 ]; do
  seed=$((seed + 1))
  for damage in "1 0 4000" "20 0 99999"; do
    cp "$kept"/collision-m333-g*.hdf5 "$work"
    # shellcheck disable=SC2086
    change flip "$kept/collision-m333-g$point.hdf5" "$work/collision-m333-g$point.hdf5" $seed $damage
    # shellcheck disable=SC2086
    run lbte "$si" $mesh --read-collision all
    [ "$status" -le 2 ] || fail "--read-collision of flipped bits ($seed, $damage): exit status $status"
    grep -v '^umklapp: ' "$scratch/err" && fail "--read-collision of flipped bits ($seed, $damage): not our message"
    clear_work
  done
done

# ---- checkpoints
mesh='--mesh 3 3 3 --ts 300'
check=$work/run.checkpoint
for place in / no/such/folder/file; do wrong 1 "cannot open \"$place\"" --checkpoint $place; done
for place in /dev/full /dev/null; do wrong 1 "\"$place\" is no regular file" --checkpoint $place; done
as_nobody() { "$helper" unprivileged "$@"; }
mkdir "$scratch/closed"
chmod 555 "$scratch/closed"
chmod 777 "$work"
if as_nobody "$program" --version >/dev/null 2>&1 && as_nobody test -r "$si" && as_nobody test -w "$work"; then
  real_program=$program
  printf '#!/bin/sh\nexec "%s" unprivileged "%s" "$@"\n' "$helper" "$real_program" >"$scratch/program"
  chmod 755 "$scratch/program"
  program=$scratch/program
  wrong 1 'cannot open;closed/file;Permission denied' --checkpoint "$scratch/closed/file"
  program=$real_program
else
  skip 'rights: the program or its input cannot be reached by an unprivileged user here'
fi
# a disk that is full after a while: the run goes on without
# shellcheck disable=SC2086
(
  ulimit -f 128 || exit 99 # blocks of 512 bytes
  trap '' XFSZ
  "$program" lbte "$si" --mesh 6 6 6 --ts 300 -q --checkpoint "$check" 2>"$scratch/err"
)
status=$?
if [ "$status" -eq 99 ]; then
  skip 'a limit on the size of files cannot be set here'
elif [ "$status" -ne 0 ] || ! says 'warning;goes on without a checkpoint;File too large' || [ ! -e kappa-m666.hdf5 ]; then
  fail "a checkpoint on a full disk: exit status $status"
fi
clear_work
echo 'my notes' >"$check"
# shellcheck disable=SC2086
run lbte "$si" $mesh --checkpoint "$check"
{ clean_error 'foreign checkpoint' 1 && says 'run.checkpoint;is no checkpoint'; } || fail 'a foreign file was taken for a checkpoint'
[ "$(cat "$check")" = 'my notes' ] || fail 'a foreign file was changed'
clear_work
lbte --checkpoint "$check"
[ ! -e "$check" ] || fail 'the checkpoint of a run that is done was left'
clear_work
ln -s "$scratch/elsewhere" "$check"
lbte --checkpoint "$check"
{ [ ! -e "$scratch/elsewhere" ] && [ ! -h "$check" ]; } || fail 'a checkpoint behind a link was left'
clear_work

# killed SIGNAL BYTES ARGUMENTS...: a run that gets the signal as soon as its checkpoint is larger.
killed() {
  signal=$1 bytes=$2 size=0
  shift 2
  n_cases=$((n_cases + 1))
  "$helper" limit 120 "$program" "$@" --checkpoint "$check" >"$scratch/out" 2>"$scratch/err" </dev/null &
  process=$!
  while [ "$size" -le "$bytes" ] && kill -0 "$process" 2>/dev/null; do
    [ -e "$check" ] && size=$(wc -c <"$check")
  done
  kill "-$signal" "$process" 2>/dev/null || fail "umklapp $*: had ended before $signal"
  status=0
  wait "$process" 2>/dev/null || status=$?
}
long='--mesh 15 15 15 --ts 300 100 --threads 1 --gp-batch 2'
# shellcheck disable=SC2086
accept lbte "$si" $long && mv kappa-m151515.hdf5 "$kept" && clear_work
size=16
for round in 1 2 3; do
  # shellcheck disable=SC2086
  killed KILL "$size" lbte "$si" $long
  [ "$status" -eq 137 ] || fail "round $round: exit status $status after a kill"
  [ "$(ls -A)" = run.checkpoint ] || fail "round $round: left by a kill: $(ls -A)"
  size=$(wc -c <"$check")
done
cp "$check" "$scratch/killed"
# another calculation does not get it
for other in '--ts 300 101' '--isotope' '--bmfp 1' '--v2' '--nomeshsym' '--no-symmetrize-tetrahedra'; do
  # shellcheck disable=SC2086
  run lbte "$si" $long $other --checkpoint "$check"
  { clean_error "checkpoint with $other" 1 && says 'run.checkpoint;another calculation'; } || fail "checkpoint with $other"
  cmp -s "$check" "$scratch/killed" || fail "checkpoint with $other: the file was changed"
done
[ "$(ls -A)" = run.checkpoint ] || fail "left in the folder: $(ls -A)"
finish_same() { # ARGUMENTS...: the run goes on and ends as one that was never killed
  # shellcheck disable=SC2086
  accept lbte "$si" $long --checkpoint "$check" "$@"
  grep -q 'grid points were read from the checkpoint' "$scratch/out" || fail 'nothing was read from the checkpoint'
  cmp -s kappa-m151515.hdf5 "$kept/kappa-m151515.hdf5" || fail "after a kill ($*): kappa differs"
  [ ! -e "$check" ] || fail 'the checkpoint of a run that is done was left'
  clear_work
}
finish_same
# also with another number of threads, and cut anywhere
cp "$scratch/killed" "$check"
finish_same --threads 2 --gp-batch 5
change cut "$scratch/killed" "$check" $((size - 3))
finish_same
# one of the default name is used where it is there: by this calculation alone, and not with --no-checkpoint
print=$(od -An -tx8 -j8 -N8 "$scratch/killed" | tr -d ' ' | cut -c 1-8)
default=lbte-m151515-$print.checkpoint
cp "$scratch/killed" "$default"
# shellcheck disable=SC2086
accept lbte "$si" $long --ts 300 101
rm -f kappa-m151515.hdf5
# shellcheck disable=SC2086
accept lbte "$si" $long --no-checkpoint
cmp -s "$default" "$scratch/killed" || fail 'a run that is not its own changed a checkpoint'
clear_work
cp "$scratch/killed" "$default"
# shellcheck disable=SC2086
accept lbte "$si" $long
grep -q 'grid points were read from the checkpoint' "$scratch/out" || fail 'the checkpoint of the default name was not used'
cmp -s kappa-m151515.hdf5 "$kept/kappa-m151515.hdf5" || fail 'from the checkpoint of the default name: kappa differs'
[ ! -e "$default" ] || fail 'the checkpoint of the default name was left'
clear_work

# ---- Ctrl-C
for signal in INT TERM; do
  # shellcheck disable=SC2086
  killed $signal 16 lbte "$si" $long
  clean_error "$signal" 130 && { says 'error;interrupted' || fail "$signal: the message lacks \"$missing\""; }
  [ "$(ls -A)" = run.checkpoint ] || fail "$signal: left in the folder: $(ls -A)"
  clear_work
done
finish
