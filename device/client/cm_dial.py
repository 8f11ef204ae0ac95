# From nothing to a session: Wi-Fi, TCP, the WebSocket upgrade, CM1's handshake. A generator that yields while it waits and
# True at its end, imported for a connection and dropped after it. Deadlines and retries are cm_core's.
import os
import socket
import struct
import sys
import time
from binascii import b2a_base64
from hashlib import sha256
import cm_core
import cm_crypt
import cm_store
import cm_ws
from cm_crypt import rx, tx, rv, tv, mac
from micropython import const

# lwIP and Linux; 119 is what some ports name it.
_IN_PROGRESS = (115, 119)
_HANDSHAKE_MS = const(10000)
_TCP = const(6)
_NODELAY = const(1)


# 'ws://host:port/path' as (secure, host, port, path).
def _split(url):
    scheme, _, host, path = url.split('/', 3)
    secure = scheme == 'wss:'
    host = host.split(':')
    return secure, host[0], int(host[1]) if len(host) > 1 else 443 if secure else 80, path


# Looking a name up blocks on lwIP: there is no other way in MicroPython.
def _connect(host, port, secure):
    s = socket.socket()
    cm_ws.attach(s)
    where = socket.getaddrinfo(host, port)[0][-1]
    # TLS shakes hands in one blocking call on the boards we know. It hides traffic from onlookers, no more: axTLS cannot
    # verify, so the hub is authenticated by CM1 inside.
    if secure:
        s.settimeout(15)
    else:
        s.setblocking(False)
    try:
        s.connect(where)
    except OSError as e:
        if e.args[0] not in _IN_PROGRESS or secure:
            raise
    if secure:
        import ssl

        cm_ws.sock = ssl.wrap_socket(s)
    # Small records would wait for each other's acknowledgement; older lwIP only prints that it cannot.
    if sys.implementation[1] > (1, 22):
        s.setsockopt(_TCP, _NODELAY, 1)
    s.setblocking(False)
    cm_core.port.watch(s)


# Status 101 is enough: who does not know the key fails below, whatever Sec-WebSocket-Accept said.
def _upgrade(host, port, path):
    text = 'GET /%s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n'
    text = (text % (path, host, port, str(b2a_base64(os.urandom(16)), 'ascii').strip())).encode()
    if len(text) > len(tx) - 8:
        raise ValueError
    tv[8 : 8 + len(text)] = text
    done = cm_ws.raw(8, 8 + len(text))
    while not done:
        yield
        done = cm_ws.flush()
    # Three bytes are kept from read to read: the empty line may be cut anywhere. Nothing follows it before our M1.
    tail = first = b''
    while tail[-4:] != b'\r\n\r\n':
        n = cm_ws.sock.readinto(rv[:256])
        if n == 0:
            raise OSError(104)
        if n:
            first = (first + bytes(rv[:n]))[:12]
            tail = (tail + bytes(rv[:n]))[-4:]
        else:
            yield
    if first != b'HTTP/1.1 101':
        raise ValueError


# The boot counter is in flash before it is used and the connection counter moves on: Nb never repeats, even where
# urandom does.
def _nonce(key):
    h = sha256(key)
    h.update(struct.pack('>II', cm_core.boots, cm_core.links))
    h.update(os.urandom(32))
    h.update(struct.pack('>I', time.ticks_us() & 0xFFFFFFFF))
    return h.digest()


def _shake(board, epoch, key):
    cm_core.links += 1
    struct.pack_into('>BBBB16sI32s', tx, 8, 1, 1, 1, 0, board, epoch, _nonce(key))
    cm_ws.send(56)
    while True:
        end = cm_ws.flush() and cm_ws.recv()
        if end:
            break
        yield
    if end != 76 or rv[4:8] != b'\2\1\1\0' or rv[8:12] != tv[28:32]:
        raise ValueError
    h = sha256(b'CM1\0')
    h.update(tv[8:64])
    h.update(rv[4:44])
    th = h.digest()
    pair = cm_crypt.pads(key)
    if not cm_crypt.same(mac(pair, b'cm1 hub ', th, b'\1'), rv[44:76]):
        cm_core.doubt = True
        raise ValueError
    tv[8:12] = b'\3\0\0\0'
    tv[12:44] = mac(pair, b'cm1 brd ', th, b'\1')
    cm_crypt.start(mac(pair, b'cm1 b2h ', th, b'\1'), mac(pair, b'cm1 h2b ', th, b'\1'))
    cm_ws.send(36)
    cm_core.epoch = epoch


def dial():
    board, keys, hubs, wifi = cm_store.load()
    while not cm_core.port.online(wifi):
        yield
    secure, host, port, path = _split(hubs[cm_core.fails // len(keys) % len(hubs)])
    epoch, key = keys[cm_core.fails % len(keys)]
    _connect(host, port, secure)
    yield from _upgrade(host, port, path)
    cm_core.due(_HANDSHAKE_MS)
    yield from _shake(board, epoch, key)
    yield True
