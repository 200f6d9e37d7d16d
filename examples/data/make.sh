#!/usr/bin/env bash
# Makes hybrid.crush.txt and large.crush.txt. Needs crushtool (Debian: ceph-base), which compiles
# what awk writes and prints it in its own form, shadow ids included.
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Through the compiler and back.
canonical() {
  crushtool -c "$scratch/map.txt" -o "$scratch/map.bin"
  crushtool -d "$scratch/map.bin" -o "$1"
}

tunables() {
  printf 'tunable %s\n' 'choose_local_tries 0' 'choose_local_fallback_tries 0' \
    'choose_total_tries 50' 'chooseleaf_descend_once 1' 'chooseleaf_vary_r 1' \
    'chooseleaf_stable 1' 'straw_calc_version 1' 'allowed_bucket_algs 54'
}

# 4 racks of 3 hosts, each with 2 SSDs of 0.873 TiB and 4 HDDs: 7.277 TiB, in the last rack 14.552.
{
  tunables
  awk 'BEGIN {
    for (osd = 0; osd < 72; osd++) print "device", osd, "osd." osd, "class", osd % 6 < 2 ? "ssd" : "hdd"
    print "type 0 osd\ntype 1 host\ntype 3 rack\ntype 11 root"
    for (host = 0; host < 12; host++) {
      printf "host host%d {\nid %d\nalg straw2\nhash 0\n", host, -2 - host
      for (i = 0; i < 6; i++)
        printf "item osd.%d weight %s\n", host * 6 + i, i < 2 ? "0.873" : host < 9 ? "7.277" : "14.552"
      print "}"
    }
    for (rack = 0; rack < 4; rack++) {
      printf "rack rack%d {\nid %d\nalg straw2\nhash 0\n", rack, -14 - rack
      for (i = 0; i < 3; i++) printf "item host%d\n", rack * 3 + i
      print "}"
    }
    print "root default {\nid -1\nalg straw2\nhash 0\nitem rack0\nitem rack1\nitem rack2\nitem rack3\n}"
  }'
  cat <<'RULES'
rule replicated_hdd {
	id 0
	type replicated
	min_size 1
	max_size 10
	step take default class hdd
	step chooseleaf firstn 0 type rack
	step emit
}
# The first copy, which serves reads, on an SSD; the others on HDDs.
rule ssd_primary {
	id 1
	type replicated
	min_size 1
	max_size 10
	step take default class ssd
	step chooseleaf firstn 1 type host
	step emit
	step take default class hdd
	step chooseleaf firstn -1 type host
	step emit
}
rule erasure_4_2 {
	id 2
	type erasure
	min_size 3
	max_size 6
	step set_chooseleaf_tries 5
	step set_choose_tries 100
	step take default class hdd
	step choose indep 3 type rack
	step chooseleaf indep 2 type host
	step emit
}
RULES
} >"$scratch/map.txt"
canonical hybrid.crush.txt

# 1,000 OSDs: 5 racks of 20 hosts of 10, sizes mixed from host to host.
{
  tunables
  awk 'BEGIN {
    for (osd = 0; osd < 1000; osd++) print "device", osd, "osd." osd, "class hdd"
    print "type 0 osd\ntype 1 host\ntype 3 rack\ntype 11 root"
    split("3.638 7.277 14.552", size)
    for (host = 0; host < 100; host++) {
      printf "host host%02d {\nid %d\nalg straw2\nhash 0\n", host, -2 - host
      for (i = 0; i < 10; i++) printf "item osd.%d weight %s\n", host * 10 + i, size[1 + host * 7 % 3]
      print "}"
    }
    for (rack = 0; rack < 5; rack++) {
      printf "rack rack%d {\nid %d\nalg straw2\nhash 0\n", rack, -102 - rack
      for (i = 0; i < 20; i++) printf "item host%02d\n", rack * 20 + i
      print "}"
    }
    print "root default {\nid -1\nalg straw2\nhash 0"
    for (rack = 0; rack < 5; rack++) print "item rack" rack
    print "}"
  }'
  cat <<'RULES'
rule replicated {
	id 0
	type replicated
	min_size 1
	max_size 10
	step take default
	step chooseleaf firstn 0 type host
	step emit
}
rule erasure_8_3 {
	id 1
	type erasure
	min_size 3
	max_size 20
	step set_chooseleaf_tries 5
	step set_choose_tries 100
	step take default
	step chooseleaf indep 0 type host
	step emit
}
RULES
} >"$scratch/map.txt"
canonical large.crush.txt
