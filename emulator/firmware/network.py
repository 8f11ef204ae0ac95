# A station that is always connected: the virtual board uses the network of its computer.
import _host

STA_IF = 0
AP_IF = 1
STAT_IDLE = 0
STAT_CONNECTING = 1
STAT_WRONG_PASSWORD = 2
STAT_NO_AP_FOUND = 3
STAT_CONNECT_FAIL = 4
STAT_GOT_IP = 5
_active = [True, False]


def hostname(*_):
    return _host.board_name()


class WLAN:
    IF_STA = 0
    IF_AP = 1

    def __init__(self, i=0):
        self._i = i

    def active(self, *on):
        if not on:
            return _active[self._i]
        _active[self._i] = bool(on[0])

    def connect(self, *_):
        pass

    def disconnect(self):
        pass

    def isconnected(self):
        return self._i == 0 and _active[0]

    def status(self, *what):
        if what:
            return -50
        return STAT_GOT_IP if self.isconnected() else STAT_IDLE

    def ifconfig(self, *_):
        return ('127.0.0.1', '255.0.0.0', '127.0.0.1', '127.0.0.1')

    def config(self, *what, **_):
        if what == ('mac',):
            return b'\x5c\xcf\x7f' + bytes([_host.chip_byte(i) for i in range(3)])
