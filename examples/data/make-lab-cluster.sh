#!/usr/bin/env bash
# Makes lab/ from a running cluster of 12 OSDs of 256 MiB: three racks of two hosts of two OSDs, made
# with `ceph osd crush add` and all of weight 1. CEPH_CONF says where the cluster is. Beside the files
# for crushlab it keeps what the cluster itself answers, in test/golden/lab, and its state after
# osd.3 was marked out and after host4's OSDs went down. The folder run/ beside CEPH_CONF holds the
# daemons' pid files.
set -euo pipefail
cd "$(dirname "$0")/lab"
golden=../../../test/golden/lab
ask() { timeout 20 ceph "$@"; }

for osd in 1 3 5 7 9 11; do
  ask osd crush rm-device-class "osd.$osd"
  ask osd crush set-device-class ssd "osd.$osd"
done
for osd in 8 10; do ask osd crush reweight "osd.$osd" 1.5; done
ask osd crush rule create-replicated racks default rack
ask osd crush rule create-replicated fast default host ssd
ask osd erasure-code-profile set lab k=2 m=1 crush-failure-domain=rack
ask osd pool create images 64 64 replicated racks --autoscale-mode=off
ask osd pool create archive 32 32 erasure lab --autoscale-mode=off
ask osd pool create index 16 16 replicated fast --autoscale-mode=off
for pool in images archive index; do ask osd pool application enable "$pool" rados; done
ask osd set-require-min-compat-client luminous
ask osd reweight 6 0.8
ask osd primary-affinity 2 0.5
timeout 60 rados -p images bench 4 write -b 65536 --max-objects 600 --no-cleanup >/dev/null
timeout 60 rados -p archive bench 4 write -b 65536 --max-objects 300 --no-cleanup >/dev/null
timeout 60 rados -p index bench 2 write -b 4096 --max-objects 200 --no-cleanup >/dev/null

# One PG's replica to the other OSD of its host.
read -r pg from < <(ask pg ls-by-pool images -f json |
  python3 -c 'import json,sys; pg=json.load(sys.stdin)["pg_stats"][5]; print(pg["pgid"], pg["up"][1])')
ask osd pg-upmap-items "$pg" "$from" $((from ^ 1))

settle() { sleep 15; }
keep_state() { # folder, prefix
  ask osd getmap -o "$1/$2osdmap.bin"
  ask pg dump -f json 2>/dev/null | gzip -9n >"$1/$2pg-dump.json.gz"
}
epoch() { ask osd stat -f json | python3 -c 'import json,sys; print(json.load(sys.stdin)["epoch"])'; }
keep_files() {
  keep_state . ""
  ask osd dump -f json-pretty >osd-dump.json
  ask osd crush dump -f json-pretty >crush-dump.json
  ask osd df tree -f json-pretty >osd-df-tree.json
  ask df detail -f json-pretty >df-detail.json
}
keep_answers() {
  ask osd tree >"$golden/osd-tree.txt"
  ask osd tree -f json >"$golden/osd-tree.json"
  ask osd df tree >"$golden/osd-df-tree.txt"
  for pool in images archive index; do
    for object in rbd_header.1 'a b' default.4439.1_operate.py; do
      ask osd map "$pool" "$object"
      ask osd map "$pool" "$object" blue
    done
  done >"$golden/osd-map.txt"
  ask osd map archive 'a b' blue -f json >"$golden/osd-map.json"
}
# All of them have to be of one epoch.
until
  settle
  before=$(epoch)
  keep_files
  keep_answers
  [ "$before" = "$(epoch)" ]
do :; done

for flag in norebalance nobackfill norecover noout; do ask osd set "$flag"; done
ask osd out 3
settle
keep_state "$golden" out-3-
ask osd in 3
settle
for osd in 8 9; do kill "$(cat "$(dirname "$CEPH_CONF")/run/osd.$osd.pid")"; done
until ask osd stat -f json | grep -q '"num_up_osds":10,'; do sleep 1; done
settle
keep_state "$golden" host4-down-
ask osd tree >"$golden/host4-down-osd-tree.txt"
ask osd map archive rbd_header.1 >"$golden/host4-down-osd-map.txt"
