"""What a transparent proxy does, at its smallest: Node.js cannot set the socket options that this takes.

Accepts on the inbound port connections to whatever address they were for, makes the same connection to the application
under the client's own address and with the mark given, and answers `inbound <client> (<what the application said>)`.

Arguments: port, mark, group to run as. It ends with its standard input.
"""

import os
import socket
import sys
import threading

# linux/in.h and linux/in6.h; Python has no names for them.
IP_TRANSPARENT = 19
IPV6_TRANSPARENT = 75

PATIENCE_SECONDS = 2


def transparent_socket(family):
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET:
        made.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return made


def ask_application(family, client, destination, mark):
    with transparent_socket(family) as upstream:
        upstream.settimeout(PATIENCE_SECONDS)
        upstream.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
        upstream.bind((client, 0))
        upstream.connect(destination)
        return upstream.makefile().read()


def serve(connection, family, mark):
    with connection:
        client = connection.getpeername()[0]
        try:
            answer = ask_application(family, client, connection.getsockname()[:2], mark)
        except OSError as error:
            answer = f"failed: {error}"
        connection.sendall(f"inbound {client} ({answer})".encode())


def accept_forever(listener, family, mark):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, family, mark), daemon=True).start()


def main():
    port, mark, group = (int(argument) for argument in sys.argv[1:])
    os.setgid(group)
    for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        listener = transparent_socket(family)
        listener.bind((any_address, port))
        listener.listen()
        threading.Thread(target=accept_forever, args=(listener, family, mark), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


main()
