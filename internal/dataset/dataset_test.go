package dataset

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/files"
)

// A written file is in a directory of its own.
type written struct {
	source files.Source
	name   string
	path   string
}

// write writes a file.
func write(t testing.TB, name, content string) written {
	t.Helper()
	dir := t.TempDir()
	w := written{files.Under(dir), name, filepath.Join(dir, name)}
	if err := os.WriteFile(w.path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w written) read() (*Table, error) { return Read(w.source, w.name) }

// texts returns the rows of a table.
func texts(table *Table) (all [][]string) {
	for row := range table.Len() {
		var one []string
		for column := range table.Columns() {
			one = append(one, string(table.Append(nil, row, column)))
		}
		all = append(all, one)
	}
	return all
}

// All formats give the same rows.
func TestFormats(t *testing.T) {
	long := strings.Repeat("x", 300)
	for name, content := range map[string]string{
		"a.csv": "\ufeffemail, name ,n\na@x,\"O \"\"B\"\", \nC\",1\n\n,," + long + "\nb@x,é,2.50",
		"a.CSV": "email,name,n\r\na@x,\"O \"\"B\"\", \nC\",1\r\n,," + long + "\r\nb@x,é,2.50\r\n",
		"a.json": `[{"email": "a@x", "name": "O \"B\", \nC", "n": 1},
			{"n": "` + long + `", "name": null, "email": ""}, {"email": "b@x", "name": "\u00e9", "n": 2.50}]`,
		"a.ndjson": `{"email": "a@x", "name": "O \"B\", \nC", "n": 1}` + "\n" +
			`{"n": "` + long + `", "name": "", "email": ""}` + "\n\n" + `{"email": "b@x", "name": "é", "n": 2.50}`,
	} {
		table, err := write(t, name, content).read()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		order := map[string]int{}
		for i, column := range table.Columns() {
			order[column] = i
		}
		var got [][]string
		for _, row := range texts(table) {
			got = append(got, []string{row[order["email"]], row[order["name"]], row[order["n"]]})
		}
		want := [][]string{{"a@x", "O \"B\", \nC", "1"}, {"", "", long}, {"b@x", "é", "2.50"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// An error says where in the file it is.
func TestWrongFiles(t *testing.T) {
	for _, test := range []struct{ name, content, want string }{
		{"a.txt", "a\n1\n", `must be a file .csv, .json, .ndjson or .jsonl; got "a.txt"`},
		{"a.csv", "", "a.csv has no rows"},
		{"a.csv", "a,b\n", "a.csv has no rows"},
		{"a.csv", "a,b\n1,2\n1,2,3\n", "a.csv:3:1: has 3 values for 2 columns"},
		{"a.csv", "a,b\n1,2\n1\n", "a.csv:3:1: has 1 values for 2 columns"},
		{"a.csv", "a,b\n1,x\"y\n", "a.csv:2:4: has a quotation mark in a text without quotes; "},
		{"a.csv", "a,b\n1,\"y\n\n", "a.csv:3:2: has a text in quotes that does not end; "},
		{"a.csv", "a,a\n1,2\n", `a.csv:1:1: has the column "a" twice`},
		{"a.csv", "a,\n1,2\n", `a.csv:1:1: has a column "", which {{data.NAME}} cannot name`},
		{"a.csv", "a,{b}\n1,2\n", `a.csv:1:1: has a column "{b}", which`},
		{"a.csv", "a,b\n1,2\n1,\x00\n", "a.csv:3:3: has a zero byte"},
		{"a.json", "", "a.json:1:1: is not JSON: it ends too early"},
		{"a.json", "[]", "a.json has no rows"},
		{"a.json", `{"a": 1}`, "a.json:1:1: must be a list of objects"},
		{"a.json", "[{\"a\": 1},\n {\"a\": é}]", "a.json:2:8: is not JSON: invalid character"},
		{"a.json", "[{\"a\": 1},\n {\"b\": 1}]", `a.json:2:9: has no "a", which the first row has`},
		{"a.json", "[{\"a\": 1},\n {\"b\": 1, \"a\": 2}]", `a.json:2:17: has "b", which the first row has not`},
		{"a.json", "[{\"a\": 1},\n 5]", "a.json:2:2: must be an object; got number"},
		{"a.json", "[{\"a\": 1},\n null]", "a.json:2:5: must be an object; got null"},
		{"a.json", "[{\"a\": 1}", "a.json:1:10: is not JSON: it ends too early"},
		{"a.json", "[{\"a\": 1}] 5", "a.json:1:12: has more behind its list"},
		{"a.ndjson", "{\"a\": 1}\n{\"a\": ", "a.ndjson:2:7: is not JSON: it ends too early"},
		{"a.ndjson", "{\"a\": 1}\n{\"a\": \"\\u0000\"}\n", "a.ndjson:2:15: has a zero byte"},
	} {
		_, err := write(t, test.name, test.content).read()
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: %v, want %s", test.content, err, test.want)
		}
	}
	const missing = `names "none.csv", which cannot be opened: no such file or directory`
	if _, err := Read(files.Under(t.TempDir()), "none.csv"); err == nil || err.Error() != missing {
		t.Errorf("%v, want %s", err, missing)
	}
}

// A file that is larger than the limit is refused before it is read.
func TestTooLargeFile(t *testing.T) {
	file := write(t, "a.csv", "a\n1\n")
	if err := os.Truncate(file.path, MaxFile+1); err != nil {
		t.Fatal(err)
	}
	const want = `names "a.csv", which has 268435457 bytes; the most is 268435456`
	if _, err := file.read(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// Rows are dealt by their order, the job's number and the seed.
func TestOrders(t *testing.T) {
	table, err := write(t, "a.csv", "n\n0\n1\n2\n3\n4\n").read()
	if err != nil {
		t.Fatal(err)
	}
	const jobs = 10_000
	dealt := func(order string, seed uint64) (all []string) {
		rows := NewRows(table, order, seed)
		for job := range int64(jobs) {
			all = append(all, string(rows.AppendOf(nil, job, 0)))
		}
		return all
	}
	sequential := dealt(aurea.OrderSequential, 1)
	if got, want := strings.Join(sequential[:7], ""), "0123401"; got != want {
		t.Errorf("sequential rows are %s, want %s", got, want)
	}
	if got, want := strings.Join(dealt(aurea.OrderOnce, 1)[:7], ","), "0,1,2,3,4,,"; got != want {
		t.Errorf("rows that are used once are %s, want %s", got, want)
	}
	random := dealt(aurea.OrderRandom, 1)
	if diff := cmp.Diff(random, dealt(aurea.OrderRandom, 1)); diff != "" {
		t.Errorf("random rows of one seed differ (-first +second):\n%s", diff)
	}
	if cmp.Equal(random, dealt(aurea.OrderRandom, 2)) {
		t.Error("random rows of two seeds are the same")
	}
	counts := map[string]float64{}
	for _, row := range random {
		counts[row]++
	}
	for row, n := range counts {
		if share := n / jobs; math.Abs(share-0.2) > 0.02 {
			t.Errorf("row %s has %v of the jobs, want 0.2", row, share)
		}
	}
	for order, want := range map[string]int64{aurea.OrderSequential: 0, aurea.OrderRandom: 0, aurea.OrderOnce: 5} {
		if got := NewRows(table, order, 1).Jobs(); got != want {
			t.Errorf("%s has rows for %d jobs, want %d", order, got, want)
		}
	}
}

// Runs of one file share its table, and a file that has changed is read again.
func TestTablesAreShared(t *testing.T) {
	file := write(t, "a.csv", "a\n1\n")
	first, err := file.read()
	if err != nil {
		t.Fatal(err)
	}
	second, err := file.read()
	if err != nil {
		t.Fatal(err)
	}
	if first != second {
		t.Error("a file in use is parsed again")
	}
	if err := os.WriteFile(file.path, []byte("a\n22\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	changed, err := file.read()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"22"}}, texts(changed)); diff != "" {
		t.Errorf("the changed file (-want +got):\n%s", diff)
	}
	runtime.KeepAlive(first)
}

// userRows returns a CSV file of so many users.
func userRows(n int) string {
	var b strings.Builder
	b.WriteString("email,password,name\n")
	for i := range n {
		fmt.Fprintf(&b, "user-%07d@example.com,pa55word-%07d,\"Customer %d, Ltd\"\n", i, i, i)
	}
	return b.String()
}

// A million rows take about the memory of their file.
func TestMemoryOfAMillionRows(t *testing.T) {
	content := userRows(1_000_000)
	size := len(content)
	file := write(t, "a.csv", content)
	before := heap()
	table, err := file.read()
	if err != nil {
		t.Fatal(err)
	}
	took := heap() - before
	t.Logf("%d bytes for a file of %d", took, size)
	if limit := int64(size) * 11 / 10; took > limit {
		t.Errorf("the table takes %d bytes, want at most %d for a file of %d", took, limit, size)
	}
	if got, want := string(table.Append(nil, 999_999, 2)), "Customer 999999, Ltd"; got != want {
		t.Errorf("the last row has %q, want %q", got, want)
	}
}

// heap returns the bytes that are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// Any content is refused or gives rows that have a text in each column.
func FuzzRead(f *testing.F) {
	f.Add("csv", "a,b\n1,\"2\n3\"\n")
	f.Add("json", `[{"a": 1}, {"a": null}]`)
	f.Add("ndjson", `{"a": 1}`+"\n"+`{"a": [1, "x"]}`)
	f.Fuzz(func(t *testing.T, format, content string) {
		read, ok := formats["."+format]
		if !ok {
			return
		}
		b := newBuilder(int64(len(content)))
		if err := read(strings.NewReader(content), b); err != nil {
			return
		}
		table := b.table()
		if rows := texts(table); len(rows) > 0 && len(rows[len(rows)-1]) != len(table.Columns()) {
			t.Errorf("the last row of %q is %q, want %d texts", content, rows[len(rows)-1], len(table.Columns()))
		}
	})
}

// BenchmarkAppendOf measures the text of a job, in a random row of a million, in
// the last of three columns. It allocates nothing.
func BenchmarkAppendOf(b *testing.B) {
	table, err := write(b, "a.csv", userRows(1_000_000)).read()
	if err != nil {
		b.Fatal(err)
	}
	rows := NewRows(table, aurea.OrderRandom, 1)
	line := make([]byte, 0, 100)
	var job int64
	b.ReportAllocs()
	for b.Loop() {
		line = rows.AppendOf(line[:0], job, 2)
		job++
	}
}
