package server

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

// A busyFake has a system in which every fact is shown.
type busyFake struct{ *storingFake }

func (busyFake) System(context.Context) (aurea.System, error) {
	return aurea.System{
		Since:     time.Now().Add(-50*time.Hour - 30*time.Minute),
		Queue:     aurea.SystemQueue{Running: 1, Waiting: 4, Limit: 4},
		Store:     aurea.SystemStore{Runs: 5000, Bytes: 3 << 30, Unstored: 2},
		Retention: aurea.SystemRetention{Age: 30 * 86400, Runs: 10_000, Bytes: 4 << 30},
	}, nil
}

// facts returns the facts of a card, "term: value" each.
func (b *tab) facts(title string) []string {
	b.t.Helper()
	return look[[]string](b, `[...[...document.querySelectorAll("#screen .card")]
		.find((card) => card.querySelector("h2").textContent === %q).querySelectorAll("dl div")]
		.map((fact) => [...fact.children].map((part) => part.innerText.replaceAll("\u00a0", " ")).join(": "))`, title)
}

// The system is shown in facts, with the workers, and follows the service.
func TestBrowserSystem(t *testing.T) {
	t.Parallel()
	machine := aurea.Environment{
		CPU: "Xeon <4>", Cores: 4, MemoryBytes: 8 << 30, OS: "linux", Kernel: "6.1", Go: "go1.26",
	}
	service := New(newOptions(busyFake{newStoringFake(finishingFake())}, withWorkers(everyState), func(o *Options) {
		o.Machine, o.Grafana = machine, "https://grafana.example"
		o.Damaged = func() int { return 1 }
	}))
	port := newFixedPort(t, service)
	b := visit(t, "http://"+port.address+"/#/system", anyRefused)
	b.until(`document.querySelector(".workers tbody tr")`)
	for title, want := range map[string][]string{
		"Service": {"Version: 1.2.3", "Running for: 2 days 2 h", "Memory of requests: 0 B"},
		"Queue":   {"Running: 1", "Waiting: 4 of 4 at most"},
		"Store": {
			"Kind: sqlite", "Runs: 5,000", "Size: 3 GiB",
			"Keeps: the newest 10,000, up to 4 GiB, for 30 days, and baselines", "Not stored yet: 2", "Damaged runs: 1",
		},
		"Limits": {
			"Jobs of a run: 10,000,000", "Request body: 1 MiB", "Runs of a list: 200", "Connections: 20,000",
		},
		"Machine": {"Processor: Xeon <4>", "Cores: 4", "Memory: 8 GiB", "System: linux 6.1", "Go: go1.26"},
	} {
		if diff := cmp.Diff(want, b.facts(title)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", title, diff)
		}
	}
	links := look[[]string](b, `[...document.querySelectorAll(".links a")].map((link) => link.getAttribute("href"))`)
	want := []string{
		"https://grafana.example/d/aurea-overview?var-url=http%3A%2F%2F" + strings.Replace(port.address, ":", "%3A", 1),
		"/metrics", "/docs", "/openapi.json",
	}
	if diff := cmp.Diff(want, links); diff != "" {
		t.Errorf("the links (-want +got):\n%s", diff)
	}
	names := look[[]string](b, `[...document.querySelectorAll(".workers tbody bdi")].map((name) => name.innerText)`)
	sorted := []string{"is-refused", "is-gone", "is-idle", "is-reserved", "is-running", "is-draining"}
	if diff := cmp.Diff(sorted, names); diff != "" {
		t.Errorf("the workers (-want +got):\n%s", diff)
	}

	b.fitsEverywhere("system-busy")
	look[bool](b, `document.querySelector(".workers a").focus() ?? true`)
	port.stop()
	b.until(`document.querySelector(".stale").innerText.includes("This is the state of ")`)
	port.start()
	b.until(`document.querySelector(".stale").innerText === ""`)
	if focused := look[string](b, "document.activeElement.hash"); focused != "#/runs/benchmark-1" {
		t.Errorf("after an update the focus is on %q", focused)
	}
}

// Without workers there is a line, and without limits everything is kept.
func TestBrowserSystemAlone(t *testing.T) {
	t.Parallel()
	b := visit(t, host(t, newStoringFake(finishingFake()))+"/#/system", 0)
	b.until(`[...document.querySelectorAll("#screen p")]
		.some((p) => p.innerText === "None: the service runs all jobs itself.")`)
	if keeps := b.facts("Store")[3]; keeps != "Keeps: all runs, for ever" {
		t.Errorf("without limits the store %s", keeps)
	}
	if meters := look[int](b, `document.querySelectorAll("meter").length`); meters != 0 {
		t.Errorf("without limits there are %d meters", meters)
	}
}
