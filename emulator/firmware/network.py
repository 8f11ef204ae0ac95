# Station and access point as board/wifi.ts knows them; the network itself is the one of this computer.
import _host

STA_IF = 0
AP_IF = 1
STAT_IDLE = 0
STAT_CONNECTING = 1
STAT_WRONG_PASSWORD = 2
STAT_NO_AP_FOUND = 3
STAT_CONNECT_FAIL = 4
STAT_GOT_IP = 5


def hostname(*_):
    return _host.board_name()


class WLAN:
    IF_STA = 0
    IF_AP = 1

    def __init__(self, i=0):
        self._i = i

    def active(self, *on):
        if not on:
            return _host.wifi_is_active(self._i) != 0
        _host.wifi_set_active(self._i, 1 if on[0] else 0)

    def connect(self, ssid=None, key=None, **_):
        if ssid is not None:
            _host.wifi_connect(ssid, key or '')

    def disconnect(self):
        _host.wifi_disconnect()

    def isconnected(self):
        return self._i == 0 and _host.wifi_status() == STAT_GOT_IP

    def status(self, *what):
        if what:
            return _host.wifi_rssi()
        return _host.wifi_status() if self._i == 0 else STAT_IDLE

    def scan(self):
        return [(s.encode(), b'\x02\0\0\0\0\1', 6, r, a, False) for s, r, a in __import__('json').loads(_host.wifi_scan())]

    def ifconfig(self, *_):
        a = '127.0.0.1' if self.isconnected() else '0.0.0.0'
        return (a, '255.0.0.0', a, a)

    def config(self, *what, **_):
        if what == ('mac',):
            return b'\x5c\xcf\x7f' + bytes([_host.chip_byte(2 - i) for i in range(3)])
        if what == ('ssid',) or what == ('essid',):
            return _host.wifi_ssid()
