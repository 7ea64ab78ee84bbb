package main

import (
	"log/slog"
	"slices"
	"sync"
	"time"
)

// The end of the service: its grace is for the running run, and then there are a
// few seconds more for what is left.
const (
	cutAfter    = 4 * time.Second // answers that are still read are cut
	reportAfter = 5 * time.Second // the log says what the service still waits for
)

// parts are what the service consists of while it runs, by name.
type parts struct {
	mu      sync.Mutex
	running []string
}

// run does the work of one part.
func (p *parts) run(name string, work func() error) error {
	p.mu.Lock()
	p.running = append(p.running, name)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.running = slices.DeleteFunc(p.running, func(other string) bool { return other == name })
	}()
	return work()
}

// report says which parts have not ended.
func (p *parts) report(log *slog.Logger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.running) > 0 {
		log.Warn("the service has not ended", "waits_for", p.running)
	}
}
