#!/bin/sh
# Writes the files of one of the folders reef and tentacle anew, into the present folder, with the
# ceph and osdmaptool of that release (18.2.7, 20.2.4; Debian's ceph-base and ceph-common).
#
# The throw-away cluster must be running and new: 9 OSDs, 3 on each of host0 to host2, under the root
# default; CEPH_CONF tells where it is.
set -eu
release=$(ceph --version | sed 's/ceph version \([0-9]*\).*/\1/')

for flag in norebalance nobackfill norecover; do ceph osd set $flag; done
ceph osd set-require-min-compat-client $([ "$release" -ge 20 ] && echo squid || echo reef)
ceph osd crush rm-device-class osd.0 osd.3 osd.6
ceph osd crush set-device-class ssd osd.0 osd.3 osd.6
profile() { name=$1; shift; ceph osd erasure-code-profile set "$name" "$@"; }
profile isa plugin=isa k=4 m=2 crush-failure-domain=osd
profile jerasure plugin=jerasure k=2 m=1
profile lrc plugin=lrc k=4 m=2 l=3 crush-failure-domain=osd
profile shec plugin=shec k=4 m=3 c=2 crush-failure-domain=osd
profile clay plugin=clay k=4 m=2 d=5 crush-failure-domain=osd
for name in isa jerasure lrc shec clay; do ceph osd pool create $name 16 16 erasure $name; done
ceph osd pool create replicated 32 32
ceph osd pool create bulky 8 --bulk
ceph osd crush rule create-replicated flash default host ssd
ceph osd pool create flash 8 8 replicated flash
if [ "$release" -ge 20 ]; then
  profile msr plugin=isa k=4 m=2 crush-num-failure-domains=3 crush-osds-per-failure-domain=2
  profile large plugin=isa k=8 m=1 crush-failure-domain=osd
  for name in msr large; do ceph osd pool create $name 16 16 erasure $name; done
  for name in isa jerasure msr large; do ceph osd pool set $name allow_ec_optimizations true; done
  ceph osd pool set replicated read_ratio 70
  ceph osd pool stretch set replicated 2 2 host replicated_rule 3 2
fi
for pool in $(ceph osd pool ls); do ceph osd pool set "$pool" pg_autoscale_mode warn; done
ceph osd pool set replicated compression_required_ratio 0.5
ceph osd pool set bulky eio true
ceph osd pool set jerasure pgp_num 8
ceph osd pool application enable replicated rbd
ceph osd primary-affinity osd.1 0.5
ceph osd reweight 4 0.7
ceph osd set-group noout host1
ceph osd blocklist add 10.0.0.1:0/123 36000
ceph osd blocklist range add 10.1.0.0/24 36000
pool_id() { ceph osd pool ls detail -f json |
  python3 -c 'import json, sys
print([p["pool_id"] for p in json.load(sys.stdin) if p["pool_name"] == sys.argv[1]][0])' "$1"; }
id=$(pool_id bulky)
ceph osd pg-upmap-primary "$id.3" "$(ceph pg map "$id.3" -f json |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["up"][1])')"
ceph osd pg-upmap-items "$id.5" 0 1 2 4 6 8
ceph osd pg-temp "$(pool_id flash).1" 1 4 7
ceph osd primary-temp "$id.2" 5
sleep 8
ceph osd set noup
ceph osd down osd.3
sleep 12

# Whatever changes the map meanwhile, all files are to be of one epoch.
epoch() { ceph osd dump -f json | python3 -c 'import json, sys; print(json.load(sys.stdin)["epoch"])'; }
before=none
until [ "$before" = "$(epoch)" ]; do
  before=$(epoch)
  ceph osd getmap -o cluster.osdmap
  ceph osd dump -f json | gzip -9n >osd-dump.json.gz
  ceph osd crush dump -f json >osd-crush-dump.json
  # The report also tells of the machine; what is not the cluster's is left out.
  ceph report -f json 2>/dev/null |
    python3 -c 'import json, sys
report = json.load(sys.stdin)
json.dump({key: report[key] for key in ("version", "osdmap", "crushmap")}, sys.stdout)' |
    gzip -9n >report.json.gz
done
osdmaptool cluster.osdmap --test-map-pgs-dump-all 2>/dev/null | grep ' raw (' >mappings.txt

# Shadows keep the names that their buckets had.
ceph osd crush rename-bucket host1 shelf
ceph osd crush add-bucket host1 host
ceph osd crush dump -f json >renamed-crush-dump.json
ceph osd getcrushmap -o renamed-crush.bin
