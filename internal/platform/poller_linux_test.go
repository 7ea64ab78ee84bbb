package platform

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// poller returns a Poller, and a function that waits with it and returns the numbers
// with events.
func poller(t *testing.T) (p *Poller, wait func(limit time.Duration) []int32) {
	t.Helper()
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, func(limit time.Duration) (numbers []int32) {
		p.Wait(limit, func(number int32) { numbers = append(numbers, number) })
		return numbers
	}
}

// A short Wait does not return before its limit has passed, and its timer is no event
// of a socket.
func TestPollerWaitsOutShortLimits(t *testing.T) {
	_, wait := poller(t)
	for _, limit := range []time.Duration{time.Nanosecond, 70 * time.Microsecond, 2999 * time.Microsecond} {
		begin := time.Now()
		for time.Since(begin) < limit { // a signal may interrupt it
			if numbers := wait(limit - time.Since(begin)); numbers != nil {
				t.Errorf("after %v there were events of %v", limit, numbers)
			}
		}
	}
}

// A Wait ends with the events that come first, whatever its limit, and tells of each
// once.
func TestPollerTellsOfData(t *testing.T) {
	p, wait := poller(t)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if err := p.Add(pair[0], 7); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []time.Duration{0, time.Millisecond, time.Hour} {
		if _, err := unix.Write(pair[1], []byte("x")); err != nil {
			t.Fatal(err)
		}
		if numbers := wait(limit); len(numbers) != 1 || numbers[0] != 7 {
			t.Errorf("a wait of %v told of %v, want 7", limit, numbers)
		}
		if numbers := wait(0); numbers != nil {
			t.Errorf("after a wait of %v another told of %v again", limit, numbers)
		}
	}
}

// Wake ends a Wait that comes later.
func TestPollerIsWoken(t *testing.T) {
	p, wait := poller(t)
	p.Wake()
	if numbers := wait(time.Hour); numbers != nil {
		t.Errorf("the wake was told as an event of %v", numbers)
	}
}
