// Package storetest is the conformance suite of runs.Store and search.Store.
// Only tests of stores import it.
package storetest

import (
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
	"github.com/aurea-orchestrator/aurea/internal/search"
)

// A Store is a store of runs and searches that can be closed and opened again.
type Store interface {
	runs.Store
	search.Store
	Close() error
}

// A Place is where a store keeps its runs, initially empty. Open opens a store
// there, after the previous one was closed.
type Place interface {
	Open(t testing.TB) Store
}

// tests are the parts of the contract. To add a part, add a row.
var tests = []struct {
	name string
	test func(t *testing.T, place Place)
}{
	{"create", testCreate},
	{"create with everything", testCreateWithEverything},
	{"create twice", testCreateTwice},
	{"submit twice", testSubmitTwice},
	{"submit at once", testSubmitConcurrently},
	{"save", testSave},
	{"finish", testFinish},
	{"finish without a result", testFinishWithoutResult},
	{"finish once", testFinishOnce},
	{"keep", testKeep},
	{"keep what was created", testKeepCreated},
	{"digest", testDigest},
	{"unknown", testUnknown},
	{"list", testList},
	{"pages", testPages},
	{"large specs", testLargeSpecs},
	{"bad cursor", testBadCursor},
	{"change", testChange},
	{"baseline", testBaseline},
	{"delete", testDelete},
	{"cancel", testCancel},
	{"recover", testRecover},
	{"recover noted", testRecoverNoted},
	{"note", testNote},
	{"adopt", testAdopt},
	{"adopt queued", testAdoptQueued},
	{"adopt at once", testAdoptConcurrently},
	{"release", testRelease},
	{"release noted", testReleaseOfNoted},
	{"release others", testReleaseOfOthers},
	{"cancel a released run", testCancelReleased},
	{"prune by age", testPruneByAge},
	{"prune many by age", testPruneManyByAge},
	{"prune by number", testPruneByNumber},
	{"prune ties", testPruneTies},
	{"prune by bytes", testPruneByBytes},
	{"usage", testUsage},
	{"ready", testReady},
	{"at once", testConcurrently},
	{"reopen", testReopen},
	{"searches", testSearches},
	{"many searches", testManySearches},
	{"recover searches", testRecoverSearches},
	{"prune searches", testPruneSearches},
	{"cancel searches", testCancelSearches},
}

// Run tests a store against the contract; place returns an empty Place for each
// part.
func Run(t *testing.T, place func(t *testing.T) Place) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.test(t, place(t)) })
	}
}
