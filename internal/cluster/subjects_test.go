package cluster

import (
	"testing"

	"pgregory.net/rapid"
)

// A report's subject says again what it was made of.
func TestReportSubject(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`)
		exec, worker, shard := id.Draw(t, "exec"), id.Draw(t, "worker"), rapid.IntRange(0, 1<<30).Draw(t, "shard")
		gotExec, gotShard, gotWorker, ok := parseReportSubject(reportSubject(exec, shard, worker))
		if !ok || gotExec != exec || gotShard != shard || gotWorker != worker {
			t.Fatalf("%s is read as %q, %d, %q, %v", reportSubject(exec, shard, worker), gotExec, gotShard, gotWorker, ok)
		}
	})
	for _, subject := range []string{
		"", "aurea.r", "aurea.r.x.1", "aurea.r.x.-1.w", "aurea.r.x.01.w", "aurea.r.x.a.w", "aurea.r.x.1.w.z", "aurea.w.x.1.w",
	} {
		if _, _, _, ok := parseReportSubject(subject); ok {
			t.Errorf("%q is taken for the subject of a report", subject)
		}
	}
}

// A new id can be one token of a subject, and is not the one before.
func TestNewID(t *testing.T) {
	id := NewID()
	if err := checkToken("id", id); err != nil {
		t.Error(err)
	}
	if id == NewID() {
		t.Errorf("%s was returned twice", id)
	}
}
