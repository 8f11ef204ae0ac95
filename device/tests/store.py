# What the store answers, on LittleFS2 in memory. argv: folder of the client, folder of the tests.
# Prints 'ok NAME' per test; a failure is the traceback that ends it.
import hashlib
import os
import struct
import sys

sys.path[:] = [sys.argv[1], sys.argv[2]]

import store_flash

import cm_files
import cm_key
import cm_slot
import cm_store

KEY = bytes(range(0x40, 0x50)) + struct.pack('>I', 1) + bytes(range(32))
CONFIG = b'{"hubs":["ws://192.0.2.1:18266/device","wss://hub.example/device"],"wifi":["caf\xc3\xa9",""]}'
BAD, HASH, FORBIDDEN = 1, 5, 9


def restart():
    cm_files.close()
    cm_store._job = None


def code(f, *a):
    try:
        f(*a)
    except ValueError as e:
        return e.args[0]
    except OSError as e:
        return 'errno %d' % e.errno
    return None


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def write(path, data):
    with open(path, 'wb') as f:
        f.write(data)


def put_end(path, data, size=505):
    held = cm_files.put(0, memoryview(data)[:size])
    while held < len(data):
        held = cm_files.put(held, memoryview(data)[held : held + size])
    cm_files.end(hashlib.sha256(data).digest(), path)


def test_configuration():
    board, keys, hubs, wifi = cm_store.load()
    assert board == KEY[:16] and keys == [(1, KEY[20:])]
    assert hubs == ['ws://192.0.2.1:18266/device', 'wss://hub.example/device'] and wifi == ('caf\xe9', '')
    write('/cm/cfg.json', b'{"hubs":["ws://h/device"],"wifi":null}')
    assert cm_store.load()[3] is None
    write('/cm/key', KEY[:-1])
    assert code(cm_store.load) == '/cm/key'


def test_boots_count_from_one_and_survive_a_damaged_file():
    assert [cm_store.next_boot(), cm_store.next_boot()] == [1, 2]
    write('/cm/boot', b'123')
    assert cm_store.next_boot() == 1 and cm_store.boot()[6] == ord('a')


def test_a_job_cut_off_is_interrupted_after_a_restart():
    assert cm_store.journal() == (0, 0, 0)
    cm_store.job_started(7)
    assert cm_store.journal() == (7, 4, 0)
    restart()
    assert cm_store.journal() == (7, 3, 0)
    cm_store.job_started(0xFFFFFFFF)
    cm_store.job_done(0xFFFFFFFF, 1, 255)
    restart()
    assert cm_store.journal() == (0xFFFFFFFF, 1, 255)


def test_keys_stay_until_the_next_is_proved():
    r = bytes(range(0x80, 0xA0))
    cm_key.rotate(5, r)
    keys = cm_store.load()[1]
    assert [epoch for epoch, _ in keys] == [5, 1] and keys[1][1] == KEY[20:]
    # HMAC-SHA-256 of the key above over 'cm1 next', R and 01.
    assert keys[0][1].hex() == 'bfe48bce27f7bb7053f8154af8de920490056d765af0ef8ff2a2b30d27d1ef59', keys[0][1].hex()
    cm_store.confirm(1)
    assert len(cm_store.load()[1]) == 2
    # Asked for again in a session under the old key: the one never used gives way.
    cm_key.rotate(6, r)
    assert [epoch for epoch, _ in cm_store.load()[1]] == [6, 1]
    cm_store.confirm(6)
    assert [epoch for epoch, _ in cm_store.load()[1]] == [6]
    assert code(cm_key.rotate, 6, r) == BAD and code(cm_key.rotate, 7, r[1:]) == BAD


def test_upload_resumes_and_names_what_is_held():
    data = bytes(range(256)) * 100
    assert cm_files.put(100, b'x') == 0
    assert cm_files.put(0, data[:500]) == 500
    assert cm_files.put(400, b'x' * 50) == 500 and cm_files.put(600, b'x') == 500
    assert cm_files.put(500, data[500:1000]) == 1000
    restart()
    assert cm_files.put(9, b'') == 1000
    held = 1000
    while held < len(data):
        held = cm_files.put(held, data[held : held + 505])
    cm_files.end(hashlib.sha256(data).digest(), 'app//./lib/new/x.bin')
    assert read('/app/lib/new/x.bin') == data and 'put' not in os.listdir('/cm')
    assert cm_files.put(0, b'abc') == 3 and cm_files.put(0, b'de') == 2


def test_a_wrong_hash_leaves_the_old_file_and_no_staging():
    put_end('/app/x.py', b'old')
    cm_files.put(0, b'new')
    assert code(cm_files.end, bytes(32), '/app/x.py') == HASH
    assert read('/app/x.py') == b'old' and 'put' not in os.listdir('/cm')
    assert code(cm_files.end, bytes(32), '/app/x.py') == 'errno 2'


def test_paths():
    for path in ('', '/', '..', '/app/../cm/key', 'a/..', 'a/', 'a\0b'):
        assert code(put_end, path, b'1') == BAD, path
    for path in ('/cm', '/cm/key', '//cm/./job', '/cm/boot', '/cm/a/cm_core.mpy', '/cm/b/x/y', '/cm/b', '/main.py', 'boot.py'):
        assert code(put_end, path, b'1') == FORBIDDEN, path
    buf = bytearray(64)
    for path in ('/cm/key', '/cm/cfg.json'):
        assert code(cm_files.get, 0, 64, path, buf) == FORBIDDEN, path
    for path in ('/cm/run.py', '/cm/b/cm_core.mpy', '/app/main.py', 'lib/a/b/c.mpy', '/cmx/y'):
        assert code(put_end, path, b'1') is None, path
    assert code(put_end, '/app', b'1') == 'errno 21' and code(put_end, '/app/main.py/x', b'1')[:5] == 'errno'


def test_get():
    put_end('/app/empty', b'')
    assert read('/app/empty') == b''
    put_end('/app/x.bin', bytes(range(200)))
    buf = bytearray(64)
    assert cm_files.get(10, 20, '/app/x.bin', buf) == 20 and buf[:20] == bytes(range(10, 30)) and buf[20] == 0
    assert cm_files.get(190, 64, 'app/x.bin', buf) == 10 and cm_files.get(500, 64, 'app/x.bin', buf) == 0
    assert code(cm_files.get, 0, 64, '/nothing', buf) == 'errno 2'


def test_a_full_disk_refuses_the_upload_and_keeps_what_the_board_needs():
    block, held = bytes(505), 0
    try:
        while True:
            held = cm_files.put(held, block)
    except OSError as e:
        assert e.errno == 28
    assert 'put' not in os.listdir('/cm')
    try:
        with open('/big', 'wb') as f:
            while True:
                f.write(block)
    except OSError:
        pass
    for seq in range(1, 200):
        cm_store.job_started(seq)
        cm_store.job_done(seq, 0, 0)
        assert cm_store.next_boot() == seq
    cm_key.rotate(2, bytes(32))
    cm_store.confirm(2)


def test_a_new_slot_is_given_away_only_when_confirmed():
    assert cm_slot.idle() == '/cm/b' and code(cm_slot.switch) == 'errno 2'
    put_end('/cm/b/cm_core.mpy', b'new')
    cm_slot.switch()
    assert cm_store.boot()[5:7] == b'\x01b'
    assert code(cm_slot.idle) == 'errno 16' and code(cm_slot.switch) == 'errno 16'
    assert code(put_end, '/cm/a/x', b'1') == FORBIDDEN
    cm_store.confirm(1)
    assert cm_slot.idle() == '/cm/a' and os.listdir('/cm/a') == []
    cm_slot.guard()


for name, test in sorted(globals().items()):
    if name.startswith('test_'):
        store_flash.begin(64)
        for folder in ('/app', '/cm', '/cm/a'):
            os.mkdir(folder)
        write('/cm/key', KEY)
        write('/cm/cfg.json', CONFIG)
        write('/cm/a/cm_core.mpy', b'old')
        restart()
        test()
        print('ok', name[5:].replace('_', ' '))
