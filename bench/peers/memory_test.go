package main

import (
	"os"
	"testing"
	"time"
)

func TestThirds(t *testing.T) {
	first, last, err := curve{1, 3, 100, 200, 300, 7, 9}.thirds()
	if err != nil || first != 2 || last != 8 {
		t.Errorf("thirds are %v and %v (%v), want 2 and 8", first, last, err)
	}
	if _, _, err := (curve{1, 2}).thirds(); err == nil {
		t.Error("two samples have no thirds, and no error")
	}
}

func TestReadResident(t *testing.T) {
	const status = "Name:\taurea\nVmHWM:\t   99999 kB\nVmRSS:\t   12345 kB\nRssAnon:\t 1 kB\n"
	if got, err := readResident(status); err != nil || got != 12345*1024 {
		t.Errorf("resident %v, %v", got, err)
	}
	if _, err := readResident("Name:\taurea\n"); err == nil {
		t.Error("a process that has ended has memory")
	}
}

// This process has memory, and is looked at until nobody wants that any more.
func TestWatchMemory(t *testing.T) {
	stop := watchMemory(os.Getpid(), time.Millisecond)
	time.Sleep(20 * time.Millisecond)
	seen := stop()
	if len(seen) == 0 || seen[0] < 1<<20 {
		t.Errorf("samples %v", seen)
	}
}
