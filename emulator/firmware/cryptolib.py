# AES in ECB (1) and CBC (2) mode, as axTLS gives it to the ESP8266.
from uctypes import addressof as _addr
import _host


class aes:
    def __init__(self, key, mode, iv=None):
        if mode not in (1, 2) or len(key) not in (16, 32):
            raise ValueError
        if mode == 2 and (iv is None or len(iv) != 16):
            raise ValueError('IV')
        self._key = bytes(key)
        self._mode = mode
        self._iv = bytearray(iv or b'')
        self._way = None

    def _run(self, encrypt, data, out):
        n = len(data)
        if n % 16:
            raise ValueError('blksize % 16')
        if self._way not in (None, encrypt):
            raise ValueError("can't reverse")
        self._way = encrypt
        if out is not None and len(out) < n:
            raise ValueError('output too small')
        # A new bytes object may still be filled: nobody else has it.
        into = bytes(n) if out is None else out
        if n:
            k = self._key
            _host.aes(_addr(k), len(k), self._mode, _addr(self._iv), _addr(data), n, _addr(into), encrypt)
        return into

    def encrypt(self, data, out=None):
        return self._run(1, data, out)

    def decrypt(self, data, out=None):
        return self._run(0, data, out)
