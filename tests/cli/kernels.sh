#!/bin/sh
# UMKLAPP_KERNELS: every set of kernels that runs here gives the same kappa; a wrong name is one line.
here=$(dirname "$0")
. "$here/cases.sh"
nacl=$salt/phono3py_params_NaCl222.yaml.xz
sets='reference portable avx2 avx512 neon'
options='--mesh 3 3 3 --ts 100 300 --sigma 0.1 --thm --nu --full-pp'
n_sets=0

# ---- the same kappa and linewidths, to rounding
for set in $sets; do
  export UMKLAPP_KERNELS=$set
  # shellcheck disable=SC2086
  run rta "$nacl" $options -q
  if [ "$status" -eq 2 ] && says "error;UMKLAPP_KERNELS;this processor cannot run the kernels \"$set\""; then
    nothing_left || fail "$set: left in the folder: $left"
    continue
  fi
  [ "$status" -eq 0 ] || fail "$set: exit status $status"
  n_sets=$((n_sets + 1))
  for name in '' -s0.1; do
    [ "$set" = reference ] && mv "kappa-m333$name.hdf5" "$scratch/reference$name.hdf5" && continue
    for dataset in kappa mode_kappa gamma gamma_N gamma_U ave_pp; do
      "$helper" compare "kappa-m333$name.hdf5" "$scratch/reference$name.hdf5" $dataset 1e-10 >"$scratch/err" 2>&1 ||
        fail "$set: $dataset of kappa-m333$name.hdf5 is not that of the reference"
    done
  done
  clear_work
done
[ "$n_sets" -ge 2 ] || fail "only $n_sets sets of kernels run here"

# ---- not set and empty: the fastest, which is one of these
unset UMKLAPP_KERNELS
# shellcheck disable=SC2086
accept rta "$nacl" $options -q
mv kappa-m333.hdf5 "$scratch/fastest.hdf5"
clear_work
export UMKLAPP_KERNELS=
# shellcheck disable=SC2086
accept rta "$nacl" $options -q
cmp -s kappa-m333.hdf5 "$scratch/fastest.hdf5" || fail 'an empty UMKLAPP_KERNELS is not the default'
clear_work

# ---- names that do not exist
for wrong in fastest avx AVX2 'avx2 ' ' avx2' avx2,avx512 0 "$(printf 'avx2\nx')"; do
  export UMKLAPP_KERNELS="$wrong"
  # shellcheck disable=SC2086
  refuse 2 'error;UMKLAPP_KERNELS: there are no kernels;reference, portable, avx2, avx512 or neon' \
    rta "$nacl" $small
done

# ---- told before any file is read, which takes a while where fc3 is large
export UMKLAPP_KERNELS=fastest
for option in "$scratch/missing.yaml" "$nacl --fc2 $scratch/missing.hdf5" "$nacl --fc3 $scratch/missing.hdf5"; do
  # shellcheck disable=SC2086
  refuse 2 'error;UMKLAPP_KERNELS: there are no kernels' rta $option $small
  [ ! -s "$scratch/out" ] || fail "something was read before UMKLAPP_KERNELS was refused: $(cat "$scratch/out")"
done

# ---- the fast kernels do not symmetrize fc3 in reciprocal space: the reference kernel is taken, whatever the variable
for set in reference portable; do
  export UMKLAPP_KERNELS=$set
  accept rta "$nacl" --mesh 2 2 2 --ts 300 --sym-fc3q -q
  mv kappa-m222.hdf5 "$scratch/symmetrized-$set.hdf5"
  clear_work
done
"$helper" compare "$scratch/symmetrized-portable.hdf5" "$scratch/symmetrized-reference.hdf5" kappa 1e-10 ||
  fail '--sym-fc3q depends on UMKLAPP_KERNELS'

# ---- what needs no kernels does not look at the variable
export UMKLAPP_KERNELS=fastest
accept --version
accept rta --help
finish
