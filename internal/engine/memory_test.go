package engine

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// skipIfShort skips a test in short mode. Such a test has nothing for the race
// detector to find, and takes minutes under it.
func skipIfShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("make test runs it; short leaves it out")
	}
}

// bytesInUse returns the size of the heap's live objects.
func bytesInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Without records, memory does not grow with the length of the run, once the
// series has its full length.
func TestMemoryOfALongRun(t *testing.T) {
	skipIfShort(t)
	synctest.Test(t, func(t *testing.T) {
		p := plan(t, `{"duration": "30m", "concurrency": 4, "workload": {"kind": "sleep", "duration": "900ms"}, "include_jobs": false}`)
		var early, late int64
		_, err := fake().run(t.Context(), p, nil, func(p aurea.Progress) {
			switch p.Elapsed {
			case 10 * time.Minute:
				early = bytesInUse()
			case 30*time.Minute - time.Second:
				late = bytesInUse()
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if early == 0 || late == 0 {
			t.Fatal("the memory in use was not read")
		}
		if late-early > 256<<10 {
			t.Errorf("%d bytes are in use after 10 minutes, %d after 30", early, late)
		}
	})
}

// Memory does not grow with the number of jobs either.
func TestMemoryOfManyJobs(t *testing.T) {
	skipIfShort(t)
	used := func(jobs int) int64 {
		p := plan(t, fmt.Sprintf(`{"num_jobs": %d, "concurrency": 2, "workload": {"kind": "noop"}, "include_jobs": false}`, jobs))
		var most int64
		if _, err := New("test", everyKind).run(t.Context(), p, nil,
			func(aurea.Progress) { most = max(most, bytesInUse()) }); err != nil {
			t.Fatal(err)
		}
		return most
	}
	used(1000) // allocates what is allocated once
	// A run of more than a second may hold a tally for one interval more.
	if few, many := used(1000), used(3_000_000); many-few > 2<<20 {
		t.Errorf("%d bytes are in use by 1,000 jobs, %d by 3,000,000", few, many)
	}
}

// A job in flight takes no more than 32 bytes.
func TestMemoryOfAJob(t *testing.T) {
	skipIfShort(t)
	const jobs = 1_000_000
	synctest.Test(t, func(t *testing.T) {
		p := plan(t, fmt.Sprintf(`{"num_jobs": %d, "workload": {"kind": "sleep", "duration": "10s", "jitter": 0.2}, "include_jobs": false}`, jobs))
		before := bytesInUse()
		var during int64
		_, err := fake().run(t.Context(), p, nil, func(p aurea.Progress) {
			if p.Elapsed == time.Second {
				during = bytesInUse()
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		fixed := int64(20 << 20) // event loops, tallies, the first blocks
		if each := float64(during-before-fixed) / jobs; during == 0 || each > 32 {
			t.Errorf("%.1f bytes a job", each)
		}
	})
}

// A request in flight of the open model takes no more than 12 KiB, with its
// goroutine, its connection and the server's, even if it is the first of the
// connection.
func TestMemoryOfAnOpenRequest(t *testing.T) {
	skipIfShort(t)
	const jobs, limit = 1000, 12 << 10
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	p := plan(t, fmt.Sprintf(`{"num_jobs": %d, "rate": 2000, "concurrency": %[1]d, "include_jobs": false,
		"workload": {"kind": "http", "url": "http://%s/"}}`, jobs, server.Addr()))
	before := bytesInUse() + stackInUse()
	var during int64
	served := make(chan error, 1)
	go func() { served <- answerTogether(server, jobs, func() { during = bytesInUse() + stackInUse() }) }()
	result, err := New("test", everyKind).run(t.Context(), p, nil, ignore)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if result.Counts.OK != jobs {
		t.Errorf("%+v, want %d ok", result.Counts, jobs)
	}
	fixed := int64(2 << 20) // tallies, the engine
	if each := (during - before - fixed) / jobs; each > limit {
		t.Errorf("a request in flight takes %d bytes, want at most %d", each, limit)
	}
}

// answerTogether reads requests over n connections, calls whenAllWait, and
// answers them.
func answerTogether(server net.Listener, n int, whenAllWait func()) error {
	var waiting []net.Conn
	request := make([]byte, 1024)
	for range n {
		conn, err := server.Accept()
		if err != nil {
			return err
		}
		defer conn.Close()
		waiting = append(waiting, conn)
		if _, err := conn.Read(request); err != nil {
			return err
		}
	}
	whenAllWait()
	for _, conn := range waiting {
		if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); err != nil {
			return err
		}
	}
	return nil
}

// stackInUse returns the size of the goroutines' stacks.
func stackInUse() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.StackInuse)
}
