#!/bin/sh
# make.sh DIR...: writes expected-VERSION.txt anew for the Ceph in each of these root folders (as
# root; debootstrap makes one): what its tools print for each line of cases.txt, and of
# later-cases.txt from Squid on; the files written to OUT in hexadecimal; and the exit code in
# brackets. Command lines at which a tool crashes are left out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for root in "$@"; do
    version=$(chroot "$root" osdmaptool -v | cut -d ' ' -f 3)
    work=$(mktemp -d "$root/tmp/golden.XXXXXX")
    inside=${work#"$root"}
    run() { chroot "$root" sh -c 'cd "$0" && TZ=UTC exec timeout 20 "$@"' "$inside" "$@"; }
    cp "$here/msr.txt" "$here/../crushtool/maps/classes.txt" "$work"
    cp "$here/../osdmap/cluster.osdmap" "$work/pacific.map"
    cp "$here/../osdmap/reef/cluster.osdmap" "$work/reef.map"
    cp "$here/../osdmap/tentacle/cluster.osdmap" "$work/tentacle.map"
    run crushtool -c classes.txt -o classes.map 2>/dev/null
    cases="$here/cases.txt"
    if [ "${version%%.*}" -ge 19 ]; then
        cases="$cases $here/later-cases.txt"
        run crushtool -c msr.txt -o msr.map 2>/dev/null
    fi
    # shellcheck disable=SC2086
    cat $cases | grep -v -e '^#' -e '^$' | while read -r line; do
        rm -rf "$work/OUT" && mkdir "$work/OUT"
        code=0
        # shellcheck disable=SC2086
        run $line >"$work/stdout" 2>/dev/null </dev/null || code=$?
        [ "$code" -eq 134 ] || [ "$code" -eq 139 ] && continue
        printf '$ %s\n' "$line"
        sed -e 's/^/  /' -e '$a\' "$work/stdout"
        for file in "$work"/OUT/*; do
            [ -e "$file" ] && od -An -tx1 -v "$file" | sed 's/^/ =/'
        done
        printf '[%s]\n' "$code"
    done >"$here/expected-$version.txt"
    rm -rf "$work"
done
