package importer

import (
	"bytes"
	"encoding/csv"
	"io"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

func everything(string) bool { return true }

// Any log is refused or becomes rows: as many as requests, whose moments do not go
// back, and whose paths are sent as they are.
func FuzzAccessLog(f *testing.F) {
	const at = `h - - [30/Nov/2026:10:00:00 +0000] `
	for _, text := range []string{
		at + `"GET / HTTP/1.1" 200 1`, at + `"GET /\x22\"\\a, HTTP/1.1" 404 1` + "\n" +
			at + `"PUT /b?c#d HTTP/1.1" 1 1`,
		`{"ts": 1.5, "request": {"method": "GET", "uri": "/"}}`, `{"time": "2026-11-30T10:00:00Z", "request": "GET /"}`,
		"\x1f\x8b", "\n\n x [", at + `"GET //[::1]:%41/?%zz"`, `{"ts": 1e11, "method": "A-B", "url": "http://h?a"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		log, err := ReadAccessLog(strings.NewReader(text), everything)
		if err != nil {
			return
		}
		var rows bytes.Buffer
		if err := log.WriteRows(&rows); err != nil {
			t.Fatal(err)
		}
		in := csv.NewReader(&rows)
		if _, err := in.Read(); err != nil {
			t.Fatal(err)
		}
		before, n := 0.0, 0
		for ; ; n++ {
			row, err := in.Read()
			if err == io.EOF { //nolint:errorlint // the reader returns it bare
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			moment, err := strconv.ParseFloat(row[0], 64)
			if err != nil || moment < before {
				t.Fatalf("the moment %s after %v: %v", row[0], before, err)
			}
			before = moment
			u, err := url.Parse("http://h/" + row[2])
			if err != nil || u.RequestURI() != "/"+row[2] {
				t.Fatalf("%q is sent as %q: %v", row[2], u, err)
			}
		}
		if n != log.Requests() {
			t.Fatalf("%d rows for %d requests", n, log.Requests())
		}
		if spec := log.Spec("a log", "a.csv", "http://h", "1x"); !strings.Contains(spec, "replay:") {
			t.Fatalf("no replay in %s", spec)
		}
	})
}

// A million lines take about the memory of their targets.
func TestAccessLogMemory(t *testing.T) {
	const n = 200_000
	line := `192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] "GET /catalog/items/0123456789 HTTP/1.1" 200 1` + "\n"
	log, err := ReadAccessLog(strings.NewReader(strings.Repeat(line, n)), everything)
	if err != nil {
		t.Fatal(err)
	}
	if log.Requests() != n {
		t.Errorf("%d requests of %d lines", log.Requests(), n)
	}
	if most := 2 * n * (24 + len("catalog/items/0123456789")); cap(log.targets)+24*cap(log.rows) > most {
		t.Errorf("%d lines take %d bytes, want at most %d", n, cap(log.targets)+24*cap(log.rows), most)
	}
	if length := log.length(); length != 0 {
		t.Errorf("the log is %v long, want %v", length, time.Duration(0))
	}
}

// What reading a line of the combined format costs.
func BenchmarkReadAccessLog(b *testing.B) {
	line := `192.0.2.1 - - [30/Nov/2026:10:00:00 +0000] "GET /catalog/items/7?q=a%20b HTTP/1.1" 200 15 "-" "me"` + "\n"
	text := strings.Repeat(line, 10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadAccessLog(strings.NewReader(text), everything); err != nil {
			b.Fatal(err)
		}
	}
}
