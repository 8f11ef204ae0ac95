# What pumps the core on a board: the socket's data callback (cm_net_esp8266) and this timer, so that the client lives behind
# /app/main.py and the REPL, which stay as they are. All that the client uses of the firmware beyond plain MicroPython:
#   machine.Timer(-1)                     its callback is scheduled
#   socket.setsockopt(SOL_SOCKET, 20, f)  f(socket) is scheduled when data or the peer's FIN is there; may be lost
#   os.dupterm(stream, 0)                 while a program runs: write(bytes) hears what it prints
#   os.dupterm_notify(None)               readinto(bytearray(1)) until None; a 3 raises KeyboardInterrupt at main level,
#                                         the rest is what the REPL reads
#   micropython.schedule; network.WLAN(0): isconnected, status, status('rssi'), active, connect
#   machine.reset, machine.reset_cause, machine.unique_id
from machine import Timer
from network import WLAN
import cm_core
from micropython import const

kind = 'esp8266'
_IDLE_MS = const(1000)
_QUICK_MS = const(50)
_timer = Timer(-1)
_wlan = WLAN(0)


# An idle timer only keeps time; one that has something to wait for is quick, because callbacks get lost.
def pace(n):
    _timer.init(mode=Timer.PERIODIC, period=_QUICK_MS if n else _IDLE_MS, callback=cm_core.pump)


def rssi():
    try:
        return _wlan.status('rssi')
    except (ValueError, TypeError, OSError):
        return 0


pace(True)
