"""captured-packets.py ADDRESS ADDRESS: everything that two pods say to each other over TCP, as the node carries it.

Run in the node's network namespace. Says "listening" on standard error, and writes the payload of each packet between the
two addresses to standard output, one after another, until its standard input ends. It looks at the pods' cables only
(interfaces named veth...): each packet is seen once where it comes out of a pod and once where it goes into one.
"""

import ipaddress
import select
import socket
import sys

ETH_P_ALL = 3
# For bursts while Python is busy.
BUFFER_BYTES = 64 * 2**20
SO_RCVBUFFORCE = 33


def tcp_segment(frame: bytes):
    """The two addresses and the payload, or None for anything but TCP. IPv6 extension headers are not used between pods."""
    kind = frame[12:14]
    packet = frame[14:]
    if kind == b"\x08\x00" and packet[9] == socket.IPPROTO_TCP:
        length = int.from_bytes(packet[2:4], "big")
        start = (packet[0] & 15) * 4
        addresses = packet[12:16], packet[16:20]
    elif kind == b"\x86\xdd" and packet[6] == socket.IPPROTO_TCP:
        length = 40 + int.from_bytes(packet[4:6], "big")
        start = 40
        addresses = packet[8:24], packet[24:40]
    else:
        return None
    # Packets that the kernel has merged are longer than the field says.
    end = len(packet) if len(packet) > 65_535 or length == 0 else length
    segment = packet[start:end]
    return addresses, segment[(segment[12] >> 4) * 4 :]


def main() -> None:
    between = {ipaddress.ip_address(address).packed for address in sys.argv[1:3]}
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    capture.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    print("listening", file=sys.stderr, flush=True)
    asked_to_stop = False
    while True:
        # What had come before the end of the input is still read.
        ready, _, _ = select.select([capture] if asked_to_stop else [capture, sys.stdin], [], [], 0.3)
        if sys.stdin in ready:
            asked_to_stop = True
        if capture in ready:
            frame, interface = capture.recvfrom(2**18)
            found = tcp_segment(frame) if interface[0].startswith("veth") else None
            if found is not None and set(found[0]) == between:
                sys.stdout.buffer.write(found[1])
        elif asked_to_stop:
            break
    sys.stdout.buffer.flush()


main()
