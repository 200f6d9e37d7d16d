#!/bin/sh
# Writes the maps and expected.txt anew: what osdmaptool of Reef (18.2.7) prints to standard output
# for each line of cases.txt, its exit code in brackets. $1 is the root folder of a system that has
# it (debootstrap makes one), which chroot runs. Maps are made by osdmaptool 16.2.15 from crush.txt
# once and kept, for their times: one for each rule, a pool of 192 PGs; upmapped.osdmap is
# racks.osdmap after --upmap.
set -eu
root=$1
cd "$(dirname "$0")"
here=$(pwd)
work=$(mktemp -d "$root/tmp/upmap.XXXXXX")
trap 'rm -rf "$work"' EXIT
inside=${work#"$root"}
make_map() {
    [ -e "$1.osdmap" ] && return
    osdmaptool --createsimple 24 "$1.osdmap" --with-default-pool --pg-bits 3 --pgp-bits 3 \
        --osd-pool-default-size "$2"
    {
        cat crush.txt
        printf 'rule r {\n id 0\n type replicated\n min_size 1\n max_size 10\n %s\n step emit\n}\n' "$3"
    } >"$work/text"
    crushtool -c "$work/text" -o "$work/crush"
    osdmaptool "$1.osdmap" --import-crush "$work/crush"
}
make_map racks 3 'step take default step chooseleaf firstn 0 type rack'
make_map hosts 3 'step take default class hdd step chooseleaf firstn 0 type host'
make_map two 4 'step take default step choose firstn 2 type rack step chooseleaf firstn 2 type host'
make_map flat 3 'step take default step choose firstn 0 type osd'
[ -e upmapped.osdmap ] || {
    cp racks.osdmap upmapped.osdmap
    osdmaptool upmapped.osdmap --mark-up-in --upmap - --upmap-max 40 --upmap-deviation 1 --save
}
grep -v -e '^#' -e '^$' cases.txt | while read -r line; do
    rm -f "$work"/*.osdmap
    cp ./*.osdmap "$work"
    code=0
    # shellcheck disable=SC2086
    chroot "$root" sh -c "cd $inside && osdmaptool $line" >"$work/stdout" 2>/dev/null </dev/null ||
        code=$?
    printf '$ %s\n' "$line"
    sed -e 's/^/  /' "$work/stdout"
    printf '[%s]\n' "$code"
done >"$here/expected.txt"
