# Cloudmanager's: counts the start, starts the client in the background, then runs your program, /app/main.py.
# Its text stays in memory while it runs: keep it short and let it import the rest, from /app too.
import os, sys


def _keep(s):
    try:
        with open('/cm/boot~', 'wb') as f:
            f.write(s)
        os.rename('/cm/boot~', '/cm/boot')
    except OSError as e:  # a full disk must not keep the client from starting
        print('/cm/boot', e)


# In /cm/boot (cm_store.py) [4] counts starts without a healthy minute, [5] starts of a slot on trial, which is
# [6]. After three starts without a handshake, or one that did not even load, the other slot returns.
def _start():
    s = bytearray(b'\0\0\0\0\0\0a\0')
    try:
        with open('/cm/boot', 'rb') as f:
            f.readinto(s)
    except OSError:
        pass
    m = __import__('machine')  # a board that wakes for seconds would never have its healthy minute
    woke = getattr(m, 'DEEPSLEEP_RESET', -1) == getattr(m, 'reset_cause', int)()
    s[4], s[5] = min(s[4] + (not woke), 255), s[5] and s[5] + 1
    if s[5] > 4:
        s[5], s[6] = 0, s[6] ^ 3
    _keep(s)
    sys.path[:0] = ['/cm/' + chr(s[6]), '/app']
    try:
        import cm_core, cm_store
        cm_store.safe, cm_store.trial = s[4] > 3, s[5] and __import__('cm_slot').guard()
        cm_core.start()
        return s[4] < 4 and cm_core
    except Exception as e:
        sys.print_exception(e)
        if s[5]:
            _keep(s[:5] + bytes([0, s[6] ^ 3, 0]))
            m.reset()
        return type('None', (), {})


# `core.app`: the program holds the foreground, the client has only callbacks. Its traceback goes by cm_why.
def _app(core):
    try:
        with open('/app/main.py') as f:
            text = f.read()
    except OSError:
        return
    core.app = True
    try:
        exec(text, globals())
    except (Exception, KeyboardInterrupt) as e:
        __import__('cm_why').tell(e)
    finally:
        core.app = False


_client = _start()
del _start, _keep
_client and _app(_client)
