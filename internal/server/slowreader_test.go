package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// largeRun returns a run whose list of jobs exceeds any buffer.
func largeRun(spec aurea.Spec, jobs int64) aurea.Run {
	run := finished(spec)
	run.Samples.Jobs = aurea.NewJobLog(aurea.MaxJobs)
	for i := range jobs {
		run.Samples.Jobs.Put(i, aurea.OK, 0, 0, time.Second)
	}
	return run
}

// A client that reads nothing is disconnected and delays neither others nor the
// shutdown; a slow one gets the whole response.
func TestSlowReaders(t *testing.T) {
	const jobs = 2000
	synctest.Test(t, func(t *testing.T) {
		dial, stop, stopped := listen(t,
			fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) { return largeRun(spec, jobs), nil }})
		stuck, slow := dial(), dial()
		stuck.send(post(len(oneJob)) + oneJob)
		slow.send(post(len(oneJob)) + oneJob)
		slowly := make(chan document, 1)
		go func() {
			response, err := http.ReadResponse(bufio.NewReader(slowReader{slow}), nil)
			if err != nil {
				t.Error(err)
			}
			defer response.Body.Close()
			var r document
			if err := json.NewDecoder(response.Body).Decode(&r); err != nil {
				t.Errorf("a slow reader gets no result: %v", err)
			}
			slowly <- r
		}()
		time.Sleep(writeTimeout - time.Second)
		other := dial()
		other.send(getHealth)
		if other.want(200); time.Since(other.opened) != 0 {
			t.Errorf("another client waited for %v", time.Since(other.opened))
		}
		time.Sleep(time.Second + time.Millisecond)
		if _, err := stuck.answer(); !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			t.Errorf("a client that has read nothing for %v gets %v, want the end", writeTimeout, err)
		}
		if r := <-slowly; len(r["jobs"].([]any)) != jobs {
			t.Errorf("a slow reader gets %d jobs, want %d", len(r["jobs"].([]any)), jobs)
		}
		last := dial()
		last.send(post(len(oneJob)) + oneJob)
		synctest.Wait()
		begun := time.Now()
		stop()
		<-stopped
		if took := time.Since(begun); took > 2*writeTimeout {
			t.Errorf("a client that reads nothing delayed the shutdown by %v", took)
		}
	})
}

// An unread response of any endpoint is abandoned, so that the service can shut
// down.
func TestUnreadAnswers(t *testing.T) {
	for _, path := range []string{"/", "/health", "/openapi.json", "/metrics", "/nothing"} {
		t.Run(path, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, stop, stopped := listen(t, finishingFake())
				l := dial()
				l.send(strings.Replace(getHealth, "/health", path, 1))
				synctest.Wait()
				begun := time.Now()
				stop()
				select {
				case <-stopped:
				case <-time.After(time.Hour):
					_ = l.Close()
				}
				if took := time.Since(begun); took > 2*writeTimeout {
					t.Errorf("an unread response delayed the shutdown by %v", took)
				}
			})
		})
	}
}

// A slowReader reads one small part a second.
type slowReader struct{ io.Reader }

func (r slowReader) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return r.Reader.Read(p)
}

// A very slow client does not delay Serve after Close. A response that is cut
// off does not look complete.
func TestCloseCutsSlowReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := pipeListener{make(chan net.Conn), make(chan struct{})}
		server := New(newOptions(fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run,
			error) {
			return largeRun(spec, 100_000), nil
		}}))
		ctx, stop := context.WithCancel(t.Context())
		stopped := make(chan error, 1)
		go func() { stopped <- server.Serve(ctx, network) }()
		near, far := net.Pipe()
		network.dialled <- far
		read := make(chan error, 1)
		go func() {
			defer near.Close()
			_, _ = io.WriteString(near, strings.ReplaceAll(post(len(oneJob)), "\n", "\r\n")+oneJob)
			answer, err := http.ReadResponse(bufio.NewReaderSize(slowReader{near}, 16), nil)
			if err == nil {
				_, err = io.Copy(io.Discard, answer.Body)
			}
			read <- err
		}()
		time.Sleep(10 * time.Second)
		stop()
		time.Sleep(4 * time.Second)
		synctest.Wait()
		select {
		case err := <-stopped:
			t.Fatalf("Serve returned before Close (%v)", err)
		default:
		}
		server.Close()
		synctest.Wait()
		select {
		case err := <-stopped:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		default:
			t.Error("Serve waits for the reader after Close")
		}
		if err := <-read; !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("the reader gets %v, want a truncated response", err)
		}
	})
}

// An unread large response does not block the service, and is complete when it
// is read at last.
func TestUnreadAnswerDoesNotBlock(t *testing.T) {
	const jobs = 60_000 // more than the sockets' buffers hold
	s := serve(t, runs.Options{})
	conn := s.connect(fmt.Sprintf(`{"num_jobs": %d, "workload": {"kind": "noop"}}`, jobs))
	until(t, "the run to end", func() bool { return len(s.manager.Stats().Runs) == 1 })
	for _, path := range []string{"/health", "/readyz", "/metrics"} {
		if got := s.call("GET", path, nil); got.status != 200 {
			t.Errorf("%s: %d, want 200", path, got.status)
		}
	}
	if got := s.run(oneJob); got.status != 200 {
		t.Errorf("the next run: %d %s", got.status, got.body)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var r struct{ Jobs []struct{ Status string } }
	if err := json.NewDecoder(response.Body).Decode(&r); err != nil || len(r.Jobs) != jobs {
		t.Errorf("%d jobs are listed (%v), want %d", len(r.Jobs), err, jobs)
	}
}
