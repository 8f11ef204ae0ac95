# The client as little as it can be: pumped by this loop, as an application would, on a heap of 38 KB. What the client takes of it
# does not include linux_board.py's port of Linux. Prints free bytes: before the client, and then for every line on stdin.
import os
import select
import sys
import gc
import ffi

_rename = ffi.open('libc.so.6').func('i', 'rename', 'ss')


# As in linux_board.py. Short names, here and below: each that only this machine knows would count as the client's.
class _Root:
    def __init__(self, a):
        self.a, self.b = a, os.VfsPosix(a)

    def mount(self, a, b):
        pass

    def rename(self, a, b):
        if _rename(self.a + a, self.a + b):
            raise OSError(2)

    def __getattr__(self, a):
        return getattr(self.b, a)


# What this machine has to import and a board's firmware holds in ROM.
import binascii, cryptolib, hashlib, io, json, machine, micropython, socket, struct, time

os.umount('/')
os.mount(_Root(sys.argv[1]), '/')
sys.path[:] = ['', '/lib', '/cm/a']
poll = select.poll()
poll.register(sys.stdin, select.POLLIN)


def c():
    gc.collect()
    gc.collect()
    print(gc.mem_free())


c()
import cm_port_pump

sys.modules['cm_port_unix'] = cm_port_pump
execfile('/main.py')
cm_core = sys.modules['cm_core']
cm_core.app = True
while True:
    cm_core.pump()
    if poll.poll(1):
        sys.stdin.readline()
        c()
