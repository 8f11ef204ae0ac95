# Wi-Fi, the socket's callback and the chip, for cm_dial and cm_info.
import machine
import network
import socket
import cm_core
from micropython import const

_CALLBACK = const(20)
_CONNECTING = const(1)


# The firmware keeps the connection and its credentials by itself; it is only helped when it is not at it.
def connect(a):
    w = network.WLAN(0)
    if w.isconnected():
        return True
    if a and w.status() != _CONNECTING:
        w.active(True)
        w.connect(a[0], a[1])
    return False


def register(s):
    s.setsockopt(socket.SOL_SOCKET, _CALLBACK, cm_core.pump)


# Of the chip, and the cause of this start.
def id():
    return machine.unique_id(), machine.reset_cause()
