package workload

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// A JobContext has its own deadline. Everything else is the run's, and without a
// deadline that is, too.
func TestJobContext(t *testing.T) {
	type key struct{}
	run, stop := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	timed := NewJobContext(run)
	if _, limited := timed.Deadline(); limited {
		t.Error("a new JobContext has a deadline")
	}
	for _, deadline := range []time.Time{time.Now().Add(time.Hour), time.Now().Add(-time.Hour)} {
		job := timed.Until(deadline)
		if got, limited := job.Deadline(); !limited || !got.Equal(deadline) {
			t.Errorf("Deadline = %v, %v, want %v", got, limited, deadline)
		}
		if err := job.Err(); err != nil {
			t.Errorf("Err = %v before the run is stopped", err)
		}
		if job.Done() != run.Done() {
			t.Error("Done is not the run's")
		}
		if value := job.Value(key{}); value != "value" {
			t.Errorf("Value = %v, want the run's", value)
		}
	}
	stop()
	if !errors.Is(timed.Err(), context.Canceled) {
		t.Errorf("Err = %v after the run was stopped", timed.Err())
	}
}

// Pause ends at the earliest of the duration, the deadline and the cancellation,
// and returns which it was.
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
			if err := Pause(timed, test.d); !errors.Is(err, test.want) {
				t.Errorf("%+v: Pause = %v", test, err)
			}
			if took := time.Since(begin); took != test.took {
				t.Errorf("%+v: Pause took %v", test, took)
			}
		})
	}
}

// pauses is a Runner whose jobs sleep for the seconds of their number.
type pauses struct{}

func (pauses) Run(ctx context.Context, job int64, _ JobMetrics) error {
	return Pause(ctx, time.Duration(job)*time.Second)
}

// A job with a timeout of its own ends at it, or at the job's deadline if that is
// earlier. The context has its deadline again.
func TestWithTimeout(t *testing.T) {
	for _, test := range []struct {
		sleep               int64
		timeout, whole, end time.Duration
		own                 bool
	}{
		{1, 5 * time.Second, 0, time.Second, false},
		{10, 5 * time.Second, 0, 5 * time.Second, true},
		{10, 5 * time.Second, time.Minute, 5 * time.Second, true},
		{10, 5 * time.Second, 2 * time.Second, 2 * time.Second, false},
		{10, 0, 3 * time.Second, 3 * time.Second, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var deadline time.Time
			if test.whole > 0 {
				deadline = time.Now().Add(test.whole)
			}
			job := NewJobContext(t.Context()).Until(deadline)
			start := time.Now()
			err := WithTimeout(pauses{}, test.timeout).Run(job, test.sleep, JobMetrics{})
			if took := time.Since(start); took != test.end {
				t.Errorf("%+v: took %v", test, took)
			}
			if late := errors.Is(err, context.DeadlineExceeded); late != (test.end < time.Duration(test.sleep)*time.Second) {
				t.Errorf("%+v: %v", test, err)
			}
			const message = "it took longer than its timeout of 5s: context deadline exceeded"
			if own := err != nil && err.Error() == message; own != test.own {
				t.Errorf("%+v: %v", test, err)
			}
			if after, _ := job.Deadline(); !after.Equal(deadline) {
				t.Errorf("%+v: the deadline is %v, want %v again", test, after, deadline)
			}
		})
	}
}
