#!/bin/sh
# Ctrl-C and kill in every part of a run, and runs that need more memory than there is.
here=$(dirname "$0")
. "$here/cases.sh"
si=$silicon/phono3py_disp.yaml
patience=60 # seconds in which a run must come to the line that is waited for

# interrupt SIGNAL LINE ARGUMENTS...: sends the signal when the log has the line; the end must come soon, exit status
# 130, one line on stderr, no result and nothing half-written. Files of whole grid points may stay.
interrupt() {
  signal=$1 line=$2
  shift 2
  n_cases=$((n_cases + 1))
  : >"$scratch/out"
  "$helper" limit $((2 * patience)) "$program" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null &
  process=$! waited=0
  until grep -q -e "$line" "$scratch/out" || [ $waited -ge $patience ]; do
    sleep 1
    waited=$((waited + 1))
  done
  [ $waited -lt $patience ] || fail "umklapp $*: \"$line\" did not come"
  kill "-$signal" "$process" 2>/dev/null || fail "umklapp $*: had ended before $signal"
  began=$(date +%s)
  status=0
  wait "$process" || status=$?
  [ $(($(date +%s) - began)) -le "$limit" ] || fail "umklapp $*: took $(($(date +%s) - began)) s to stop after $signal"
  clean_error "$signal at \"$line\"" 130 && { says 'error;interrupted' || fail "$signal at \"$line\": the message lacks \"$missing\""; }
  rm -f "$work"/kappa-m*-g*.hdf5
  nothing_left || fail "$signal at \"$line\": left in the folder: $left"
}
interrupt INT 'Estimated memory' rta "$si" --mesh 41 41 41 --ts 300
interrupt TERM 'Estimated memory' rta "$si" --mesh 41 41 41 --ts 300
interrupt INT 'Estimated memory' rta "$si" --mesh 41 41 41 --ts 300 --write-gamma
interrupt INT 'Estimated memory' rta "$si" --mesh 41 41 41 --ts 300 --isotope --sigma 0.1 --threads 1
interrupt INT 'fc3' rta "$si" --mesh 150 150 150 --ts 300
interrupt TERM 'Mesh' rta "$si" --mesh 100 100 100 --ts 300

# ---- memory: told before, with a way out
refuse 1 'GB may be used;smaller mesh' rta "$si" --mesh 1000 1000 1000
refuse 2 'too large;at most' rta "$si" --mesh 99999 99999 99999
refuse 2 'too large;at most' rta "$si" --mesh 100000
refuse 1 'MB may be used' rta "$si" --mesh 3 3 3 --ts 300 --memory 0.001
refuse 1 'MB may be used;mesh' rta "$si" --mesh 60 60 60 --ts 300 --memory 0.05
refuse 1 'may be used;--ts' rta "$si" --mesh 9 9 9 --tmin 0 --tmax 1000 --tstep 0.01 --memory 0.3
finish
