# modlwip of the ESP8266, TCP client side: the main thread does the work.
import io, time
from uctypes import addressof
import _host
from _events import sockets as _sockets

AF_INET = 2
AF_INET6 = 10
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3
SOL_SOCKET = 1
SO_REUSEADDR = 4
IPPROTO_IP = 0
IPPROTO_TCP = 6
TCP_NODELAY = 1

_state = _host.socket_state
_available = _host.socket_available
_room = _host.socket_room
_receive = _host.socket_receive
_send = _host.socket_send
_wait = _host.wait


def getaddrinfo(host, port, *_):
    return [(AF_INET, SOCK_STREAM, 0, '', (host, int(port)))]


class socket(io.IOBase):
    def __init__(self, *_):
        i = _host.socket_open()
        if i < 0:
            raise OSError(-i)
        self._i = i
        self._ms = -1
        self._callback = None
        self._error = 0

    # Waits until `ready(i)` is true; a non-blocking socket raises `again` instead, a slow one ETIMEDOUT.
    def _until(self, ready, again):
        i = self._i
        if ready(i):
            return
        if self._ms == 0:
            raise OSError(again)
        end = time.ticks_add(time.ticks_ms(), self._ms)
        while not ready(i):
            if self._ms < 0:
                _wait(-1)
            else:
                left = time.ticks_diff(end, time.ticks_ms())
                if left <= 0:
                    raise OSError(110)
                _wait(left)

    def settimeout(self, s):
        self._ms = -1 if s is None else int(s * 1000)

    def setblocking(self, on):
        self._ms = -1 if on else 0

    def setsockopt(self, level, option, value):
        if option == 20:
            self._callback = value
            _sockets[self._i] = self if value else None
            _host.socket_callback(self._i, 1 if value else 0)

    def connect(self, address):
        _host.socket_connect(self._i, address[0], address[1])
        self._until(lambda i: _state(i) != 4, 115)
        r = _state(self._i)
        if r < 0:
            raise OSError(-r)

    def send(self, data):
        n = len(data)
        if not n:
            return 0
        self._until(lambda i: _room(i) or _state(i) < 0, 11)
        r = _send(self._i, addressof(data), n)
        if r < 0:
            raise OSError(-r)
        return r

    def write(self, data):
        m = memoryview(data)
        n = 0
        while n < len(m):
            try:
                n += self.send(m[n:])
            except OSError as e:
                if e.errno != 11:
                    raise
                return n or None
        return n

    sendall = write

    def readinto(self, data, n=-1):
        if n < 0 or n > len(data):
            n = len(data)
        r = _receive(self._i, addressof(data), n)
        if r == -11:
            if self._ms == 0:
                return None
            self._until(_available, 11)
            r = _receive(self._i, addressof(data), n)
        if r < 0:
            raise OSError(-r)
        return r

    def recv(self, n):
        b = bytearray(n)
        r = self.readinto(b)
        if r is None:
            raise OSError(11)
        return bytes(memoryview(b)[:r])

    def read(self, n=-1):
        data = b''
        while n < 0 or len(data) < n:
            b = bytearray(256 if n < 0 else n - len(data))
            r = self.readinto(b)
            if not r:
                return data or (b'' if r == 0 else None)
            data += memoryview(b)[:r]
        return data

    def readline(self):
        line = b''
        b = bytearray(1)
        while line[-1:] != b'\n' and self.readinto(b):
            line += b
        return line

    def makefile(self, *_):
        return self

    def close(self):
        i = self._i
        if i >= 0:
            _sockets[i] = None
            self._i = -1
            _host.socket_close(i)

    def ioctl(self, request, argument):
        if request == 4:
            self.close()
        if request != 3:
            return 0
        i = self._i
        state = _state(i)
        available = _available(i)
        flags = (1 if available else 0) | (16 if available < 0 else 0) | (24 if state < 0 else 0)
        if state == 2 and _room(i):
            flags |= 4
        return flags & (argument | 24)
