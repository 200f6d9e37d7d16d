#!/usr/bin/env bash
# Records what a real cluster (Ceph 16.2.15) prints of OSDs whose store tells data, omap and metadata
# apart, and of weight sets: osdmap.bin, osd-df-tree.{json,txt}, osd-tree.json, pg-dump.json.gz.
#
#   CEPH_CONF=… make.sh OUTPUT_DIRECTORY
#
# CEPH_CONF names the configuration of a running, throw-away cluster of 4 OSDs of 1 GiB on bluestore
# (osd_objectstore = bluestore), two a host. The OSD that it adds hangs in no bucket.
set -euo pipefail
out=$1
ask() { timeout 30 ceph "$@" 2>/dev/null; }

ask osd pool create rbd 16 16 replicated --autoscale-mode=off
ask osd pool create index 8 8 replicated --autoscale-mode=off
for pool in rbd index; do
  ask osd pool set "$pool" size 2
  ask osd pool application enable "$pool" rados
done
timeout 60 rados -p rbd bench 3 write -b 262144 --max-objects 100 --no-cleanup >/dev/null
for object in a b c d; do
  timeout 20 rados -p index create "$object"
  for key in $(seq 40); do
    head -c 8192 /dev/urandom | timeout 20 rados -p index setomapval "$object" "key$key" >/dev/null
  done
done
ask osd set-require-min-compat-client luminous
ask osd crush weight-set create-compat
ask osd crush weight-set reweight-compat osd.1 0.75
ask osd crush weight-set create index positional
ask osd crush weight-set reweight index osd.2 0.5 0.25
ask osd new "$(cat /proc/sys/kernel/random/uuid)" >/dev/null
ask osd reweight 3 0.8

epoch() { ask osd stat -f json | python3 -c 'import json,sys; print(json.load(sys.stdin)["epoch"])'; }
sizes() { ask osd df tree -f json; }
# All of them have to be of one epoch, and the sizes have to stand still.
until
  sleep 12
  before="$(epoch) $(sizes)"
  ask osd getmap -o "$out/osdmap.bin"
  ask pg dump -f json | gzip -9n >"$out/pg-dump.json.gz"
  ask osd df tree -f json-pretty >"$out/osd-df-tree.json"
  ask osd df tree >"$out/osd-df-tree.txt"
  ask osd tree -f json-pretty >"$out/osd-tree.json"
  [ "$before" = "$(epoch) $(sizes)" ]
do :; done
