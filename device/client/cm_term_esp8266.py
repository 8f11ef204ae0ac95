# The terminal of a program on a board. Scheduled callbacks run one at a time and Ctrl-C does not get in, so a program is not run
# in one: the REPL is given a line to run it at main level, where callbacks and Ctrl-C do get in. WebREPL does the same.
import io
import os
import micropython
import cm_core

_LINE = b"__import__('cm_play').run()\r"
_feed = b''
# print is heard through dupterm, like all else that writes.
out = None


class _Term(io.IOBase):
    def readinto(self, b):
        global _feed
        if not _feed:
            return None
        b[0] = _feed[0]
        _feed = _feed[1:]
        return 1

    def write(self, b):
        if cm_core.run:
            cm_core.run.write(b)
        return len(b)


_term = _Term()


def _notify(b):
    global _feed
    _feed = b
    os.dupterm_notify(None)
    _feed = b''


# Has the core pumped soon.
def ring():
    try:
        micropython.schedule(cm_core.pump, None)
    except RuntimeError:
        pass


# A program waits to be run (True), or has ended (False).
def wake(n):
    os.dupterm(_term if n else None, 0)
    if n and not cm_core.app:
        _notify(_LINE)


def interrupt():
    _notify(b'\x03')
