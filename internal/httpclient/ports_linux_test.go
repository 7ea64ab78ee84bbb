package httpclient

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inNetwork runs the test again in its own network namespace and reports
// whether this is that run.
func inNetwork(t *testing.T) bool {
	t.Helper()
	const mark = "AUREA_TEST_IN_NETWORK"
	if os.Getenv(mark) == t.Name() {
		raiseLoopback(t)
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), mark+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	output, err := cmd.CombinedOutput()
	if strings.Contains(string(output), "--- FAIL") {
		t.Fatalf("%s", output)
	}
	if err != nil {
		t.Skipf("no network of its own can be made here: %v %s", err, output)
	}
	return false
}

func raiseLoopback(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	request.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request); err != nil {
		t.Fatal(err)
	}
}

// ports is how many local ports the tests have.
const ports = 50

// limitPorts limits the local ports of the network to ports.
func limitPorts(t *testing.T) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_local_port_range", []byte("40000 40049"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serveOpen serves at an address and keeps the connections open until done is
// closed.
func serveOpen(t *testing.T, address string, done <-chan struct{}) (url string) {
	t.Helper()
	l, err := net.Listen("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if readRequest(bufio.NewReader(c)) {
					_, _ = c.Write([]byte(hello))
					<-done
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// wantConnections checks that as many connections can be made, and no more. The
// error is then a local limit.
func wantConnections(t *testing.T, url string, route Route, n int) {
	t.Helper()
	for i := range n {
		if _, err := get(t, client(t, Options{KeepAlive: true, Route: route}), url); err != nil {
			t.Fatalf("connection %d to %s: %v", i, url, err)
		}
	}
	_, err := get(t, client(t, Options{KeepAlive: true, Route: route}), url)
	wantClass(t, err, ClassGenerator, "assign requested address")
}

// Local ports are limited per target: two targets have twice as many
// connections as there are ports, also from one source address.
func TestPortsAreOfEachTarget(t *testing.T) {
	if !inNetwork(t) {
		return
	}
	limitPorts(t)
	done := make(chan struct{})
	defer close(done)
	for port, route := range map[string]Route{"1080": {}, "1081": {Sources: addressesOf("127.0.0.9")}} {
		for _, host := range []string{"127.0.0.1", "127.0.0.2"} {
			wantConnections(t, serveOpen(t, net.JoinHostPort(host, port), done), route, ports)
		}
	}
}

// Each source address has all local ports.
func TestPortsAreOfEachSource(t *testing.T) {
	if !inNetwork(t) {
		return
	}
	limitPorts(t)
	done := make(chan struct{})
	defer close(done)
	url := serveOpen(t, "127.0.0.1:1080", done)
	for _, source := range []string{"127.0.0.8", "127.0.0.9"} {
		wantConnections(t, url, Route{Sources: addressesOf(source)}, ports)
	}
}
