#!/bin/sh
# Where results cannot go: the program says so before the long part where it can, and leaves no half of a file.
here=$(dirname "$0")
. "$here/cases.sh"
si=$silicon/phono3py_disp.yaml

# ---- names
# shellcheck disable=SC2086
refuse 1 '-o;missing/summary.yaml;"missing" does not exist' rta "$si" $small -o missing/summary.yaml
# shellcheck disable=SC2086
refuse 1 '-o;no name for a file' rta "$si" $small -o "$scratch"
# shellcheck disable=SC2086
refuse 1 '-o;no name for a file' rta "$si" $small -o ''
copy_silicon
# shellcheck disable=SC2086
refuse 2 '-o;would replace the input' rta "$input" $small -o "$input"
# shellcheck disable=SC2086
refuse 2 '-o;would replace the input' rta "$input" $small -o "$scratch/si/fc3.hdf5"
# shellcheck disable=SC2086
refuse 2 '-o;would replace the input' rta "$si" $small --fc3 "$scratch/si/fc3.hdf5" -o "$scratch/si/fc3.hdf5"
# shellcheck disable=SC2086
accept rta "$si" $small && mv kappa-m222.hdf5 "$scratch"
clear_work
refuse 2 '-o;would replace the input' report "$scratch/kappa-m222.hdf5" -o "$scratch/kappa-m222.hdf5"
refuse 1 'missing/page.html;No such file' report "$scratch/kappa-m222.hdf5" -o missing/page.html
cmp -s "$input" "$si" || fail 'the input was changed'

# ---- a folder in the place of the file
mkdir kappa-m222.hdf5
# shellcheck disable=SC2086
run rta "$si" $small
clean_error 'a folder named kappa-m222.hdf5' 1 && says 'kappa-m222.hdf5;Is a directory'
[ "$(ls -A)" = kappa-m222.hdf5 ] || fail "left beside a folder named kappa-m222.hdf5: $(ls -A)"
clear_work

# ---- an existing phono3py.yaml is somebody's input
echo precious >phono3py.yaml
# shellcheck disable=SC2086
accept rta "$si" $small
[ "$(cat phono3py.yaml)" = precious ] || fail 'phono3py.yaml was replaced without being named'
clear_work

# ---- rights; root gives its own up for that
as_nobody() { "$helper" unprivileged "$@"; }
mkdir "$scratch/closed"
chmod 555 "$scratch/closed"
cp "$silicon/fc2.hdf5" "$scratch/closed.hdf5" && chmod 000 "$scratch/closed.hdf5"
if as_nobody "$program" --version >/dev/null 2>&1 && as_nobody test -r "$si" && as_nobody test -r "$scratch"; then
  real_program=$program
  printf '#!/bin/sh\nexec "%s" unprivileged "%s" "$@"\n' "$helper" "$real_program" >"$scratch/program"
  chmod 755 "$scratch/program"
  program=$scratch/program
  cd "$scratch/closed" || exit 1
  # shellcheck disable=SC2086
  refuse 1 'current folder is not writable' rta "$si" $small
  refuse 1 'page.html;Permission denied' report "$scratch/kappa-m222.hdf5" -o page.html
  cd "$work" || exit 1
  chmod 777 "$work"
  # shellcheck disable=SC2086
  refuse 1 '-o;is not writable' rta "$si" $small -o "$scratch/closed/summary.yaml"
  # shellcheck disable=SC2086
  refuse 1 'closed.hdf5;Permission denied' rta "$si" $small --fc2 "$scratch/closed.hdf5"
  # shellcheck disable=SC2086
  refuse 1 'closed.hdf5;Permission denied' rta "$scratch/closed.hdf5" $small
  refuse 1 'closed.hdf5;Permission denied' report "$scratch/closed.hdf5"
  program=$real_program
else
  skip 'rights: the program or its input cannot be reached by an unprivileged user here'
fi
clear_work

# ---- no room: a limit on the size of files, a small disk, a full device
(
  ulimit -f 4 || exit 99 # blocks of 512 bytes
  "$program" rta "$si" --mesh 2 2 2 --ts 300 -q 2>"$scratch/err.room"
)
status=$?
if [ "$status" -eq 99 ]; then
  skip 'ulimit -f is not here'
else
  n_cases=$((n_cases + 1))
  cp "$scratch/err.room" "$scratch/err"
  clean_error 'a limit on the size of files' 1 && { says 'kappa-m222.hdf5;File too large' || fail "the message lacks $missing"; }
  nothing_left || fail "a limit on the size of files: left in the folder: $left"
fi
disk=$scratch/disk
mkdir "$disk"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=8k umklapp-test "$disk" 2>/dev/null; then
  trap 'cd /; umount "$disk" 2>/dev/null' EXIT
  cd "$disk" || exit 1
  # shellcheck disable=SC2086
  run rta "$si" $small
  clean_error 'a full disk' 1 && { says 'kappa-m222.hdf5;No space left' || fail "the message lacks $missing"; }
  [ -z "$(ls -A)" ] || fail "a full disk: left in the folder: $(ls -A)"
  run report "$scratch/kappa-m222.hdf5" -o page.html
  clean_error 'a page on a full disk' 1 && { says 'page.html;No space left' || fail "the message lacks $missing"; }
  [ -z "$(ls -A)" ] || fail "a page on a full disk: left in the folder: $(ls -A)"
  mount -o remount,ro "$disk" && {
    # shellcheck disable=SC2086
    refuse 1 'current folder is not writable' rta "$si" $small
  }
  cd "$work" || exit 1
  umount "$disk"
  trap - EXIT
else
  skip 'a full disk and one that is read-only: mounting is not allowed here'
fi
if [ -c /dev/full ]; then
  n_cases=$((n_cases + 2))
  status=0
  "$program" rta --help >/dev/full 2>"$scratch/err" || status=$?
  clean_error 'help to a full device' 1 && { says 'standard output' || fail "the message lacks $missing"; }
  status=0
  "$program" rta "$si" --mesh 2 2 2 --ts 300 >/dev/full 2>"$scratch/err" || status=$?
  clean_error 'log to a full device' 1 && { says 'standard output' || fail "the message lacks $missing"; }
  [ -e kappa-m222.hdf5 ] || fail 'log to a full device: the result is missing'
  clear_work
else
  skip '/dev/full is not here'
fi

# ---- the reader of the log goes away
n_cases=$((n_cases + 2))
"$helper" limit "$limit" "$program" rta --help 2>"$scratch/err" | head -n 1 >/dev/null
[ ! -s "$scratch/err" ] || fail 'help to a closed pipe: a message'
"$helper" limit "$limit" "$program" rta "$si" --mesh 5 5 5 --ts 300 2>"$scratch/err" | head -n 1 >/dev/null
[ ! -s "$scratch/err" ] || fail 'log to a closed pipe: a message'
for file in * .[!.]*; do
  case $file in
    kappa-m555.hdf5 | phono3py.yaml | '*' | '.[!.]*') ;;
    *) fail "log to a closed pipe: left in the folder: $file" ;;
  esac
done
clear_work
finish
