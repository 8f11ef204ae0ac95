# The machine module of the ESP8266, without its peripherals: pins remember, timers are virtual ones.
import _host
from _events import timers as _timers

PWRON_RESET = 0
WDT_RESET = 1
SOFT_RESET = 4
DEEPSLEEP_RESET = 5
HARD_RESET = 6


def reset():
    _host.reset(HARD_RESET)


def soft_reset():
    raise SystemExit


def reset_cause():
    return _host.reset_cause()


def unique_id():
    return bytes([_host.chip_byte(i) for i in range(4)])


def freq(*_):
    return 80000000


def idle():
    _host.wait(1)


class Pin:
    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1

    def __init__(self, n, mode=-1, pull=-1, value=0):
        self._value = value

    def init(self, *_, **k):
        self._value = k.get('value', self._value)

    def value(self, *v):
        if not v:
            return self._value
        self._value = 1 if v[0] else 0

    __call__ = value

    def on(self):
        self._value = 1

    def off(self):
        self._value = 0


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id=-1, **k):
        self._index = -1
        if k:
            self.init(**k)

    def init(self, mode=1, period=-1, callback=None, freq=0):
        self.deinit()
        i = 0
        while i in _timers:
            i += 1
        if i > 30:
            raise OSError(12)
        self._index = i
        self._repeat = mode
        self._callback = callback
        _timers[i] = self
        _host.timer(i, int(1000 / freq) if freq else max(1, period), mode)

    def deinit(self):
        i = self._index
        if _timers.get(i) is self:
            del _timers[i]
            _host.timer(i, 0, 0)
        self._index = -1
