package workload

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// A JobContext has its own deadline and all else of its run; without one, it is the
// run's context.
func TestJobContext(t *testing.T) {
	type key struct{}
	run, stop := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	timed := NewJobContext(run)
	if _, limited := timed.Deadline(); limited {
		t.Error("a deadline, and nobody has set one")
	}
	for _, deadline := range []time.Time{time.Now().Add(time.Hour), time.Now().Add(-time.Hour)} {
		job := timed.Until(deadline)
		if got, limited := job.Deadline(); !limited || !got.Equal(deadline) || job.Err() != nil || job.Done() != run.Done() || job.Value(key{}) != "value" {
			t.Errorf("deadline %v (%v), error %v, value %v", got, limited, job.Err(), job.Value(key{}))
		}
	}
	stop()
	if !errors.Is(timed.Err(), context.Canceled) {
		t.Errorf("the run is stopped, and its job's context says %v", timed.Err())
	}
}

// Pause is over at the earliest of what ends it, and says which it was.
func TestPause(t *testing.T) {
	for _, test := range []struct {
		d, deadline, stop, took time.Duration
		want                    error
	}{
		{time.Second, 0, 0, time.Second, nil},
		{time.Second, 2 * time.Second, 0, time.Second, nil},
		{time.Second, time.Second, 0, time.Second, nil},
		{2 * time.Second, time.Second, 0, time.Second, context.DeadlineExceeded},
		{math.MaxInt64, time.Second, 0, time.Second, context.DeadlineExceeded},
		{time.Hour, time.Minute, time.Second, time.Second, context.Canceled},
		{time.Hour, 0, time.Second, time.Second, context.Canceled},
		{0, -time.Second, 0, 0, nil},
		{time.Second, -time.Second, 0, 0, context.DeadlineExceeded},
	} {
		synctest.Test(t, func(t *testing.T) {
			run, stop := context.WithCancel(t.Context())
			defer stop()
			if test.stop > 0 {
				time.AfterFunc(test.stop, stop)
			}
			timed := NewJobContext(run)
			if test.deadline != 0 {
				timed.Until(time.Now().Add(test.deadline))
			}
			begin := time.Now()
			if err := Pause(timed, test.d); !errors.Is(err, test.want) || time.Since(begin) != test.took {
				t.Errorf("%+v: %v after %v", test, err, time.Since(begin))
			}
		})
	}
}
