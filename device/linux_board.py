# Linux as a board: `micropython -X heapsize=38k linux_board.py FOLDER` takes FOLDER as the whole file system and starts it as
# firmware would. Exit status 3 asks to be started again: machine.reset().
import ffi
import os
import sys

_rename = ffi.open('libc.so.6').func('i', 'rename', 'ss')


# VfsPosix keeps both paths of a rename in one buffer when it has a root, so it renames the new name to itself.
class _Root:
    def __init__(self, folder):
        self.folder, self.fs = folder, os.VfsPosix(folder)

    def mount(self, readonly, format):
        pass

    def rename(self, old, new):
        if _rename(self.folder + old, self.folder + new):
            raise OSError(2)

    def __getattr__(self, name):
        return getattr(self.fs, name)


os.umount('/')
os.mount(_Root(sys.argv[1]), '/')
sys.path[:] = ['', '/lib']
execfile('/boot.py')
execfile('/main.py')
sys.modules['cm_core'].port.idle()
