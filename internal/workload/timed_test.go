package workload

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A job of http takes no memory that another one has not left, whoever gives it
// its timeout, and whatever it is a part of.
func TestTimeoutsAllocateNothing(t *testing.T) {
	for _, within := range []string{"", "failure", "steps", "mix"} {
		for _, limit := range []string{"run", "kind"} {
			t.Run("http "+within+" by the "+limit, func(t *testing.T) {
				jobs := briefly(t, within)
				notes, timed := NewNotes(jobs.Measures), NewTimed(t.Context())
				job := func() {
					var deadline time.Time
					if limit == "run" {
						deadline = time.Now().Add(time.Minute)
					}
					if err := jobs.Runner.Run(timed.Until(deadline), 0, notes); err != nil {
						t.Fatal(err)
					}
				}
				job() // the first connects
				if n := testing.AllocsPerRun(200, job); n != 0 {
					t.Errorf("%v allocations a job", n)
				}
			})
		}
	}
}

// A Timed has its own deadline and all else of its run; without one, it is the
// run's context.
func TestTimed(t *testing.T) {
	type key struct{}
	run, stop := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	timed := NewTimed(run)
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

// endless are workloads whose jobs last longer than anybody waits for them.
var endless = map[string]string{
	"http":         `{"kind": "http", "url": "$URL"}`,
	"http 2":       `{"kind": "http", "url": "$URL", "version": "2"}`,
	"poll":         `{"kind": "http", "url": "$JOBS", "body": {}, "poll": {"interval": "60s"}}`,
	"cpu":          `{"kind": "cpu", "cpu_time": "1h"}`,
	"memory":       `{"kind": "memory", "bytes": 4096, "hold": "1h"}`,
	"exec":         `{"kind": "exec", "command": "sh"}`,
	"hanging http": `{"kind": "http", "url": "$URL", "failure": {"rate": 1, "kind": "timeout"}}`,
	"hanging cpu":  `{"kind": "cpu", "work": 1, "failure": {"rate": 1, "kind": "timeout"}}`,
	"slow cpu":     `{"kind": "cpu", "work": 100, "failure": {"rate": 1, "kind": "slow", "factor": 1000000}}`,
	"sleep step":   `{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "sleep", "duration": "1h"}]}`,
	"cpu step":     `{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "cpu", "cpu_time": "1h"}]}`,
	"http step":    `{"kind": "steps", "steps": [{"kind": "noop"}, {"kind": "http", "url": "$URL"}]}`,
	"cpu part":     `{"kind": "mix", "parts": [{"workload": {"kind": "cpu", "cpu_time": "1h"}}]}`,
	"sleep part":   `{"kind": "mix", "parts": [{"workload": {"kind": "sleep", "duration": "1h"}}]}`,
	"step of part": `{"kind": "mix", "parts": [{"workload": {"kind": "steps", "steps": [{"kind": "cpu", "cpu_time": "1h"}]}}]}`,
}

// Whatever a job does, its deadline ends it, and the end of its run does.
func TestJobsEndInTime(t *testing.T) {
	for name, text := range endless {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			jobs := openText(t, text)
			if o := runWithin(t, jobs, 0, 20*time.Millisecond); !errors.Is(o.err, context.DeadlineExceeded) {
				t.Errorf("after its deadline: %v", o.err)
			}
			run, stop := context.WithCancel(t.Context())
			time.AfterFunc(20*time.Millisecond, stop)
			if err := jobs.Runner.Run(NewTimed(run).Until(time.Now().Add(time.Hour)), 1, Notes{}); !errors.Is(err, context.Canceled) {
				t.Errorf("after the end of its run: %v", err)
			}
		})
	}
}

// A deadline that has passed is the next job's no more.
func TestDeadlinesAreTheJobsOwn(t *testing.T) {
	jobs := briefly(t, "")
	timed := NewTimed(t.Context())
	for range 20 {
		if err := jobs.Runner.Run(timed.Until(time.Now().Add(time.Minute)), 0, Notes{}); err != nil {
			t.Fatal(err)
		}
		timed.Until(time.Now().Add(-time.Hour))
	}
}

// pause is over at the earliest of what ends it, and says which it was.
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
			timed := NewTimed(run)
			if test.deadline != 0 {
				timed.Until(time.Now().Add(test.deadline))
			}
			begin := time.Now()
			if err := pause(timed, test.d); !errors.Is(err, test.want) || time.Since(begin) != test.took {
				t.Errorf("%+v: %v after %v", test, err, time.Since(begin))
			}
		})
	}
}

// openText opens a workload written as JSON, with $URL for a service that never
// answers and $JOBS for one whose jobs are never done.
func openText(t *testing.T, text string) Jobs {
	t.Helper()
	text = strings.NewReplacer("$URL", unanswering(t), "$JOBS", newJobServer(t, math.MaxInt64, "").URL).Replace(text)
	parameters := parsed(t, text)
	kind := parameters["kind"].(string)
	delete(parameters, "kind")
	return open(t, scripted(t, "exec sleep 3600", ""), kind, parameters, 1)
}

// unanswering is the URL of a service that hears and says nothing.
func unanswering(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				_, _ = io.Copy(io.Discard, connection)
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}
