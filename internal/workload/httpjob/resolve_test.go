package httpjob

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// Resolving builds no client: the typed parameters have no place for one.
func TestParamsHoldNoClient(t *testing.T) {
	client := reflect.TypeFor[httpclient.Client]()
	if !contains(reflect.TypeFor[httpRunner](), client, map[reflect.Type]bool{}) {
		t.Error("an httpRunner holds no client, so this test looks for the wrong type")
	}
	if contains(reflect.TypeFor[params](), client, map[reflect.Type]bool{}) {
		t.Error("params holds a client")
	}
}

// contains reports whether a value of one type may hold a value of the other,
// interfaces and functions aside.
func contains(holder, held reflect.Type, seen map[reflect.Type]bool) bool {
	if holder == held {
		return true
	}
	if seen[holder] {
		return false
	}
	seen[holder] = true
	switch holder.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		return contains(holder.Elem(), held, seen)
	case reflect.Map:
		return contains(holder.Key(), held, seen) || contains(holder.Elem(), held, seen)
	case reflect.Struct:
		for i := range holder.NumField() {
			if contains(holder.Field(i).Type, held, seen) {
				return true
			}
		}
	}
	return false
}

// Each opening has a client of its own. Closing one opening leaves the jobs of
// the other as they were.
func TestOpenedClientsAreSeparate(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	resolved, err := local.Resolve(aurea.Plan{Workload: call(map[string]any{"url": server.URL}), Concurrency: 1})
	if err != nil {
		t.Fatal(err)
	}
	var opened [2]workload.Jobs
	for i := range opened {
		if opened[i], err = resolved.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		if o := runOf(t, opened[i], 0); o.Err != nil || o.Counters["connections"] != 1 {
			t.Errorf("opening %d: %v, %d connections, want one of its own", i, o.Err, o.Counters["connections"])
		}
	}
	opened[0].Close()
	if o := runOf(t, opened[1], 1); o.Err != nil || o.Counters["connections"] != 0 {
		t.Errorf("after the other was closed: %v, %d new connections", o.Err, o.Counters["connections"])
	}
	opened[1].Close()
	if o := runOf(t, opened[1], 2); o.Err == nil {
		t.Error("a job ran after its own opening was closed")
	}
}
