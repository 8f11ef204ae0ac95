# extmod/select for this firmware's sockets and sys.stdin: it sleeps, where the VM's own would spin.
import sys, time
import _host

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16


def _flags(stream, wanted):
    if stream is sys.stdin:
        return wanted & POLLIN if _host.console_has_input() else 0
    return stream.ioctl(3, wanted)


class poll:
    def __init__(self):
        self._list = []

    def register(self, stream, wanted=5):
        self.unregister(stream)
        self._list.append((stream, wanted))

    modify = register

    def unregister(self, stream):
        self._list = [e for e in self._list if e[0] is not stream]

    def poll(self, ms=-1):
        end = time.ticks_add(time.ticks_ms(), ms)
        while True:
            ready = [(s, f) for s, f in ((s, _flags(s, w)) for s, w in self._list) if f]
            left = -1 if ms < 0 else max(0, time.ticks_diff(end, time.ticks_ms()))
            if ready or left == 0:
                return ready
            _host.wait(left)

    def ipoll(self, ms=-1, flags=0):
        return iter(self.poll(ms))
