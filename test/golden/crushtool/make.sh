#!/bin/sh
# Writes expected.txt anew: what crushtool (Ceph 16.2.15, from Debian's ceph-base) prints to
# standard output for each line of cases.txt, and its exit code in brackets. Command lines at
# which crushtool crashes are left out.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp maps/*.txt "$work"
here=$(pwd)
cd "$work"
for text in *.txt; do crushtool -c "$text" -o "${text%.txt}.map"; done
crushtool --build --num_osds 1 root straw2 0 -o empty.map >/dev/null
grep -v -e '^#' -e '^$' "$here/cases.txt" | while read -r line; do
    rm -rf OUT stdout && mkdir OUT
    code=0
    # shellcheck disable=SC2086
    crushtool $line >stdout 2>/dev/null </dev/null || code=$?
    [ "$code" -eq 134 ] || [ "$code" -eq 136 ] || [ "$code" -eq 139 ] && continue
    printf '$ %s\n' "$line"
    sed 's/^/  /' stdout
    printf '[%s]\n' "$code"
done >"$here/expected.txt"
