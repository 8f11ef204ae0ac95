# A pseudo-terminal between the emulated chip and programs of this computer, for pty.ts, since Node has none. Started with the
# chip's end on stdin and stdout: the first line out is the terminal's name; then packets of baud rate (u32), length (u16)
# and bytes from the host, an empty one when only the rate has changed; in comes what the chip says, as it is. Ends with stdin.
import array, fcntl, os, select, struct, sys, termios, time, tty

TCGETS2 = 0x802C542A
OUTPUT_SPEED = 10  # word of struct termios2
MOST_BYTES = 65536
# A driver throws away what nobody reads; a program that has the port open reads more often than this.
UNREAD_S = 1.0
POLL_S = 0.02


def baud_of(fd):
    try:
        words = array.array('I', [0] * 16)
        fcntl.ioctl(fd, TCGETS2, words)
        return words[OUTPUT_SPEED]
    except OSError:
        return termios.tcgetattr(fd)[5]


def tell(baud, data=b''):
    os.write(1, struct.pack('<IH', baud, len(data)) + data)


master, slave = os.openpty()
# Our own hold on the terminal keeps its settings from one program to the next.
tty.setraw(slave)
settings = termios.tcgetattr(slave)
settings[4] = settings[5] = termios.B115200
termios.tcsetattr(slave, termios.TCSANOW, settings)
os.set_blocking(master, False)
os.write(1, (os.ttyname(slave) + '\n').encode())
unread = b''
stuck_since = None
told = 0
while True:
    wanted = [master] if len(unread) > MOST_BYTES else [master, 0]
    readable, writable, _ = select.select(wanted, [master] if unread else [], [], POLL_S)
    baud = baud_of(slave)
    if master in readable:
        data = os.read(master, 16384)
        told = baud
        tell(baud, data)
    elif baud != told:
        told = baud
        tell(baud)
    if 0 in readable:
        data = os.read(0, 16384)
        if not data:
            break
        unread += data
    if writable:
        try:
            unread = unread[os.write(master, unread) :]
            stuck_since = None
        except BlockingIOError:
            pass
    if not unread:
        stuck_since = None
    elif stuck_since is None:
        stuck_since = time.monotonic()
    elif time.monotonic() - stuck_since > UNREAD_S:
        unread = b''
