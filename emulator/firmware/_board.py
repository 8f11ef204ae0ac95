# The firmware's part that runs before boot.py: what os, time and builtins of an ESP8266 have and this VM lacks.
import builtins, gc, micropython, os, sys, time, uctypes
import _host

_addr = uctypes.addressof
_wait = _host.wait
_main = __import__('__main__').__dict__
_BLOCK = 4096
_BLOCKS = _host.files_bytes() // _BLOCK


def _sleep_ms(ms):
    end = time.ticks_add(time.ticks_ms(), ms)
    while True:
        left = time.ticks_diff(end, time.ticks_ms())
        if left <= 0:
            return
        _wait(left)


time.sleep_ms = _sleep_ms
time.sleep = lambda s: _sleep_ms(int(s * 1000))


def _urandom(n):
    b = bytes(n)
    _host.random(_addr(b), n)
    return b


os.urandom = _urandom
_uname = (
    'esp8266',
    'esp8266',
    '2.2.2-dev(5ab15d1)',
    'v%d.%d.%d on 2025-12-10' % sys.implementation.version[:3],
    'ESP module with ESP8266 (virtual)',
)
os.uname = lambda: _uname


def _statvfs(path):
    free = _BLOCKS - _host.used_blocks(_BLOCK)
    return (_BLOCK, _BLOCK, _BLOCKS, free, free, 0, 0, 0, 0, 255)


os.statvfs = _statvfs

_vfs_rename = os.rename


# VfsPosix with a root folder builds both paths in one buffer; relative ones it takes as they are.
def _rename(old, new):
    cwd = os.getcwd()
    base = cwd.rstrip('/') + '/'
    os.chdir('/')
    try:
        _vfs_rename(*((p if p[0] == '/' else base + p)[1:] for p in (old, new)))
    finally:
        os.chdir(cwd)


os.rename = _rename

_vfs_ilistdir = os.ilistdir


# LittleFS tells the size too, and mpremote shows it.
def _sized(e, base):
    return e[:2] + (0, os.stat(base + e[0])[6])


def _ilistdir(path='.'):
    for e in _vfs_ilistdir(path):
        yield _sized(e, path.rstrip('/') + '/')


os.ilistdir = _ilistdir

# os.dupterm: slot 0 is free, slot 1 is the UART (main.c of the port puts it there).
_slots = [None, True]


def _connect():
    _host.console_stream(_to_stream if _slots[0] else None, 1 if _slots[1] else 0)


def _to_stream(addr, n):
    try:
        _slots[0].write(uctypes.bytearray_at(addr, n))
    except Exception as e:
        _slots[0] = None
        _connect()
        print('dupterm: Exception in write() method, deactivating: ', end='')
        sys.print_exception(e)


def _dupterm(stream, slot=0):
    before = _slots[slot]
    _slots[slot] = stream
    _connect()
    return None if before is True else before


_one = bytearray(1)


def _dupterm_notify(_):
    while _slots[0]:
        try:
            n = _slots[0].readinto(_one)
        except OSError as e:
            n = None
            if e.errno != 11:
                _dupterm(None)
                print('dupterm: Exception in read() method, deactivating: ', end='')
                sys.print_exception(e)
        if n == 0:
            _dupterm(None)
            print('dupterm: EOF received, deactivating')
        if not n:
            return
        if _one[0] == _host.interrupt_char():
            _host.interrupt()
        else:
            _host.console_feed(_one[0])


os.dupterm = _dupterm
os.dupterm_notify = _dupterm_notify


# The VM's own input() would wait for ever.
def _input(prompt=''):
    print(prompt, end='')
    line = ''
    while True:
        c = _host.console_read()
        if c == 13 or c == 10:
            print()
            return line
        if c == 4 and not line:
            raise EOFError
        if c == 3:
            raise KeyboardInterrupt
        if c == 8 or c == 127:
            if line:
                line = line[:-1]
                print('\b \b', end='')
        elif c >= 32:
            line += chr(c)
            print(chr(c), end='')


builtins.input = _input


# What pyexec_file_if_exists does; answers whether the program asked for a forced exit.
def run(name):
    try:
        os.stat(name)
    except OSError:
        return False
    micropython.kbd_intr(3)
    try:
        execfile(name, _main)
    except SystemExit:
        return True
    except BaseException as e:
        sys.print_exception(e)
    finally:
        micropython.kbd_intr(-1)
    return False


import _events, socket, select, machine, network, esp, cryptolib

_host.pump(id(_events.pump))
os.umount('/')
os.mount(os.VfsPosix('/flash'), '/')
os.chdir('/')
sys.path[:] = ['', '.frozen', '/lib', '/']
gc.collect()
gc.threshold((gc.mem_free() + gc.mem_alloc()) // 4)
