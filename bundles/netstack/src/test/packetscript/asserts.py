"""Runs the code blocks of a packet script as packetdrill wrote them down, given as a file.

Members of tcp_info that the engine has no number for equal everything; those that were compared all the same are printed.
"""

import os
import re
import sys

known = set(os.environ["SLUICE_PACKET_SCRIPT_KNOWN"].split(","))
compared = set()


class Unknown(int):
    """A number nobody knows."""

    def __new__(cls, name):
        self = super().__new__(cls, 0)
        self.name = name
        return self

    def _agree(self, other):
        compared.add(self.name)
        return True

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _agree
    __hash__ = int.__hash__


def substitute(line):
    assignment = re.match(r"(tcpi_\w+|tcpv_\w+|bbr_\w+|sk_\w+|SK_\w+|dctcp_\w+) = \d+$", line)
    if assignment and assignment.group(1) not in known:
        return "%s = Unknown('%s')" % (assignment.group(1), assignment.group(1))
    return line


with open(sys.argv[1]) as code:
    text = "\n".join(substitute(line.rstrip("\n")) for line in code)
exec(compile(text, "code of the script", "exec"), {"Unknown": Unknown})
if compared:
    print("not compared: " + ", ".join(sorted(compared)))
