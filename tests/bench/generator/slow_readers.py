"""Connect, send the first messages, and never read again.

Reads JSON {"port", "count", "request", "hello": [hex]} from standard input, says "ready", and
lives until it is killed.
"""

import json
import signal
import socket
import sys

RECEIVE_BUFFER = 65536

job = json.load(sys.stdin)
sockets = []
for _ in range(job["count"]):
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    one.connect(("127.0.0.1", job["port"]))
    one.sendall(job["request"].encode())
    got = b""
    while b"\r\n\r\n" not in got:
        got += one.recv(4096)
    for frame in job["hello"]:
        one.sendall(bytes.fromhex(frame))
    sockets.append(one)
print("ready", flush=True)
signal.pause()
