# The terminal of a program on Linux: as in a loop, but it is interrupted and has callbacks.
from cm_port_unix import ring, interrupt
from cm_term_pump import out, wake
