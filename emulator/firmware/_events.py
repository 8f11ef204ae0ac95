# What the scheduler runs when the main thread has rung: callbacks of sockets with news, and of timers that are due.
import _host

_SOCKETS = 5
sockets = [None] * _SOCKETS
timers = {}


def pump(_):
    for i in range(_SOCKETS):
        s = sockets[i]
        if s and _host.socket_event(i) and s._callback:
            s._callback(s)
    due = _host.timers_due()
    i = 0
    while due:
        if due & 1 and i in timers:
            t = timers[i]
            if not t._repeat:
                del timers[i]
            t._callback(t)
        due >>= 1
        i += 1
