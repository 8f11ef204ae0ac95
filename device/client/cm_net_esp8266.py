# Wi-Fi, the socket's callback and the chip, for cm_dial and cm_info.
import machine
import network
import socket
import cm_core
from micropython import const

_CALLBACK = const(20)
_CONNECTING = const(1)
_NO_ADDRESS = const(6)


# The firmware keeps the connection and its credentials by itself; it is only helped when it is not at it.
def connect(a):
    w = network.WLAN(0)
    if w.isconnected():
        return True
    if a and w.status() != _CONNECTING:
        w.active(True)
        w.connect(a[0], a[1])
    return False


# As WLAN.status(), and 6 for what it does not tell apart: in the network, but without an address. And the address.
def stat():
    w = network.WLAN(0)
    n = w.status()
    return _NO_ADDRESS if n == _CONNECTING and cm_core.port.rssi() < 0 else n, w.ifconfig()[0]


def register(s):
    s.setsockopt(socket.SOL_SOCKET, _CALLBACK, cm_core.pump)


# Of the chip, and the cause of this start.
def id():
    return machine.unique_id(), machine.reset_cause()
