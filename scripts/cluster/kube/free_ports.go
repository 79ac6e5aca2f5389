package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
)

// Below Linux's range for outgoing connections (32768..), so that none of them takes a port between the look and the use.
const firstPort, lastPort = 20000, 32767

// freePorts prints as many free loopback ports as its argument says, one a line. Random, so that two clusters that
// start at the same moment do not choose the same ones.
func freePorts() int {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: kube free-ports COUNT")
		return 2
	}
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	for range count {
		listener := listenOnRandomPort()
		// Kept open until the end: no port is given twice.
		defer listener.Close()
		fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	}
	return 0
}

func listenOnRandomPort() net.Listener {
	for {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		if listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return listener
		}
	}
}
