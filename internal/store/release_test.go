package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/store/storetest"
)

// Any server may adopt the released run of a living one. Servers that resume runs
// see it at once and the others a little later, whatever its former owner does.
func TestReleaseAmongServers(t *testing.T) {
	address := database(t)
	owner, plain, resumer := open(t, address), openWith(t, address, confirmAtOnce), open(t, address)
	run := create(t, owner, 1, "owner")
	mine := create(t, owner, 2, "owner")
	renew(t, owner, "owner", time.Minute)
	check(t, owner.Release(t.Context(), run))
	for i, want := range [][]string{nil, {run.ID}} {
		renew(t, owner, "owner", time.Hour)
		interrupted, adoptable, err := plain.Recover(t.Context(), "")
		if err != nil || len(interrupted) != 0 || !slices.Equal(adoptable, want) {
			t.Errorf("look %d interrupted %v and found %v, %v; want %v", i, interrupted, adoptable, err, want)
		}
	}
	if got, want := recoverAdoptable(t, resumer), []string{run.ID}; !slices.Equal(got, want) {
		t.Errorf("a server that resumes runs adopts %v, want %v", got, want)
	}
	renew(t, resumer, "resumer", time.Minute)
	adopted, _, err := resumer.Adopt(t.Context(), run.ID, "resumer")
	check(t, err)
	_, _, err = plain.Adopt(t.Context(), run.ID, "plain")
	checkConflict(t, "adopting it from a living server", err)
	if _, err := resumer.Finish(t.Context(), storetest.Finished(adopted, 10)); err != nil {
		t.Error(err)
	}
	if _, err := owner.Finish(t.Context(), storetest.Finished(mine, 10)); err != nil {
		t.Errorf("the other run of the first server: %v", err)
	}
}
