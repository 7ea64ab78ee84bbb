package main

import (
	"os"
	"testing"
	"time"
)

func TestThirds(t *testing.T) {
	first, last, err := curve{1, 3, 100, 200, 300, 7, 9}.thirds()
	if err != nil {
		t.Fatal(err)
	}
	if first != 2 || last != 8 {
		t.Errorf("thirds are %v and %v, want 2 and 8", first, last)
	}
	if _, _, err := (curve{1, 2}).thirds(); err == nil {
		t.Error("thirds of two samples: no error")
	}
}

func TestReadResident(t *testing.T) {
	const status = "Name:\taurea\nVmHWM:\t   99999 kB\nVmRSS:\t   12345 kB\nRssAnon:\t 1 kB\n"
	if got, err := readResident(status); err != nil || got != 12345*1024 {
		t.Errorf("resident %v, %v", got, err)
	}
	if _, err := readResident("Name:\taurea\n"); err == nil {
		t.Error("memory of an ended process: no error")
	}
}

// watchMemory samples this process until it is stopped.
func TestWatchMemory(t *testing.T) {
	stop := watchMemory(os.Getpid(), time.Millisecond)
	time.Sleep(20 * time.Millisecond)
	seen := stop()
	if len(seen) == 0 || seen[0] < 1<<20 {
		t.Errorf("samples %v", seen)
	}
}
