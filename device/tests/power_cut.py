# Cuts the power at every flash operation of what the client does to its files, and looks at what a restart finds.
# argv: folder of the client, folder of the tests. Prints one JSON line per scenario.
import gc
import hashlib
import json
import os
import struct
import sys

sys.path[:] = [sys.argv[1], sys.argv[2]]

import store_flash
from store_flash import Flash

import cm_files
import cm_key
import cm_slot
import cm_store

# The interrupted operation does nothing, a part, nearly all, or all of its work.
TORN = (0, 20, 43, 64)
CHUNK = 505
# What a start reads before its first write, which is /cm/boot~ in main.py.
READ_FIRST = ('/boot.py', '/main.py', '/cm/boot', '/cm/key', '/cm/cfg.json')


class Core:
    # Stands for the client that main.py starts.
    @staticmethod
    def start():
        pass


def restart(image):
    flash = Flash(0, image)
    store_flash.mount(flash)
    cm_store._job = None
    try:
        cm_files.close()
    except OSError:
        pass
    return flash


def off():
    store_flash.umount()
    gc.collect()


def digest(data):
    return hashlib.sha256(data).digest()


def content(path):
    try:
        with open(path, 'rb') as f:
            return f.read()
    except OSError:
        return None


def tree(folder=''):
    found = {}
    for entry in os.ilistdir(folder or '/'):
        path = folder + '/' + entry[0]
        if entry[1] & 0x4000:
            found.update(tree(path))
        else:
            found[path] = content(path)
    return found


# `action` runs to its end once, and once for every cut. `check(done)` looks after the restart; `may` are the
# only paths that may differ from before; the action must then succeed on what the cut has left.
def at_every_operation(image, action, check, may, again=None):
    flash = restart(bytearray(image))
    before = tree()
    action()
    total = flash.operations
    final = bytes(flash.image)
    off()
    cuts = 0
    for cut in range(1, total + 1):
        for torn in TORN:
            flash = restart(bytearray(image))
            flash.cut_at, flash.torn = cut, torn
            try:
                action()
            except OSError:
                pass
            assert flash.dead, 'the cut at operation %d of %d did not come' % (cut, total)
            off()
            restart(flash.image)
            cuts += 1
            for path in READ_FIRST:
                assert path in may or content(path) == before.get(path), '%s cannot be read at the start' % path
            with open('/cm/boot~', 'wb'):
                pass
            after = tree()
            for path in after:
                assert path in may or path.endswith('~') or path in before, '%s came from nowhere' % path
            for path in before:
                assert path in may or path.endswith('~') or after.get(path) == before[path], '%s changed' % path
            check()
            (again or action)()
            off()
    return final, cuts


def fresh():
    flash = store_flash.begin(24)
    for folder in ('/app', '/cm', '/cm/a', '/cm/b'):
        os.mkdir(folder)
    for path, data in (
        ('/boot.py', b'import gc\n'),
        ('/main.py', b'# ours\n'),
        ('/app/main.py', OLD),
        ('/cm/cfg.json', b'{"hubs":["ws://192.0.2.1:18266/device"],"wifi":null}'),
        ('/cm/key', BOARD + struct.pack('>I', 1) + KEYS[1]),
        ('/cm/a/cm_core.py', b'a'),
        ('/cm/b/cm_core.py', b'b'),
    ):
        with open(path, 'wb') as f:
            f.write(data)
    image = bytes(flash.image)
    off()
    return image


BOARD = bytes(range(0x40, 0x50))
KEYS = {1: bytes(range(32))}
OLD = b'# the old one\n' * 230
NEW = b'# and the new one\n' * 290
TINY = b'x = 1\n'


def put_end(data, path):
    held = 0
    while held < len(data):
        held = cm_files.put(held, data[held : held + CHUNK])
    cm_files.end(digest(data), path)


# What the hub does after a cut: it asks what is held by an offset that cannot be right, and goes on from there.
def resume(data, path):
    held = cm_files.put(0xFFFFFFFF, b'')
    while held < len(data):
        held = cm_files.put(held, data[held : held + CHUNK])
    try:
        cm_files.end(digest(data), path)
    except (OSError, ValueError):
        # The cut came after the rename, or left the staging file of another size: then from the beginning.
        put_end(data, path)


def files(image, path, new):
    restart(bytearray(image))
    old = content(path)
    off()
    promised = [False]

    def action():
        promised[0] = False
        put_end(new, path)
        promised[0] = True

    def check():
        assert content(path) in ((new,) if promised[0] else (old, new)), '%s is neither old nor new' % path

    def again():
        resume(new, path)
        assert content(path) == new

    return at_every_operation(image, action, check, (path, '/cm/put'), again)


def replace_files(image):
    cuts = 0
    for path, new in (
        ('/app/main.py', NEW),
        ('/app/main.py', TINY),
        ('/app/main.py', OLD),
        ('/app/lib/deep/new.py', NEW),
        ('/cm/run.py', TINY),
        ('/cm/b/cm_core.py', NEW),
    ):
        image, n = files(image, path, new)
        cuts += n
    return cuts


def jobs(image):
    cuts = 0
    last = [(0, 0, 0)]
    # Enough of them to fill the folder's log, so that cuts fall on its compaction, which erases.
    for seq in range(1, 61):
        for state, status in ((None, 0), (seq % 3, seq)):
            steps = [last[0], (seq, 3, 0) if state is None else (seq, state, status)]

            def action():
                if state is None:
                    cm_store.job_started(seq)
                else:
                    cm_store.job_done(seq, state, status)

            def check():
                cm_store._job = None
                assert cm_store.journal() in steps, 'journal %r, not one of %r' % (cm_store.journal(), steps)

            image, n = at_every_operation(image, action, check, ('/cm/job',))
            cuts += n
            last[0] = steps[1]
    return cuts


def keys(image):
    cuts = 0
    for epoch in range(2, 22):
        r = digest(bytes([epoch]))
        KEYS[epoch] = cm_key._hash(
            KEYS[epoch - 1], 0x5C, cm_key._hash(KEYS[epoch - 1], 0x36, b'cm1 next' + r + b'\x01')
        )
        new, old = (epoch, KEYS[epoch]), (epoch - 1, KEYS[epoch - 1])

        def rotate():
            cm_key.rotate(epoch, r)

        def rotated():
            assert cm_key.keys() in ((BOARD, [old]), (BOARD, [new, old])), 'the key is lost'

        def confirm():
            cm_store.confirm(epoch)

        def confirmed():
            assert cm_key.keys() in ((BOARD, [new, old]), (BOARD, [new])), 'the key is lost'

        for action, check in ((rotate, rotated), (confirm, confirmed)):
            image, n = at_every_operation(image, action, check, ('/cm/key',))
            cuts += n
    return cuts


def boots(image):
    cuts = 0
    used = [0]
    for start in range(1, 61):

        def action():
            n = cm_store.next_boot()
            assert n > used[0], 'boot number %d comes again' % n

        def check():
            s = cm_store.boot()
            assert struct.unpack('>I', s)[0] in (used[0], start) and s[6] == 97

        image, n = at_every_operation(image, action, check, ('/cm/boot',))
        cuts += n
        used[0] = start
    return cuts


# One start of the board: main.py itself, with nothing for a client.
def start():
    sys.modules['cm_core'] = Core
    path = sys.path[:]
    names = {'__name__': '__main__', 'print': lambda *a, **k: None}
    try:
        exec(MAIN_PY, names)
        return chr(cm_store.boot()[6]), sys.path[0]
    finally:
        sys.path[:] = path


# A new slot is switched to, started until it is given up, switched to again and confirmed.
def slots(image):
    cuts = 0

    def state():
        s = cm_store.boot()
        assert s[6] in b'ab' and content('/cm/' + chr(s[6]) + '/cm_core.py')
        return bytes(s[5:7])

    def step(action):
        nonlocal image, cuts
        restart(bytearray(image))
        before = state()
        action()
        after = state()
        off()

        def check():
            assert state() in (before, after), 'slot %r, neither %r nor %r' % (state(), before, after)

        # The cut may have come after the step took hold: what follows is judged by the final image alone.
        image, n = at_every_operation(image, action, check, ('/cm/boot',), lambda: start())
        cuts += n
        return after

    assert step(start)[1:] == b'a'
    assert step(cm_slot.switch) == b'\x01b'
    for trial in (2, 3, 4):
        assert step(start) == bytes([trial, 98])
    assert step(start) == b'\0a', 'the old slot did not return'
    assert step(cm_slot.switch) == b'\x01b'
    assert step(start) == b'\x02b'
    assert step(lambda: cm_store.confirm(1)) == b'\0b'
    for _ in range(60):
        assert step(start) == b'\0b'
    return cuts


with open(sys.argv[1] + '/main.py') as f:
    MAIN_PY = f.read()

# Proof that the cuts find faults: an upload into the live file, piece by piece.
def control(image):
    path = '/app/main.py'

    def in_place():
        with open(path, 'wb') as f:
            for i in range(0, len(NEW), CHUNK):
                f.write(NEW[i : i + CHUNK])
                f.flush()

    def check():
        assert content(path) in (OLD, NEW)

    try:
        at_every_operation(image, in_place, check, (path,))
    except AssertionError:
        return 0
    raise AssertionError('a file written in place survived every cut')


for scenario in (replace_files, jobs, keys, boots, slots, control):
    print(json.dumps({'scenario': scenario.__name__, 'cuts': scenario(fresh())}))
