# How a link begins and ends. From nothing to a session: Wi-Fi, TCP, the WebSocket upgrade, CM1's handshake, in a generator that
# yields while it waits; cm_core minds its deadline. And what happens when a link or an attempt has failed.
import os
import socket
import struct
import sys
import time
from binascii import b2a_base64
from hashlib import sha256
import cm_core
import cm_wire
from cm_core import late
from cm_wire import tx, rv, tv, mac
from micropython import const

# lwIP and Linux; 119 is what some ports name it.
_IN_PROGRESS = (115, 119)
_DIAL_MS = const(15000)
_HANDSHAKE_MS = const(10000)
_DEAD_MS = const(75000)
_RETRY_S = const(120)
# For a hub that does not know our key: an impostor, or one that lost its data. Slow, but for ever.
_DOUBT_S = const(600)
_TCP = const(6)
_NODELAY = const(1)


# 'ws://host:port/path' as (secure, host, port, path).
def _split(a):
    scheme, _, host, path = a.split('/', 3)
    secure = len(scheme) == 4
    host = host.split(':')
    return secure, host[0], int(host[1]) if len(host) > 1 else 443 if secure else 80, path


# Looking a name up blocks on lwIP: there is no other way in MicroPython.
def _connect(a, b, c):
    s = socket.socket()
    cm_wire.sock = s
    where = socket.getaddrinfo(a, b)[0][-1]
    # TLS shakes hands in one blocking call on the boards we know. It hides traffic from onlookers, no more: axTLS cannot
    # verify, so the hub is authenticated by CM1 inside.
    if c:
        s.settimeout(15)
    else:
        s.setblocking(False)
    try:
        s.connect(where)
    except OSError as e:
        if e.args[0] not in _IN_PROGRESS or c:
            raise
    if c:
        import ssl

        cm_wire.sock = ssl.wrap_socket(s)
    # Small records would wait for each other's acknowledgement; older lwIP only prints that it cannot.
    if sys.implementation[1] > (1, 22):
        s.setsockopt(_TCP, _NODELAY, 1)
    s.setblocking(False)
    _net().register(s)


# Status 101 is enough: who does not know the key fails below, whatever Sec-WebSocket-Accept said.
def _upgrade(a, b, c):
    text = 'GET /%s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n'
    text = (text % (c, a, b, str(b2a_base64(os.urandom(16)), 'ascii').strip())).encode()
    text = memoryview(text)
    while text:
        text = text[cm_wire.sock.write(text) or 0 :]
        yield
    # Three bytes are kept from read to read: the empty line may be cut anywhere. Nothing follows it before our M1.
    tail = first = b''
    while tail[-4:] != b'\r\n\r\n':
        n = cm_wire.sock.readinto(rv[:256])
        if n == 0:
            raise OSError(104)
        if n:
            if not first:
                _say(2)
            first = (first + bytes(rv[:n]))[:12]
            tail = (tail + bytes(rv[:n]))[-4:]
        else:
            yield
    if first != b'HTTP/1.1 101':
        raise ValueError


# The boot counter is in flash before it is used and the connection counter moves on: Nb never repeats, even where
# urandom does.
def _nonce(a):
    h = sha256(a)
    for n in (cm_core.boots, cm_core.links):
        h.update(struct.pack('>I', n))
    h.update(os.urandom(32))
    h.update(struct.pack('>I', time.ticks_us() & 0xFFFFFFFF))
    return h.digest()


# RFC 2104 for keys of 16 and 32 bytes: what is hashed before all else.
def _pads(a):
    a += bytes(64 - len(a))
    return [bytes([b ^ pad for b in a]) for pad in (0x36, 0x5C)]


def _shake(a, b, c):
    cm_core.links += 1
    struct.pack_into('>BBBB16sI32s', tx, 8, 1, 1, 1, 0, a, b, _nonce(c))
    cm_wire.frame(64)
    while True:
        end = cm_wire.flush() and cm_wire.recv()
        if end:
            break
        yield
    if end != 76 or rv[4:8] != b'\2\1\1\0' or rv[8:12] != tv[28:32]:
        raise ValueError
    th = sha256(b'CM1\0')
    th.update(tv[8:64])
    th.update(rv[4:44])
    th = th.digest()
    pads = _pads(c)
    # In the same time wherever the first difference is.
    bad = 0
    proof = mac(pads, b'cm1 hub ', th, b'\1')
    for i in range(32):
        bad |= proof[i] ^ rv[44 + i]
    if bad:
        raise KeyError
    tv[8:12] = b'\3\0\0\0'
    tv[12:44] = mac(pads, b'cm1 brd ', th, b'\1')
    out = mac(pads, b'cm1 b2h ', th, b'\1')
    back = mac(pads, b'cm1 h2b ', th, b'\1')
    cm_wire.keys = _pads(out[:16]), out[16:], _pads(back[:16]), back[16:]
    cm_wire.seq[:] = [0, 0, 0]
    cm_wire.frame(44)
    cm_core.epoch = b


def _due(n):
    cm_core.at = time.ticks_add(time.ticks_ms(), n)


def _net():
    return late('cm_net_' + cm_core.port.kind)


# How far it is, for who provisioned the board and still listens at the cable: lib/flasher/board-talk.ts. Until the first
# welcome only (cm_rare): later the console is the user's. One long text of
# which the first number counts the words, because each short one would stay on the heap.
def _say(*a):
    try:
        os.stat('/cm/say')
    except OSError:
        return
    print('@cm wifi,@cm ip,@cm http,@cm shake,@cm lost'.split(',')[a[0]], *a[1:])


def dial():
    _due(_DIAL_MS)
    cm_core.port.pace(True)
    board, keys, hubs, wifi = late('cm_store').load()
    yield
    told = None
    while True:
        # Looked at first: connect() tries again, which makes any failure a 1.
        n = _net().stat()[0]
        if n != told:
            told = n
            _say(0, n)
        if _net().connect(wifi):
            break
        yield
    _say(1, _net().stat()[1])
    secure, host, port, path = _split(hubs[cm_core.fails // len(keys) % len(hubs)])
    epoch, key = keys[cm_core.fails % len(keys)]
    _connect(host, port, secure)
    yield from _upgrade(host, port, path)
    _due(_HANDSHAKE_MS)
    _say(3)
    yield from _shake(board, epoch, key)
    while not cm_wire.flush():
        yield
    cm_core.linked = True
    _due(_DEAD_MS)
    cm_core.port.pace(cm_core.run)
    yield


# The link, or an attempt, has failed. After a session the next attempt comes at a random moment of the hub's window, else with
# full jitter: each failure tries the next key, then the next hub.
def lost(e):
    cm_wire.close()
    _say(4)
    if cm_core.linked:
        span = cm_core.window * 1000
    else:
        span = 1000 * min(_DOUBT_S if isinstance(e, KeyError) else _RETRY_S, 1 << min(cm_core.fails, 10))
        cm_core.fails += 1
    cm_core.linked = False
    _due(struct.unpack('>H', os.urandom(2))[0] * span >> 16)
    cm_core.port.pace(cm_core.run or span < 2000)
