#!/bin/sh
# Writes the files of this folder anew, with osdmaptool and ceph 16.2.15 (Debian's ceph-base and
# ceph-common).
#
# simple.osdmap is made by osdmaptool alone. The others come from a throw-away cluster that must be
# running and new: 8 OSDs, 2 on each of host0 to host3, 2 hosts in each of rack0 and rack1, under the
# root default; CEPH_CONF tells where it is.
set -eu
cd "$(dirname "$0")"

osdmaptool simple.osdmap --createsimple 6 --with-default-pool --pg-bits 3 --clobber

ceph osd set-require-min-compat-client luminous
ceph osd set norebalance
ceph osd set nobackfill
ceph osd set norecover
ceph osd crush rm-device-class osd.0 osd.2 osd.4 osd.6
ceph osd crush set-device-class ssd osd.0 osd.2 osd.4 osd.6
ceph osd erasure-code-profile set k2m1 k=2 m=1 crush-failure-domain=host
ceph osd crush rule create-replicated flash default host ssd
ceph osd pool create rbd 48 40
ceph osd pool create archive 16 16 erasure k2m1
ceph osd pool create hot 8 8 replicated flash --size 2
ceph osd pool create cache 4 4
for pool in rbd archive hot cache; do ceph osd pool set $pool pg_autoscale_mode off; done
ceph osd pool application enable rbd rbd
ceph osd pool set rbd pg_num_min 16
ceph osd pool set rbd target_size_ratio 0.25
ceph osd pool set rbd compression_mode aggressive
ceph osd pool set-quota hot max_bytes 1000000000
ceph osd pool mksnap hot first
ceph osd tier add archive cache
ceph osd tier cache-mode cache writeback
ceph osd tier set-overlay archive cache
ceph osd pool set cache hit_set_type bloom
sleep 8
for number in $(seq 40); do
  head -c $((number * 1000)) /dev/zero >object
  rados -p rbd put "object.$number" object
  rados -p hot -N space put "object.$number" object
done
rm object
ceph osd primary-affinity osd.3 0.5
ceph osd primary-affinity osd.1 0
ceph osd reweight 4 0.7
ceph osd set-group noout host1
ceph osd set-group noup osd.7
ceph osd blocklist add 10.0.0.1:0/123 3600
ceph osd pg-upmap-items 2.5 0 1 2 3
ceph osd pg-upmap-items 2.6 4 5 6 7
ceph osd pg-upmap 4.1 6 0
ceph osd set noup
ceph osd down osd.5
ceph osd out osd.6
sleep 8

ceph osd getmap -o cluster.osdmap
ceph osd dump -f json >osd-dump.json
ceph osd crush dump -f json >osd-crush-dump.json
ceph osd getcrushmap -o crush.bin
ceph osd df tree -f json >osd-df-tree.json
ceph df detail -f json >df-detail.json
ceph pg dump -f json 2>/dev/null | gzip -9n >pg-dump.json.gz
# The report also tells of the machine; what is not the cluster's is left out.
ceph report -f json 2>/dev/null |
  python3 -c 'import json, sys
report = json.load(sys.stdin)
json.dump({key: report[key] for key in ("version", "osdmap", "crushmap")}, sys.stdout)' |
  gzip -9n >report.json.gz
for map in simple cluster; do
  osdmaptool $map.osdmap --test-map-pgs-dump-all 2>/dev/null | grep ' raw (' >$map.mappings.txt
done
# What people keep instead: the same map as text, and its tree.
osdmaptool cluster.osdmap --dump plain 2>/dev/null >osd-dump.txt
osdmaptool cluster.osdmap --tree=plain 2>/dev/null >osd-tree.txt
osdmaptool cluster.osdmap --tree=json-pretty 2>/dev/null >osd-tree.json
# Pool, object and namespace, and where the cluster itself finds them.
for name in object.1 default.4439.1_operate.py a; do
  ceph osd map rbd $name -f json
  ceph osd map hot $name space -f json
done >objects.txt
