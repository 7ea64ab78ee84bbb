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

// Local ports are limited per target: two targets have twice as many
// connections as there are ports. Beyond that the error is a local limit.
func TestPortsAreOfEachTarget(t *testing.T) {
	if !inNetwork(t) {
		return
	}
	const ports = 50
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_local_port_range", []byte("40000 40049"), 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	serve := func(address string) (url string) {
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
						<-done // keep the connection open
					}
				}()
			}
		}()
		return "http://" + l.Addr().String()
	}
	defer close(done)
	for _, url := range []string{serve("127.0.0.1:1080"), serve("127.0.0.2:1080")} {
		for i := range ports {
			c := client(t, Options{KeepAlive: true})
			if _, err := get(t, c, url); err != nil {
				t.Fatalf("connection %d to %s: %v", i, url, err)
			}
		}
		_, err := get(t, client(t, Options{KeepAlive: true}), url)
		wantClass(t, err, ClassGenerator, "assign requested address")
	}
}
