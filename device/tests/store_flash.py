# NOR flash in memory under LittleFS2, whose power can be cut at any erase or program operation.
# A program only clears bits, an erase sets a whole block; what the cut interrupts is done by half.
import vfs

SIZE = 4096

# After the cut every access fails by a code and not by an exception, which would leave LittleFS in the middle of a
# close, for the garbage collector to finish later.
_EIO = -5


class Flash:
    def __init__(self, blocks, image=None):
        self.image = image if image is not None else bytearray(b'\xff' * (blocks * SIZE))
        self.operations = 0
        self.cut_at = -1
        # How much of the interrupted operation reaches the flash, in 64ths.
        self.torn = 0
        self.dead = False

    def _power(self, begin, after):
        if self.dead:
            return _EIO
        self.operations += 1
        if self.operations != self.cut_at:
            self.image[begin : begin + len(after)] = after
            return 0
        part = len(after) * self.torn // 64
        self.image[begin : begin + part] = after[:part]
        self.dead = True
        return _EIO

    def readblocks(self, block, buf, offset=0):
        if self.dead:
            return _EIO
        begin = block * SIZE + offset
        buf[:] = memoryview(self.image)[begin : begin + len(buf)]
        return 0

    def writeblocks(self, block, buf, offset=0):
        if self.dead:
            return _EIO
        begin = block * SIZE + offset
        old = self.image[begin : begin + len(buf)]
        if old != b'\xff' * len(buf):
            buf = bytes(a & b for a, b in zip(old, buf))
        return self._power(begin, bytes(buf))

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.image) // SIZE
        if op == 5:
            return SIZE
        if op == 6:
            return self._power(arg * SIZE, b'\xff' * SIZE)
        return 0


def mount(flash):
    vfs.mount(vfs.VfsLfs2(flash), '/')


# In place of the machine's own files, which are not for a test to write.
def begin(blocks):
    flash = Flash(blocks)
    vfs.VfsLfs2.mkfs(flash)
    try:
        vfs.umount('/')
    except OSError:
        pass
    mount(flash)
    return flash


def umount():
    vfs.umount('/')
