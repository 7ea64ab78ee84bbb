// Package storetest is what every runs.Store must do, as tests. It is imported by
// the tests of stores only.
package storetest

import (
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// A Store is one that can be closed and opened again.
type Store interface {
	runs.Store
	Close() error
}

// A Place is where a store keeps its runs, empty at first. Open opens a store on
// it, after the one before was closed.
type Place interface {
	Open(t testing.TB) Store
}

// tests are the parts of the contract. To add one, add its line.
var tests = []struct {
	name string
	test func(t *testing.T, place Place)
}{
	{"create", testCreate},
	{"create with everything", testCreateWithEverything},
	{"create twice", testCreateTwice},
	{"submit twice", testSubmitTwice},
	{"submit at once", testSubmitAtOnce},
	{"save", testSave},
	{"finish", testFinish},
	{"finish without a result", testFinishWithoutResult},
	{"finish once", testFinishOnce},
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
	{"prune by age", testPruneByAge},
	{"prune many by age", testPruneManyByAge},
	{"prune by number", testPruneByNumber},
	{"prune ties", testPruneTies},
	{"prune by bytes", testPruneByBytes},
	{"ready", testReady},
	{"at once", testAtOnce},
	{"reopen", testReopen},
}

// Run holds a store against the contract; place makes an empty one for each part.
func Run(t *testing.T, place func(t *testing.T) Place) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.test(t, place(t)) })
	}
}
