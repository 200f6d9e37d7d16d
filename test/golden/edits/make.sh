#!/usr/bin/env bash
# Makes results.txt and *.crush from commands.txt: what a cluster of Ceph 16.2.15 makes of each
# `ceph osd crush COMMAND`, one after the other.
#
#   CEPH_CONF=/path/of/a/throw-away/cluster/ceph.conf ./make.sh
#
# The cluster is a fresh one of 6 OSDs of class hdd in host0, host1 and host2 below root default.
# 000.crush is the map at the start. Line n of results.txt has the exit code of command n; where
# the command changed the map, n.crush (three digits) is the map after it.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.crush results.txt
until ceph osd pool ls | grep -q device_health_metrics; do sleep 1; done
ceph osd pool create data 8 8 >/dev/null
ceph osd pool set data size 3 >/dev/null
ceph osd erasure-code-profile set ec k=4 m=2 crush-failure-domain=osd crush-device-class=hdd
ceph osd getcrushmap -o 000.crush 2>/dev/null
cp 000.crush last
number=0
while read -r -a words; do
  number=$((number + 1))
  code=0
  ceph osd crush "${words[@]}" </dev/null >/dev/null 2>>log || code=$?
  echo "$code" >>results.txt
  ceph osd getcrushmap -o now 2>/dev/null
  cmp -s now last || cp now "$(printf %03d "$number").crush"
  mv now last
done <commands.txt
rm -f last log
