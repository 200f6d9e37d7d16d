#!/usr/bin/python3
"""A shell for the tests: answers lines such as `ceph osd out 3` as Ceph's own command does.

It connects once, where the command starts Python and connects anew for every line, and it uses the
same library for the arguments. For each line of standard input it prints one line of JSON:
errno (0, or the number of the error), message, and bytes, which says how many bytes of output
follow that line. Two more lines are `getmap [EPOCH]`, and `write POOL COUNT BYTES`, which stores
that many objects of so many bytes.
CEPH_CONF names the cluster.
"""

import errno
import json
import os
import shlex
import sys

import rados
from ceph_argparse import json_command, parse_json_funcsigs, validate_command

MONITOR = ("mon", "")
TIMEOUT_SECONDS = 60


class Monitor:
    """Answers commands."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.signatures = {}

    def describe(self):
        """Asks which commands there are; more once a manager runs."""
        _, described, _ = json_command(
            self.cluster, target=MONITOR, prefix="get_command_descriptions"
        )
        self.signatures = parse_json_funcsigs(described.decode(), "cli")

    def ask(self, words):
        """Runs the words of a command; returns an error number, the output and the message."""
        as_json = words[-2:] == ["-f", "json"]
        words = words[:-2] if as_json else words
        arguments = validate_command(self.signatures, words)
        if not arguments:
            self.describe()
            arguments = validate_command(self.signatures, words)
        if not arguments:
            return errno.EINVAL, b"", "invalid command"
        if as_json:
            arguments["format"] = "json"
        return self.send(arguments)

    def getmap(self, epoch=None):
        """The OSDMap of an epoch, without a search for the words that ask for it."""
        at = {} if epoch is None else {"epoch": int(epoch)}
        return self.send({"prefix": "osd getmap", **at})

    def send(self, arguments):
        """Runs a command whose arguments have been found."""
        code, output, message = json_command(
            self.cluster, target=MONITOR, argdict=arguments, timeout=TIMEOUT_SECONDS
        )
        # Some answers carry a positive number, which Ceph's own command takes for a success, too.
        return max(-code, 0), output, message


def write(cluster, pool, count, size):
    """Writes objects, and returns once all are stored on every OSD that shall hold them.

    OSDs cut their logs at writes, up to what was complete before: so few are written at once.
    """
    with cluster.open_ioctx(pool) as objects:
        waiting = []
        for number in range(int(count)):
            data = bytes([number % 256]) * int(size)
            waiting.append(objects.aio_write_full(f"object-{number}", data))
            if len(waiting) == 4:
                waiting.pop(0).wait_for_complete()
        for completion in waiting:
            completion.wait_for_complete()
    return 0, b"", ""


def main():
    """Answers lines until there are no more."""
    with rados.Rados(conffile=os.environ["CEPH_CONF"], name="client.admin") as cluster:
        monitor = Monitor(cluster)
        for line in sys.stdin:
            program, *words = shlex.split(line)
            if program == "write":
                code, output, message = write(cluster, *words)
            elif program == "getmap":
                code, output, message = monitor.getmap(*words)
            else:
                code, output, message = monitor.ask(words)
            head = {"errno": code, "message": message, "bytes": len(output)}
            sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + output)
            sys.stdout.buffer.flush()


main()
