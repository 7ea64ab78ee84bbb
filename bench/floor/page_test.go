package main

import (
	"strings"
	"testing"
)

// costing returns a contender that takes the given time for a request, in
// microseconds, one round each.
func costing(name string, user ...float64) side {
	s := side{Name: name}
	for _, u := range user {
		s.costs = append(s.costs, cost{User: u, Kernel: 10})
	}
	return s
}

// What io_uring would give Aurea is what it saves the bare loop in the same
// round.
func TestIfRing(t *testing.T) {
	m := measuredWork{Name: "plain", Sides: []side{
		costing("Aurea", 6, 10, 30), costing("wrk", 8, 11, 26), costing("a bare loop on epoll", 4, 5, 15),
		costing("a bare loop on io_uring", 2, 0, 15),
	}}
	got, want := m.IfRing(), ifRing{
		Tool: "wrk", Bare: "**1.17x** (1.00x … 1.50x)", Aurea: "**1.14x** (1.00x … 1.33x)",
		Tools: "**1.29x** (0.90x … 1.40x)",
	}
	if *got != want {
		t.Errorf("got %+v, want %+v", *got, want)
	}
	m.Sides = m.Sides[:3]
	if got := m.IfRing(); got != nil {
		t.Errorf("without a loop on io_uring: %+v, want nothing", got)
	}
}

// The page says it once, under the work that has the bare loops.
func TestPageSaysWhatRingWouldGive(t *testing.T) {
	plain := measuredWork{Name: "plain", Sides: []side{
		costing("Aurea", 6), costing("wrk", 8), costing("a bare loop on epoll", 4),
		costing("a bare loop on io_uring", 2),
	}}
	secure := measuredWork{Name: "TLS", Sides: []side{costing("Aurea", 6), costing("wrk", 8)}}
	var text strings.Builder
	if err := (&page{Works: []measuredWork{plain, secure}}).print(&text); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text.String(), "What io_uring would give"); n != 1 {
		t.Errorf("said %d times, want once:\n%s", n, text.String())
	}
	if want := "\n\n## TLS\n"; !strings.Contains(text.String(), want) {
		t.Errorf("no %q in\n%s", want, text.String())
	}
}
