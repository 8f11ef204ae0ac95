# CM1's cryptography on buffers that are made once: HMAC-SHA-256, and records (A128CBC-HS256) that are sealed and
# opened where they lie. Who may send them when: cm_core. The handshake, which needs the same HMAC: cm_dial.
import struct
from cryptolib import aes
from hashlib import sha256
from micropython import const

_CBC = const(2)
_RECORD = const(0x10)
# Where a plaintext lies: behind the frame's header (8 in tx, 4 in rx), the type byte and the IV.
_TX = const(25)
_RX = const(21)
_ZERO = bytes(16)
# Bits of type ‖ seq, which the tag covers, too.
_AAD_BITS = b'\0\0\0\0\0\0\0\x48'

# 4 of a WebSocket header and the record of 512 bytes; 8 as ours carries a mask.
rx = bytearray(4 + 561)
tx = bytearray(8 + 561)
rv = memoryview(rx)
tv = memoryview(tx)
_keys = None
_seq = [0, 0]


# The two blocks that HMAC hashes before key-dependent texts. Keys have 16 or 32 bytes here, never above 64.
def pads(key):
    fill = 64 - len(key)
    return bytes([b ^ 0x36 for b in key]) + b'\x36' * fill, bytes([b ^ 0x5C for b in key]) + b'\x5c' * fill


def mac(pair, a, b, c=b''):
    h = sha256(pair[0])
    h.update(a)
    h.update(b)
    h.update(c)
    o = sha256(pair[1])
    o.update(h.digest())
    return o.digest()


# Takes the same time wherever the first difference is.
def same(a, b):
    d = len(a) ^ len(b)
    for i in range(len(a)):
        d |= a[i] ^ b[i]
    return d == 0


# k_b2h seals, k_h2b opens.
def start(b2h, h2b):
    global _keys
    _keys = pads(b2h[:16]), b2h[16:], pads(h2b[:16]), h2b[16:]
    _seq[0] = _seq[1] = 0


# Seals the n bytes at tx[25:]; the answer is the length of the record at tx[8:].
def seal(n):
    end = _TX + n
    for i in range(end, end + 16 - n % 16):
        tx[i] = 16 - n % 16
    end += 16 - n % 16
    tx[8] = _RECORD
    struct.pack_into('>QQ', tx, 9, 0, _seq[0])
    m = tv[9:end]
    # CBC from a zero IV makes AES(counter) of the counter block, which is the IV that the record asks for.
    aes(_keys[1], _CBC, _ZERO).encrypt(m, m)
    tv[end : end + 16] = mac(_keys[0], struct.pack('>BQ', _RECORD, _seq[0]), m, _AAD_BITS)[:16]
    _seq[0] += 1
    return end + 8


# Opens the record at rx[4:end]; the answer is the length of the plaintext at rx[21:].
def unseal(end):
    end -= 16
    m = rv[5:end]
    if end < _RX + 16 or (end - _RX) % 16 or rx[4] != _RECORD:
        raise ValueError
    if not same(mac(_keys[2], struct.pack('>BQ', _RECORD, _seq[1]), m, _AAD_BITS)[:16], rv[end : end + 16]):
        raise ValueError
    _seq[1] += 1
    # From a zero IV only the IV's own block comes out wrong, and that one carries nothing.
    aes(_keys[3], _CBC, _ZERO).decrypt(m, m)
    pad = rx[end - 1]
    if not 0 < pad < 17 or rv[end - pad : end] != bytes([pad]) * pad:
        raise ValueError
    return end - pad - _RX
