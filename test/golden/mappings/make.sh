#!/usr/bin/env bash
# Makes vectors.txt with crushtool 16.2.15 (Debian: ceph-base): for maps of the repository, every
# rule and several numbers of replicas, the command and the mappings it prints.
#
# trees.bin is trees.txt as crushtool 20.2.4 compiled it, with memory that is not initialised full of
# 0xa5 (GLIBC_TUNABLES=glibc.malloc.perturb=165 crushtool -c trees.txt -o trees.bin): inner nodes of
# its shadow trees do not weigh what their leaves do. 16.2.15, 18.2.7 and 20.2.4 map it alike.
set -euo pipefail
cd "$(dirname "$0")/../../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

vectors() {
  local map=$1 rules=$2 reweights=$3 input=$1 rule size
  if [[ $map != *.bin ]]; then
    crushtool -c "$map" -o "$scratch/map.bin"
    input=$scratch/map.bin
  fi
  for rule in $rules; do
    for size in 1 3 6; do
      local options="--test --show-mappings --rule $rule --num-rep $size --min-x 0 --max-x 39"
      echo "\$ crushtool -i $map $options $reweights"
      # shellcheck disable=SC2086
      timeout 20 crushtool -i "$input" $options $reweights | grep '^CRUSH'
    done
  done
}

{
  vectors examples/data/lab.crush.bin "0 1 2 3" ""
  vectors examples/data/lab.crush.bin "0 3" "--weight 2 0 --weight 5 0.5"
  vectors examples/data/hybrid.crush.txt "0 1 2" "--weight 7 0 --weight 20 0.25"
  vectors examples/data/large.crush.txt "0 1" "--weight 500 0"
  vectors test/golden/crushmap/algorithms.txt "0" "--weight 1 0.3"
  vectors test/golden/crushmap/legacy.txt "0" "--weight 0 0.7"
  vectors test/golden/crushmap/choose-args.txt "0" ""
  vectors test/golden/mappings/trees.bin "0 1 2 3 4" ""
} >test/golden/mappings/vectors.txt
