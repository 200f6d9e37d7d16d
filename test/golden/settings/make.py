#!/usr/bin/python3
"""Records what a real cluster makes of cases.txt: start.osdmap and results.json beside it.

CEPH_CONF names a throw-away cluster of one monitor `a`, one manager and 6 OSDs, two to a host and
two hosts to a rack, without pools. Everything that a case changes is undone after it.
"""

import errno
import json
import os
import shlex
import sys
import time
from pathlib import Path

import rados
from ceph_argparse import json_command, parse_json_funcsigs, validate_command

HERE = Path(__file__).parent
POOL_FIELDS = (
    "type size min_size crush_rule pg_num_target pg_placement_num_target pg_autoscale_mode "
    "erasure_code_profile stripe_width fast_read expected_num_objects options "
    "cache_target_dirty_ratio_micro cache_target_dirty_high_ratio_micro "
    "cache_target_full_ratio_micro cache_min_flush_age cache_min_evict_age"
).split()
CREATING = 1 << 15
# The manager is to change nothing by itself.
MANAGER = (
    ("mgr/pg_autoscaler/sleep_interval", "100000"),
    ("mgr/devicehealth/enable_monitoring", "false"),
)


class Cluster:
    """Answers commands."""

    def __init__(self, handle):
        self.handle = handle
        described = self.send(("mon", ""), {"prefix": "get_command_descriptions"})[1]
        self.signatures = parse_json_funcsigs(described.decode(), "cli")

    def send(self, target, arguments, data=b""):
        """Returns the error number, the output and the message."""
        code, output, message = json_command(
            self.handle, target=target, argdict=arguments, inbuf=data, timeout=60
        )
        return max(-code, 0), output, message

    def run(self, line, data=b""):
        """Runs a command as it is typed."""
        words = shlex.split(line)[1:]
        arguments = validate_command(self.signatures, words)
        if not arguments:
            return errno.EINVAL, b"", "invalid command"
        target = ("mon", "")
        if arguments.get("target", [""])[0] == "mgr":
            target = ("mgr", "")
        return self.send(target, arguments, data)

    def must(self, line, data=b""):
        """Runs a command that has to succeed."""
        code, output, message = self.run(line, data)
        if code:
            raise RuntimeError(f"{line}: {code} {message}")
        return output

    def show(self, line):
        """The JSON that a command answers with."""
        arguments = validate_command(self.signatures, shlex.split(line)[1:])
        return json.loads(self.send(("mon", ""), {**arguments, "format": "json"})[1])

    def config(self, name, value):
        """Makes a setting, over all others; None takes it back."""
        if name.startswith("mon_reweight_"):
            # The manager runs the commands that read these.
            verb = {"prefix": "config rm", "who": "mgr", "name": name}
            if value is not None:
                verb = {"prefix": "config set", "who": "mgr", "name": name, "value": value}
            return self.send(("mon", ""), verb)[0]
        verb = {"prefix": "config unset", "var": name}
        if value is not None:
            verb = {"prefix": "config set", "var": name, "val": [value]}
        return self.send(("mon", "a"), verb)[0]


def facts(cluster, with_pg_num):
    """What the commands of the cases change."""
    dump = cluster.show("ceph osd dump")
    crush = cluster.show("ceph osd crush dump")
    names = {item["id"]: item["name"] for item in crush["buckets"] + crush["devices"]}
    real = [bucket for bucket in crush["buckets"] if "~" not in bucket["name"]]
    ids = {bucket["id"] for bucket in real}
    pools = {}
    for pool in dump["pools"]:
        own = {field: pool[field] for field in POOL_FIELDS}
        own["flags"] = pool["flags"] & ~CREATING
        if with_pg_num:
            own["pg_num"] = pool["pg_num"]
        pools[pool["pool_name"]] = own
    by_id = {str(pool["pool"]): pool["pool_name"] for pool in dump["pools"]}
    sets = {
        by_id.get(pool, "compat"): {
            names[one["bucket_id"]]: one["weight_set"] for one in args if one["bucket_id"] in ids
        }
        for pool, args in crush["choose_args"].items()
    }
    return {
        "pools": pools,
        "max_osd": dump["max_osd"],
        "reweights": {str(osd["osd"]): round(osd["weight"] * 65536) for osd in dump["osds"]},
        "items": {
            bucket["name"]: {names[item["id"]]: item["weight"] for item in bucket["items"]}
            for bucket in real
        },
        "weight_sets": sets,
    }


def undo(cluster, crush, profiles, settings):
    """Brings the cluster back to where all cases start."""
    for name in settings:
        cluster.config(name, None)
    cluster.config("mon_allow_pool_delete", "true")
    dump = cluster.show("ceph osd dump")
    for pool in dump["pools"]:
        for flag in ("nodelete", "nopgchange", "nosizechange"):
            cluster.run(f"ceph osd pool set {pool['pool_name']} {flag} false")
        name = pool["pool_name"]
        cluster.must(f"ceph osd pool rm {name} {name} --yes-i-really-really-mean-it")
    for osd in dump["osds"]:
        if osd["osd"] > 5:
            cluster.must(f"ceph osd purge {osd['osd']} --force")
        else:
            cluster.must(f"ceph osd reweight {osd['osd']} 1")
    cluster.must("ceph osd setmaxosd 6")
    cluster.must("ceph osd setcrushmap", crush)
    for profile in cluster.show("ceph osd erasure-code-profile ls"):
        if profile not in profiles:
            cluster.must(f"ceph osd erasure-code-profile rm {profile}")
    cluster.config("mon_allow_pool_delete", None)


def cases():
    """The settings and the commands of each case."""
    text = (HERE / "cases.txt").read_text()
    for paragraph in text.split("\n\n"):
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        if lines:
            commands = [line for line in lines if line.startswith("ceph ")]
            yield dict(line.split("=", 1) for line in lines if line not in commands), commands


def record(cluster):
    """Runs all cases."""
    crush = cluster.must("ceph osd getcrushmap")
    profiles = cluster.show("ceph osd erasure-code-profile ls")
    for name, value in MANAGER:
        verb = {"prefix": "config set", "who": "mgr", "name": name, "value": value}
        cluster.send(("mon", ""), verb)
    time.sleep(5)
    undo(cluster, crush, profiles, {})
    (HERE / "start.osdmap").write_bytes(cluster.must("ceph osd getmap"))
    results = []
    for settings, commands in cases():
        pool_max = cluster.show("ceph osd dump")["pool_max"]
        unknown = [name for name, value in settings.items() if cluster.config(name, value)]
        errnos = []
        for line in commands:
            if "reweight-by" in line:
                # The manager has to hear of the settings and of the PGs.
                time.sleep(6)
            code, _, message = cluster.run(line)
            errnos.append(code)
            print(code, line, message.splitlines()[:1], file=sys.stderr)
        after = facts(cluster, "mon_osd_max_initial_pgs" in settings)
        results.append(
            {
                "settings": settings,
                "unknown": unknown,
                "commands": commands,
                "pool_max": pool_max,
                "errnos": errnos,
                "after": after,
            }
        )
        undo(cluster, crush, profiles, settings)
    lines = ",\n".join(json.dumps(result, sort_keys=True) for result in results)
    (HERE / "results.json").write_text(f"[\n{lines}\n]\n")


def main():
    """Records."""
    with rados.Rados(conffile=os.environ["CEPH_CONF"], name="client.admin") as handle:
        record(Cluster(handle))


main()
