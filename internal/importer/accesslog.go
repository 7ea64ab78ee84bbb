package importer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/vegeta"
)

// The limits of an access log.
const (
	maxLogRows    = 10_000_000 // jobs of a run
	maxLogLine    = 1 << 20    // bytes
	maxLogMethods = 64
	maxLogSkips   = 5 // lines whose faults are kept
)

// AccessLogHeader is the first line of what AccessLog.WriteRows writes.
const AccessLogHeader = "at,method,path\n"

// An AccessLog is the requests of an access log in the order of their moments. In
// memory it takes about the bytes of their methods and targets, and 24 a request.
type AccessLog struct {
	// Skipped is how many lines are no requests that can be sent, and Skips are
	// the first of them.
	Skipped int64
	Skips   []Error

	rows     []logRow
	targets  []byte   // of all rows, one after the other, without their first slash
	methods  []string // in the order of their first requests
	counts   []int64  // of the methods
	statuses map[int]int64
	fine     bool // moments are finer than seconds
	sorted   bool // lines were not in the order of their moments
}

// A logRow is a request. Its target ends where that of the next line begins.
type logRow struct {
	at     int64 // nanoseconds since 1970
	target uint64
	length uint32
	method uint8
}

// A logLine is what a line of an access log says. Its texts belong to the line.
type logLine struct {
	at             time.Time
	method, target []byte
	status         int // 0 if the line does not say
}

// ReadAccessLog reads an access log, which may be compressed with gzip: lines in
// the common or combined format of nginx and Apache, or JSON objects. Requests
// whose target is not wanted are left out.
func ReadAccessLog(from io.Reader, wanted func(target string) bool) (*AccessLog, error) {
	buffered := bufio.NewReaderSize(from, 1<<16)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("cannot be read: %w", err)
		}
		buffered = bufio.NewReaderSize(unpacked, 1<<16)
	}
	l := &AccessLog{statuses: map[int]int64{}}
	lines := bufio.NewScanner(buffered)
	lines.Buffer(make([]byte, 1<<16), maxLogLine)
	number := 0
	var parser logParser
	for lines.Scan() {
		number++
		if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 {
			if err := l.add(&parser, line, wanted); err != nil {
				l.skip(number, err)
			}
		}
		if len(l.rows) > maxLogRows {
			return nil, fmt.Errorf("has more than %d requests, which is the most of a run; import a part of it, "+
				"or choose paths with --match", maxLogRows)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, &Error{number + 1, 1, fmt.Sprintf("is longer than %d bytes", maxLogLine)}
	} else if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if len(l.rows) == 0 {
		if len(l.Skips) > 0 {
			return nil, &l.Skips[0]
		}
		return nil, errEmpty
	}
	l.sort()
	return l, nil
}

// skip notes a line that is left out.
func (l *AccessLog) skip(number int, err error) {
	if l.Skipped++; len(l.Skips) < maxLogSkips {
		l.Skips = append(l.Skips, Error{number, 1, err.Error()})
	}
}

// add adds the request of a line. The error says why it cannot be sent.
func (l *AccessLog) add(parser *logParser, line []byte, wanted func(string) bool) error {
	read, err := parser.parse(line)
	if err != nil {
		return err
	}
	target, err := sentTarget(string(read.target))
	if err != nil {
		return err
	}
	if !wanted(target) {
		return nil
	}
	method := slices.Index(l.methods, string(read.method))
	if method < 0 {
		if method = len(l.methods); method == maxLogMethods || !vegeta.IsMethod(string(read.method)) ||
			string(read.method) == "CONNECT" {
			return fmt.Errorf("has the method %q, which cannot be sent", read.method)
		}
		l.methods, l.counts = append(l.methods, string(read.method)), append(l.counts, 0)
	}
	l.counts[method]++
	if read.status > 0 {
		l.statuses[read.status]++
	}
	l.fine = l.fine || read.at.Nanosecond() != 0
	target = target[1:]
	l.rows = append(l.rows, logRow{read.at.UnixNano(), uint64(len(l.targets)), uint32(len(target)), uint8(method)})
	l.targets = append(l.targets, target...)
	return nil
}

// sort orders the requests by their moments. Those of one moment keep their order.
func (l *AccessLog) sort() {
	byTime := func(a, b logRow) int { return int(min(max(a.at-b.at, math.MinInt32), math.MaxInt32)) }
	if l.sorted = !slices.IsSortedFunc(l.rows, byTime); l.sorted {
		slices.SortStableFunc(l.rows, byTime)
	}
}

// Requests returns how many requests there are.
func (l *AccessLog) Requests() int { return len(l.rows) }

// WriteRows writes the requests as CSV: the seconds since the first, the method,
// and the target without its first slash. If the log has whole seconds, the
// requests of a second are spread over it evenly.
func (l *AccessLog) WriteRows(to io.Writer) error {
	buffered := bufio.NewWriterSize(to, 1<<16)
	if _, err := buffered.WriteString(AccessLogHeader); err != nil {
		return err
	}
	w := csv.NewWriter(buffered)
	record := make([]string, 3)
	first := l.rows[0].at
	for i := 0; i < len(l.rows); {
		end := i + 1 // of the requests of this moment
		for end < len(l.rows) && l.rows[end].at == l.rows[i].at {
			end++
		}
		for k, row := range l.rows[i:end] {
			at := row.at - first
			if !l.fine {
				at += int64(k) * int64(time.Second) / int64(end-i)
			}
			record[0], record[1] = formatMoment(at), l.methods[row.method]
			record[2] = string(l.targets[row.target : row.target+uint64(row.length)])
			if err := w.Write(record); err != nil {
				return err
			}
		}
		i = end
	}
	w.Flush()
	return errors.Join(w.Error(), buffered.Flush())
}

// formatMoment formats nanoseconds as seconds, to a microsecond.
func formatMoment(ns int64) string {
	text := strconv.FormatInt(ns/int64(time.Second), 10)
	if micros := ns % int64(time.Second) / 1000; micros > 0 {
		text += "." + string(bytes.TrimRight(fmt.Appendf(nil, "%06d", micros), "0"))
	}
	return text
}

// length returns the time from the first request to the last.
func (l *AccessLog) length() time.Duration {
	return time.Duration(l.rows[len(l.rows)-1].at - l.rows[0].at)
}
