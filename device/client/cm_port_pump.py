# A system of which nothing is known: its own loop, or asyncio, calls cm_core.pump(). Programs run inside that call.
import cm_core

kind = 'pump'
cm_core.app = True
pace = lambda n: None
rssi = lambda: 0
