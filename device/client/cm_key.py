# The key file and the configuration, imported for a moment at start and at a rotation.
# Formats: lib/provision/files.ts.
import hashlib
import json
import struct
import cm_store


# (board id, [(epoch, key)]); a key that waits for its first handshake stands before the proved one.
def keys():
    b = cm_store.read('/cm/key')
    if len(b) not in (52, 88):
        raise ValueError('/cm/key')
    return b[:16], [(struct.unpack('>I', b[i : i + 4])[0], b[i + 4 : i + 36]) for i in range(16, len(b), 36)]


def _keep(board, entries):
    cm_store.write('/cm/key', board + b''.join([struct.pack('>I', e) + k for e, k in entries]))


def load():
    with open('/cm/cfg.json') as f:
        cfg = json.load(f)
    wifi = cfg.get('wifi')
    return keys() + (cfg['hubs'], tuple(wifi) if wifi else None)


# The hub has accepted the newest key and will never ask for the old one again. A handshake with the old one
# proves nothing about the new: both stay.
def confirm(epoch):
    board, entries = keys()
    if entries[0][0] == epoch:
        _keep(board, entries[:1])


def _hash(key, pad, text):
    h = hashlib.sha256(bytes([b ^ pad for b in key]) + bytes([pad]) * 32)
    h.update(text)
    return h.digest()


# Derived from the proved key: after a handshake with the newest only that one is left, after one with the
# old it is the last. A rotation that was asked for before and never used is replaced.
def rotate(epoch, r):
    board, entries = keys()
    proved, key = entries[-1]
    if len(r) != 32 or epoch <= proved:
        raise ValueError(1)
    inner = _hash(key, 0x36, b'cm1 next' + bytes(r) + b'\x01')
    _keep(board, [(epoch, _hash(key, 0x5C, inner)), (proved, key)])
