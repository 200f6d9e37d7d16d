#!/bin/sh
# Makes the golden files of this folder from its texts, with Ceph's crushtool (16.2.15).
set -eu
cd "$(dirname "$0")"
for text in *.txt; do
    name=${text%.txt}
    crushtool -c "$text" -o "$name.bin"
    crushtool -d "$name.bin" -o "$name.decompiled"
    crushtool -i "$name.bin" --dump > "$name.dump.json"
done
# The groups of the tail, from the end: choose_args; classes; chooseleaf_stable;
# allowed_bucket_algs; straw_calc_version; chooseleaf_vary_r; chooseleaf_descend_once; tries.
size=$(wc -c < steps.bin)
for cut in 4 16 17 21 22 23 27 39; do
    head -c $((size - cut)) steps.bin > "steps-without-$cut.bin"
    crushtool -d "steps-without-$cut.bin" -o "steps-without-$cut.decompiled"
done
