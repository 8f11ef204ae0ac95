# What the client keeps in flash, each file replaced whole: written beside, then renamed, so that a power cut
# at any moment leaves the old or the new one (LittleFS2). Resident: as little as jobs and reconnecting need.
# Rare work: cm_key (keys, configuration), cm_files (PUT, END, GET), cm_slot (the client's update).
#
# /cm/boot  boots u32 | unhealthy starts u8 | trial starts u8 (0 confirmed) | slot 'a' or 'b' | 0
# /cm/job   seq u32 | state u8 | status u8     state: DONE_STATE of the wire, 4 while it runs
# /cm/key, /cm/cfg.json: see lib/provision/files.ts
import os
import struct
from micropython import const

_INTERRUPTED = const(3)
_STARTED = const(4)

# main.py sets them: /app/main.py was not run after three unhealthy starts; the timer of a slot on trial.
safe = False
trial = None
_job = None


def write(path, data):
    tmp = path + '~'
    with open(tmp, 'wb') as f:
        f.write(data)
    os.rename(tmp, path)


def read(path):
    try:
        with open(path, 'rb') as f:
            return f.read()
    except OSError:
        return b''


def boot():
    s = bytearray(read('/cm/boot'))
    return s if len(s) == 8 else bytearray(b'\0\0\0\0\0\0a\0')


def load():
    import cm_key

    return cm_key.load()


# A new number before every first nonce: with the connection counter it makes Nb unique over restarts.
def next_boot():
    s = boot()
    n = struct.unpack('>I', s)[0] + 1
    struct.pack_into('>I', s, 0, n)
    write('/cm/boot', s)
    return n


# (seq, state, status); seq 0: no job yet. 'Started' found at boot means that the power went in between.
def journal():
    global _job
    if _job is None:
        b = read('/cm/job')
        _job = struct.unpack('>IBB', b) if len(b) == 6 else (0, 0, 0)
        if _job[1] == _STARTED:
            _job = (_job[0], _INTERRUPTED, 0)
    return _job


# Raises OSError where flash refuses: then the job must not run.
def job_started(seq):
    job_done(seq, _STARTED, 0)


def job_done(seq, state, status):
    global _job
    write('/cm/job', struct.pack('>IBB', seq, state, status))
    _job = (seq, state, status)


# After a minute without a restart: the next start is the first of a new series.
def healthy():
    s = boot()
    if s[4]:
        s[4] = 0
        write('/cm/boot', s)


# After a handshake, not before: this key and this slot have proved that they reach the hub.
def confirm(epoch):
    s = boot()
    if s[5]:
        s[5] = 0
        write('/cm/boot', s)
    if len(read('/cm/key')) > 52:
        import cm_key

        cm_key.confirm(epoch)
