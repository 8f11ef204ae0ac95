# PUT, END, GET. Keep this module from the first PUT to the END: it holds the staging file open, because
# LittleFS copies the last block of a file at every reopening. close() before dropping it.
# Raises OSError, or ValueError(code) with a code of BOARD_ERROR.
import hashlib
import os
import cm_store
from micropython import const

_BAD = const(1)
_HASH = const(5)
_FORBIDDEN = const(9)
# LittleFS hides the next name of this folder ('run.py', 'why') when a rename from here to another folder was cut,
# until the first write, which is main.py's. Names before 'put', the key among them, are never hidden.
_STAGING = '/cm/put'
# Committed this often, a transfer that a power cut stops resumes here and not at 0.
_SYNC = const(16384)

_file = None
_held = -1


def close():
    global _file, _held
    f, _file, _held = _file, None, -1
    if f:
        f.close()


def _discard():
    for step in (close, lambda: os.remove(_STAGING)):
        try:
            step()
        except OSError:
            pass


def _size():
    try:
        return os.stat(_STAGING)[6]
    except OSError:
        return 0


def put(off, mv):
    global _file, _held
    if off == 0:
        close()
        _file, _held = open(_STAGING, 'wb'), 0
    elif not _file:
        _held = _size()
        if off == _held:
            _file = open(_STAGING, 'ab')
    if off != _held:
        return _held
    try:
        _file.write(mv)
        _held += len(mv)
        if _held // _SYNC != off // _SYNC:
            _file.flush()
    except OSError:
        # A full disk helps nobody: give the space back, the hub starts again at 0.
        _discard()
        raise
    return _held


# '/a/b' without '.' and doubled slashes. Ours are refused: without /main.py the board would be lost to the
# hub, and /cm has its key. Open are the slot that does not run, unless it is what a trial falls back to,
# and /cm/run.py, the program of a long EXEC.
def _path(path):
    parts = [p for p in path.split('/') if p and p != '.']
    if not parts or '..' in parts or path[-1] == '/' or '\0' in path:
        raise ValueError(_BAD)
    path = '/' + '/'.join(parts)
    if path == '/main.py' or path == '/boot.py' or path == '/cm':
        raise ValueError(_FORBIDDEN)
    if parts[0] == 'cm' and path != '/cm/run.py':
        s = cm_store.boot()
        if s[5] or len(parts) != 3 or parts[1] != chr(s[6] ^ 3):
            raise ValueError(_FORBIDDEN)
    return path, parts


def _digest():
    h = hashlib.sha256()
    buf = bytearray(256)
    with open(_STAGING, 'rb') as f:
        n = 256
        while n:
            n = f.readinto(buf)
            h.update(memoryview(buf)[:n])
    return h.digest()


def end(sha256, path):
    path, parts = _path(path)
    close()
    if _digest() != bytes(sha256):
        _discard()
        raise ValueError(_HASH)
    folder = ''
    for name in parts[:-1]:
        folder += '/' + name
        try:
            os.stat(folder)
        except OSError:
            os.mkdir(folder)
    os.rename(_STAGING, path)


def get(off, n, path, buf):
    with open(_path(path)[0], 'rb') as f:
        f.seek(off)
        return f.readinto(memoryview(buf)[:n])
