# CM1's vectors on this MicroPython, by the client's own code. argv: folder of the client, the vectors as JSON. Prints 'ok NAME'.
import json
import sys

sys.path.insert(0, sys.argv[1])


class Port:
    kind = 'pump'


import cm_core

sys.modules['cm_port_pump'] = Port
cm_core.port = Port
import cm_dial
import cm_wire
import cm_store


def h(text):
    return bytes([int(text[i : i + 2], 16) for i in range(0, len(text), 2)])


with open(sys.argv[2]) as f:
    v = {k: h(x) for k, x in json.load(f).items()}


# A peer that has already said `rest` and keeps what it hears.
class Sock:
    def __init__(self, rest=b''):
        self.rest, self.heard = rest, b''

    def write(self, b):
        self.heard += bytes(b)
        return len(b)

    def readinto(self, b):
        n = min(len(b), len(self.rest))
        b[:n], self.rest = self.rest[:n], self.rest[n:]
        return n or None

    def close(self):
        pass


def frame(b):
    return (bytes([0x82, len(b)]) if len(b) < 126 else bytes([0x82, 126, len(b) >> 8, len(b) & 255])) + b


def unframe(b):
    masked_at = 4 if b[1] & 127 == 126 else 2
    assert b[0] == 0x82 and b[1] & 128 and b[masked_at : masked_at + 4] == bytes(4)
    return b[masked_at + 4 :]


def shake(m2):
    cm_wire.close()
    cm_wire.sock = Sock(frame(m2))
    cm_dial._nonce = lambda a: b'\xb0' * 32
    for _ in cm_dial._shake(v['m1'][4:20], 1, v['K']):
        break
    return unframe(cm_wire.sock.heard[62:])


def test_handshake():
    m3 = shake(v['m2'])
    assert m3 == v['m3'] and unframe(cm_wire.sock.heard[:62]) == v['m1']


def test_every_changed_bit_of_the_hubs_proof_is_refused():
    for bit in range(0, len(v['m2']) * 8):
        m2 = bytearray(v['m2'])
        m2[bit >> 3] ^= 1 << (bit & 7)
        try:
            shake(bytes(m2))
        except (ValueError, KeyError, OSError):
            continue
        raise AssertionError(bit)


def opened(record):
    cm_wire.sock = Sock(frame(record))
    n = cm_wire.recv()
    n = cm_wire.unseal(n)
    return bytes(cm_wire.rv[21:n])


def test_records_of_the_hub():
    shake(v['m2'])
    assert opened(v['rec_h2b_0']) == b'hello' and opened(v['rec_h2b_1']) == b''


def test_records_of_the_board():
    shake(v['m2'])
    cm_wire.sock = Sock()
    cm_wire.tv[25:41] = b'0123456789abcdef'
    cm_wire.seal(16)
    assert unframe(cm_wire.sock.heard) == v['rec_b2h_0']


def test_every_changed_bit_of_a_record_is_refused():
    for bit in range(0, len(v['rec_h2b_0']) * 8):
        shake(v['m2'])
        record = bytearray(v['rec_h2b_0'])
        record[bit >> 3] ^= 1 << (bit & 7)
        try:
            opened(bytes(record))
        except OSError:
            continue
        raise AssertionError(bit)


def test_a_record_that_is_replayed_or_cut_is_refused():
    for records in ((v['rec_h2b_0'],) * 2, (v['rec_h2b_1'],), (v['rec_h2b_0'][:-1],), (v['rec_h2b_0'][:-16],), (b'\x10',)):
        shake(v['m2'])
        try:
            for record in records:
                opened(record)
        except OSError:
            continue
        raise AssertionError(records)


# RFC 4231, cases 1 and 2, by the client's HMAC.
def test_hmac():
    def hmac(key, text):
        return cm_wire.mac(cm_dial._pads(key), text[:3], text[3:9], text[9:])

    assert hmac(b'\x0b' * 20, b'Hi There') == h('b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7')
    assert hmac(b'Jefe', b'what do ya want for nothing?') == h(
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    )


for name, f in list(globals().items()):
    if name.startswith('test_'):
        f()
        print('ok', name)
