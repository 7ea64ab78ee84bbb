package cluster

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// partsOf returns the parts of a file, of at most the given size.
func partsOf(t testing.TB, name string, content []byte, size int) (parts []*FilePart) {
	t.Helper()
	whole, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = whole.Close() }()
	if _, err := whole.Write(content); err != nil {
		t.Fatal(err)
	}
	if _, err := whole.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	digest, err := digestOf(whole)
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from == 0 || from < len(content); from += size {
		parts = append(parts, &FilePart{Exec: "e1", Name: name, Size: int64(len(content)), Digest: digest,
			From: int64(from), Content: content[from:min(from+size, len(content))]})
	}
	return parts
}

// idleWorker returns a worker without a connection.
func idleWorker(t *testing.T) *Worker {
	t.Helper()
	embedded := listen(t, EmbedOptions{})
	hello := Hello{ID: NewID(), Name: "a", Weight: 1}
	conn := connect(t, ConnectOptions{URL: embedded.URL(), ID: hello.ID})
	return NewWorker(conn, WorkerOptions{Hello: hello, Log: quiet(), Policy: workload.Policy{Dir: t.TempDir()}})
}

// send sends a part to a worker and returns the problem of the reply.
func sendPart(t testing.TB, w *Worker, part *FilePart) string {
	t.Helper()
	data, err := part.encode()
	if err != nil {
		t.Fatal(err)
	}
	return w.serveFile(data).(*Reply).Problem
}

// Law: a file arrives whole, whatever parts it has, and however often they come.
func TestFilesArriveWhole(t *testing.T) {
	w := idleWorker(t)
	rapid.Check(t, func(r *rapid.T) {
		content := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(r, "content")
		parts := partsOf(t, "dir/a.csv", content, rapid.IntRange(1, 100).Draw(r, "size"))
		for i := range parts {
			earlier := rapid.SliceOfN(rapid.IntRange(0, max(i-1, 0)), 0, 3).Draw(r, "earlier")
			for _, sent := range append([]int{i}, earlier...) {
				if problem := sendPart(t, w, parts[sent]); problem != "" {
					r.Fatalf("part %d: %s", sent, problem)
				}
			}
		}
		got, err := w.files.source().Read("dir/a.csv", 1000)
		if err != nil || !bytes.Equal(got, content) {
			r.Fatalf("the file has %q, %v, want %q", got, err, content)
		}
		if !w.dropFiles("e1") || w.dropFiles("e1") {
			r.Fatal("the files are not removed once")
		}
	})
}

// A worker refuses what is not the file that was announced, and files of a second
// run.
func TestWrongParts(t *testing.T) {
	content := bytes.Repeat([]byte("row\n"), 100)
	for name, test := range map[string]struct {
		change func(parts []*FilePart) []*FilePart
		want   string // of the last part
	}{
		"a gap": {func(p []*FilePart) []*FilePart { return slices.Delete(p, 1, 2) },
			`the part of "a.csv" from 200 has come, and 100 bytes are there`},
		"another content": {func(p []*FilePart) []*FilePart {
			p[3].Content = bytes.Repeat([]byte("x"), 100)
			return p
		}, `the file "a.csv" has changed while it was sent`},
		"another digest": {func(p []*FilePart) []*FilePart {
			p[1].Digest = p[1].Digest[1:] + "0"
			return p[:2]
		}, `the file "a.csv" has changed while it was sent`},
		"another run": {func(p []*FilePart) []*FilePart {
			p[1].Exec = "e2"
			return p[:2]
		}, errBusy.Error()},
		"a part that was told before the run was given up": {func(p []*FilePart) []*FilePart { return p[1:2] },
			`the part of "a.csv" from 100 has come, and 0 bytes are there`},
	} {
		w := idleWorker(t)
		var problem string
		for _, part := range test.change(partsOf(t, "a.csv", content, 100)) {
			if problem = sendPart(t, w, part); problem != "" {
				break
			}
		}
		if problem != test.want {
			t.Errorf("%s: %q, want %q", name, problem, test.want)
		}
		if _, err := w.files.source().Read("a.csv", 1000); err == nil {
			t.Errorf("%s: there is a file", name)
		}
		w.dropFiles("e1")
	}
}

// Files reserve a worker until the run is given up.
func TestFilesReserveTheWorker(t *testing.T) {
	w := idleWorker(t)
	parts := partsOf(t, "a.csv", []byte("n\n1\n"), 2)
	if problem := sendPart(t, w, parts[0]); problem != "" {
		t.Fatal(problem)
	}
	if hello := w.announcer.hello; hello.State != Reserved || hello.Exec != "e1" {
		t.Errorf("the worker is %s for %q, want reserved for e1", hello.State, hello.Exec)
	}
	if _, err := w.reserve(Prepare{Exec: "e2", Weights: []int{1}}); err != errBusy { //nolint:errorlint // as it is
		t.Errorf("another run: %v, want %v", err, errBusy)
	}
	discard, err := Encode(&Order{Exec: "e1", Epoch: 1, Seq: 1, Kind: OrderDiscard})
	if err != nil {
		t.Fatal(err)
	}
	if problem := w.serveOrder(discard).(*Reply).Problem; problem != "" {
		t.Error(problem)
	}
	if hello := w.announcer.hello; hello.State != Idle {
		t.Errorf("the worker is %s, want idle", hello.State)
	}
	left, err := os.ReadDir(w.options.Policy.Dir)
	if err != nil || len(left) > 0 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

// A part arrives as it was sent, and anything else is refused.
func TestFilePartsArriveAsTheyWereSent(t *testing.T) {
	for _, content := range [][]byte{{}, []byte("\n"), []byte("{}\n\x00\xff")} {
		part := partsOf(t, `a "b".csv`, content, 100)[0]
		data, err := part.encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeFilePart(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(part, got); diff != "" {
			t.Errorf("%q (-sent +received):\n%s", content, diff)
		}
	}
}

// Any message is refused, or is a part that is within its file.
func FuzzFilePart(f *testing.F) {
	for _, part := range partsOf(f, "a.csv", []byte("n\n1\n2\n"), 3) {
		data, err := part.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		part, err := decodeFilePart(data)
		if err != nil {
			return
		}
		if end := part.From + int64(len(part.Content)); part.From < 0 || end > part.Size || part.Size > maxFileBytes {
			t.Errorf("%d bytes from %d of %d", len(part.Content), part.From, part.Size)
		}
		if _, err := part.encode(); err != nil {
			t.Error(err)
		}
	})
}
