#!/bin/sh
# Writes expected.txt anew: what osdmaptool (Ceph 16.2.15, from Debian's ceph-base) prints to
# standard output for each line of cases.txt, and its exit code in brackets. Command lines at
# which osdmaptool crashes are left out. simple.osdmap is made once and kept, for its times.
set -eu
cd "$(dirname "$0")"
export TZ=UTC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$(pwd)
[ -e simple.osdmap ] || timeout 20 osdmaptool --createsimple 6 simple.osdmap \
    --with-default-pool --pg-bits 3 --mark-up-in
cp ceph.conf "$work"
timeout 20 crushtool -c ../crushtool/maps/classes.txt -o "$work/classes.crush"
cd "$work"
grep -v -e '^#' -e '^$' "$here/cases.txt" | while read -r line; do
    rm -rf OUT stdout && mkdir OUT
    cp "$here/simple.osdmap" simple.map
    cp "$here/../osdmap/cluster.osdmap" cluster.map
    code=0
    # shellcheck disable=SC2086
    timeout 20 osdmaptool $line >stdout 2>/dev/null </dev/null || code=$?
    [ "$code" -eq 134 ] || [ "$code" -eq 139 ] && continue
    printf '$ %s\n' "$line"
    sed -e 's/^/  /' -e '$a\' stdout
    printf '[%s]\n' "$code"
done >"$here/expected.txt"
