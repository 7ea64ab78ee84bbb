package search

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A manager runs one search after the other, and refuses one too many.
func TestManager(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, stop := startManager(t, new(MemoryStore))
		r := request(t, `"objectives": ["p99 < 65ms"], "rate": "10..40"`)
		var ids []string
		for range maxWaiting + 1 {
			s, err := m.Submit(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, s.ID)
			time.Sleep(time.Microsecond) // they are in the order of their creation
			synctest.Wait()
		}
		if _, err := m.Submit(t.Context(), r); !errors.Is(err, aurea.ErrQueueFull) {
			t.Errorf("one too many: %v", err)
		}
		first, err := m.Wait(t.Context(), ids[0])
		if err != nil || first.Outcome != aurea.AllHold {
			t.Errorf("the first is %s, %q (%v)", first.Status, first.Outcome, err)
		}
		synctest.Wait()
		if _, err := m.Cancel(t.Context(), ids[0]); !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("a finished search can be cancelled: %v", err)
		}
		if s, err := m.Cancel(t.Context(), ids[4]); err != nil || s.Status != aurea.StatusCancelled {
			t.Errorf("a waiting search is %s (%v)", s.Status, err)
		}
		if _, err := m.Cancel(t.Context(), ids[1]); err != nil {
			t.Errorf("a running search cannot be cancelled: %v", err)
		}
		second, err := m.Wait(t.Context(), ids[1])
		if err != nil || second.Status != aurea.StatusCancelled {
			t.Errorf("the second is %s (%v)", second.Status, err)
		}
		synctest.Wait()
		stop()
		var statuses []string
		for _, s := range list(t, m) {
			statuses = append(statuses, string(s.Status))
		}
		want := "cancelled interrupted interrupted cancelled completed"
		if got := strings.Join(statuses, " "); got != want {
			t.Errorf("the searches, newest first, are %s, want %s", got, want)
		}
		if _, err := m.Submit(t.Context(), r); !errors.Is(err, aurea.ErrUnavailable) {
			t.Errorf("after the end: %v", err)
		}
		if _, err := m.Wait(t.Context(), "search-2"); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("an unknown search: %v", err)
		}
	})
}

func list(t *testing.T, m *Manager) []aurea.Search {
	t.Helper()
	searches, err := m.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return searches
}

// startManager starts a manager; stop ends it.
func startManager(t *testing.T, store Store) (m *Manager, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	m = NewManager(Options{
		Run: (&target{}).run, Check: func(aurea.Spec) error { return nil }, Store: store, Owner: "here",
		Log: slog.New(slog.DiscardHandler),
	})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.Run(ctx)
	}()
	return m, func() {
		cancel()
		<-ended
	}
}

// A failingStore is a store that can be out of order.
type failingStore struct {
	MemoryStore
	broken atomic.Bool
}

func (f *failingStore) SaveSearch(ctx context.Context, s aurea.Search, owner string) error {
	if f.broken.Load() {
		return aurea.ErrUnavailable
	}
	return f.MemoryStore.SaveSearch(ctx, s, owner)
}

// A search is stored before it is acknowledged and after every run. What cannot
// be stored at its end is stored later, and found meanwhile.
func TestManagerStores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(failingStore)
		m, stop := startManager(t, store)
		r := request(t, `"objectives": ["p99 < 65ms"], "rate": "10..40"`)
		s, err := m.Submit(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if stored, err := store.Search(t.Context(), s.ID); err != nil || stored.Status.Finished() {
			t.Errorf("after its submission it is %s (%v)", stored.Status, err)
		}
		for points := 0; points == 0; time.Sleep(time.Second) {
			stored, err := store.Search(t.Context(), s.ID)
			if err != nil {
				t.Fatal(err)
			}
			if points = len(stored.Points); points > 0 && stored.Status != aurea.StatusRunning {
				t.Errorf("after its first run it is %s", stored.Status)
			}
		}
		store.broken.Store(true)
		if _, err := m.Submit(t.Context(), r); !errors.Is(err, aurea.ErrUnavailable) {
			t.Errorf("a search that is not stored is accepted: %v", err)
		}
		ended, err := m.Wait(t.Context(), s.ID)
		if err != nil || ended.Status != aurea.StatusCompleted {
			t.Errorf("it ended %s (%v)", ended.Status, err)
		}
		if found := list(t, m); len(found) != 1 || found[0].Status != aurea.StatusCompleted {
			t.Errorf("the list is %+v", found)
		}
		store.broken.Store(false)
		time.Sleep(2 * retryEvery)
		if stored, err := store.Search(t.Context(), s.ID); err != nil || stored.Status != aurea.StatusCompleted {
			t.Errorf("later it is stored as %s (%v)", stored.Status, err)
		}
		stop()
	})
}

// A watchedStore calls saving with a state of a search before it stores it.
type watchedStore struct {
	MemoryStore
	saving func(aurea.Search)
}

func (w *watchedStore) SaveSearch(ctx context.Context, s aurea.Search, owner string) error {
	w.saving(s)
	return w.MemoryStore.SaveSearch(ctx, s, owner)
}

// Clients see a run and the end of a search only when these are stored, because
// the server can be killed at any moment.
func TestManagerShowsWhatIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(watchedStore)
		m, stop := startManager(t, store)
		defer stop()
		stored := map[int]bool{} // by the number of runs
		store.saving = func(s aurea.Search) {
			stored[len(s.Points)] = true
			for _, shown := range list(t, m) {
				if shown.Status.Finished() {
					t.Errorf("a client sees that the search is %s before that is stored", shown.Status)
				}
				if n := len(s.Points); !s.Status.Finished() && n > 0 && len(shown.Points) >= n {
					t.Errorf("a client sees run %d before it is stored", n)
				}
			}
		}
		s, err := m.Submit(t.Context(), request(t, `"objectives": ["p99 < 65ms"], "rate": "10..40"`))
		if err != nil {
			t.Fatal(err)
		}
		if s, err = m.Wait(t.Context(), s.ID); err != nil || !stored[len(s.Points)] || len(s.Points) == 0 {
			t.Errorf("%d runs are shown at the end (%v), stored were %v", len(s.Points), err, stored)
		}
	})
}

// The search of another server is found, and its end waited for.
func TestManagerOfAnotherServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(MemoryStore)
		m, stop := startManager(t, store)
		defer stop()
		other := aurea.Search{ID: "search-2", Status: aurea.StatusRunning}
		if err := store.SaveSearch(t.Context(), other, "there"); err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(time.Minute)
			other.Status = aurea.StatusCompleted
			_ = store.SaveSearch(t.Context(), other, "there")
		}()
		if s, err := m.Wait(t.Context(), other.ID); err != nil || s.Status != aurea.StatusCompleted {
			t.Errorf("it is %s (%v)", s.Status, err)
		}
	})
}

// Searches of another server can be cancelled: the running one, whose run stops with
// it, and one that waits.
func TestCancelAtAnotherServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(MemoryStore)
		here, stop := startManager(t, store)
		defer stop()
		there := NewManager(here.Options)
		there.Owner = "there"
		r := request(t, `"objectives": ["p99 < 65ms"], "rate": "10..40"`)
		var ids []string
		for range 2 {
			s, err := here.Submit(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, s.ID)
		}
		synctest.Wait()
		for _, id := range ids {
			if s, err := there.Cancel(t.Context(), id); err != nil || s.ID != id {
				t.Errorf("cancelling search %s returns %q (%v)", id, s.ID, err)
			}
		}
		began := time.Now()
		for _, id := range ids {
			if s, err := there.Wait(t.Context(), id); err != nil || s.Status != aurea.StatusCancelled {
				t.Errorf("the search is %s (%v), want cancelled", s.Status, err)
			}
		}
		if d := time.Since(began); d > 3*pollEvery {
			t.Errorf("the searches ended after %s", d)
		}
		if _, err := there.Cancel(t.Context(), ids[0]); !errors.Is(err, aurea.ErrConflict) {
			t.Errorf("a cancelled search can be cancelled: %v", err)
		}
	})
}

// A manager forgets the oldest finished searches.
func TestManagerForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, stop := startManager(t, new(MemoryStore))
		defer stop()
		var first string
		for i := range maxKept + 1 {
			s, err := m.Submit(t.Context(), request(t, `"objectives": ["p99 < 65ms"], "rate": "100..200"`))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.Wait(t.Context(), s.ID); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first = s.ID
			}
		}
		if n := len(list(t, m)); n != maxKept {
			t.Errorf("it keeps %d searches", n)
		}
		if _, err := m.Wait(t.Context(), first); !errors.Is(err, aurea.ErrNotFound) {
			t.Errorf("the first search: %v", err)
		}
	})
}
