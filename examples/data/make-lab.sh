#!/usr/bin/env bash
# Makes lab.crush.bin from a running cluster of 12 OSDs: three racks of two hosts of two OSDs, made
# with `ceph osd crush add` and all of weight 1. CEPH_CONF says where the cluster is.
set -euo pipefail
cd "$(dirname "$0")"
for osd in 0 2 4 6 8 10; do
  ceph osd crush reweight "osd.$osd" 3.638
done
for osd in 1 3 5 7 9 11; do
  ceph osd crush rm-device-class "osd.$osd"
  ceph osd crush set-device-class ssd "osd.$osd"
  ceph osd crush reweight "osd.$osd" 1.746
done
ceph osd crush rule create-replicated fast default host ssd
ceph osd crush rule create-replicated big default rack hdd
ceph osd erasure-code-profile set lab k=4 m=2 crush-failure-domain=host crush-device-class=hdd
ceph osd crush rule create-erasure archive lab
ceph osd crush weight-set create-compat
ceph osd crush weight-set reweight-compat osd.0 3.400
ceph osd getcrushmap -o lab.crush.bin
