# What every test of the command line begins with: . cases.sh PROGRAM HELPER EXAMPLES SCRATCH
# shellcheck shell=sh disable=SC2034  # the scripts use what stands here
#
# A case runs the program in an empty folder of its own and looks at the exit status, at the line on stderr, and at
# what is left in the folder. Cases go on after a failure; `finish` counts.
set -u
program=$1 helper=$2 examples=$3 scratch=$4
limit=120 # seconds of one case, which takes one or two: what hangs is ended, what a busy machine delays is not
silicon=$examples/si-pbesol salt=$examples/nacl
unset UMKLAPP_NUM_THREADS UMKLAPP_GP_BATCH_SIZE UMKLAPP_KERNELS
n_cases=0 n_failed=0 n_skipped=0
rm -rf "$scratch"
mkdir -p "$scratch/work"
scratch=$(cd "$scratch" && pwd)
work=$scratch/work
cd "$work" || exit 1

# Small and quick: what the input is wrong in does not depend on the mesh.
small='--mesh 2 2 2 --ts 300'

fail() {
  echo "FAILED: $*"
  sed 's/^/    stderr: /' "$scratch/err"
  n_failed=$((n_failed + 1))
}

skip() {
  echo "SKIPPED: $*"
  n_skipped=$((n_skipped + 1))
}

# run ARGUMENTS...: the program, its status into $status, its output into the files out and err of the scratch folder.
run() {
  n_cases=$((n_cases + 1))
  status=0
  "$helper" limit "$limit" "$program" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
}

# nothing_left: the working folder is as empty as before; after a failure it is made so.
nothing_left() {
  left=$(ls -A "$work")
  [ -z "$left" ] && return 0
  rm -rf "$work"
  mkdir "$work"
  cd "$work" || exit 1
  return 1
}

# says WORDS: the error line holds each of the words, which are separated by semicolons.
says() {
  rest="$1;"
  while [ -n "$rest" ]; do
    word=${rest%%;*} rest=${rest#*;}
    grep -qF -e "$word" "$scratch/err" || { missing=$word; return 1; }
  done
}

# clean_error NAME STATUS: one line, of the right form, with this exit status.
clean_error() {
  if [ "$status" -ne "$2" ]; then
    fail "$1: exit status $status, expected $2"
  elif [ "$(grep -c . "$scratch/err")" -ne 1 ]; then
    fail "$1: $(grep -c . "$scratch/err") lines on stderr, expected one"
  elif ! grep -qE '^umklapp: (error|usage): .' "$scratch/err"; then
    fail "$1: not the form of an error"
  else
    return 0
  fi
  return 1
}

# refuse STATUS WORDS ARGUMENTS...: the program ends with this status and one line that holds the words.
refuse() {
  expected=$1 words=$2
  shift 2
  run "$@"
  clean_error "umklapp $*" "$expected" || { nothing_left; return; }
  says "$words" || fail "umklapp $*: the message lacks \"$missing\""
  nothing_left || fail "umklapp $*: left in the folder: $left"
}

# survive NAME ARGUMENTS...: whatever the input, the end is success or a clean error (warnings may come before it).
survive() {
  name=$1
  shift
  run "$@"
  last=$(grep -v '^umklapp: warning: ' "$scratch/err")
  if [ "$status" -eq 0 ]; then
    [ -z "$last" ] || fail "$name: success with a message"
    rm -f "$work"/kappa-*.hdf5 "$work"/phono3py.yaml
  elif [ "$status" -ne 1 ] && [ "$status" -ne 2 ]; then
    fail "$name: exit status $status"
  elif ! printf '%s\n' "$last" | grep -qE '^umklapp: (error|usage): .' || [ "$(printf '%s\n' "$last" | grep -c .)" -ne 1 ]; then
    fail "$name: not one error line"
  fi
  nothing_left || fail "$name: left in the folder: $left"
}

# accept ARGUMENTS...: the program does what is asked and has nothing to say on stderr.
accept() {
  run "$@"
  if [ "$status" -ne 0 ]; then
    fail "umklapp $*: exit status $status"
    return 1
  fi
  [ ! -s "$scratch/err" ] || fail "umklapp $*: success with a message"
}

clear_work() {
  rm -rf "$work"
  mkdir "$work"
  cd "$work" || exit 1
}

# copy_silicon: a copy of the example, to be damaged, in $input.
copy_silicon() {
  rm -rf "$scratch/si"
  mkdir "$scratch/si"
  cp "$silicon"/*.yaml "$silicon"/*.hdf5 "$scratch/si"
  chmod u+w "$scratch/si"/*
  input=$scratch/si/phono3py_disp.yaml
}

finish() {
  cd / || exit 1
  echo "$n_cases cases, $n_failed failed, $n_skipped skipped"
  [ "$n_failed" -eq 0 ] || exit 1
  rm -rf "$scratch"
}
