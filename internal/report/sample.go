package report

import (
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// A sampledJob is a job of the sample in words. Its texts are sanitized, line by
// line.
type sampledJob struct {
	Title     string
	Mood      mood
	Exchanges []sampledExchange
	Rest      string // how many requests are not kept; "" if all are
}

// A sampledExchange is a request and its response, as HTTP/1.1 would write them.
type sampledExchange struct {
	Title             string
	Request, Response string // lines
}

// sampledJobs returns the sample of a result.
func sampledJobs(r *aurea.Result) (jobs []sampledJob) {
	for _, job := range r.SampledJobs {
		said := sampledJob{Title: fmt.Sprintf("Job %d: %s after %s", job.Job, job.Outcome, format.Brief(job.Duration))}
		if job.Error != "" {
			said.Mood = bad
			said.Title += ": " + job.Error
		}
		said.Title = format.Sanitize(said.Title)
		for _, e := range job.Exchanges {
			said.Exchanges = append(said.Exchanges, newSampledExchange(e))
		}
		if job.Omitted > 0 {
			said.Rest = format.NumberOf(int(job.Omitted), "more request") + " of the job, not kept"
		}
		jobs = append(jobs, said)
	}
	return jobs
}

func newSampledExchange(e aurea.Exchange) sampledExchange {
	end := "no answer"
	if e.Response != nil {
		end = fmt.Sprint(e.Response.Status)
	}
	step := ""
	if e.Step != "" {
		step = e.Step + ": "
	}
	said := sampledExchange{
		Title: format.Sanitize(fmt.Sprintf("%s%s %s: %s after %s",
			step, e.Method, e.URL, end, format.Brief(e.Duration))),
		Request: messageLines(e.Method+" "+e.URL, e.Request),
	}
	if e.Response != nil {
		said.Response = messageLines(fmt.Sprint(e.Response.Status), e.Response.SampledMessage)
	}
	if e.Error != "" {
		said.Response += "\n" + format.Sanitize(e.Error)
	}
	said.Response = strings.TrimPrefix(said.Response, "\n")
	return said
}

// messageLines returns a message as lines: the first one, the headers, and after
// an empty one the body.
func messageLines(first string, m aurea.SampledMessage) string {
	lines := append([]string{first}, m.Headers...)
	if m.Bytes > 0 {
		lines = append(lines, "")
	}
	if m.Body != "" {
		lines = append(lines, strings.Split(strings.TrimSuffix(m.Body, "\n"), "\n")...)
	}
	switch {
	case m.Binary:
		lines = append(lines, fmt.Sprintf("(%d bytes that are not text)", m.Bytes))
	case m.Cut:
		lines = append(lines, fmt.Sprintf("… (%d bytes in all)", m.Bytes))
	}
	for i := range lines {
		lines[i] = format.Sanitize(strings.TrimSuffix(lines[i], "\r"))
	}
	return strings.Join(lines, "\n")
}

// sample writes the requests that are kept, or how many jobs have some.
func (t textReport) sample() {
	jobs := sampledJobs(t.r)
	if len(jobs) == 0 {
		return
	}
	t.gap()
	if !t.o.Verbose {
		t.row("sample", fmt.Sprintf("the requests of %s; -v shows them", format.NumberOf(len(jobs), "job")))
		return
	}
	for i, job := range jobs {
		if i > 0 {
			t.gap()
		}
		moods := []mood{strong}
		if job.Mood != "" {
			moods = append(moods, job.Mood)
		}
		t.indented("", job.Title, moods...)
		for _, e := range job.Exchanges {
			t.indented("> ", e.Request)
			if e.Response != "" {
				t.indented("< ", e.Response)
			}
		}
		if job.Rest != "" {
			t.indented("", job.Rest, faint)
		}
	}
}

// maxSampleLines limits the lines of one message in a text.
const maxSampleLines = 40

// indented writes lines behind a mark. A line that is too long continues below.
func (t textReport) indented(mark, lines string, moods ...mood) {
	all := strings.Split(lines, "\n")
	for i, text := range all {
		if i == maxSampleLines {
			t.line(t.paint(mark+fmt.Sprintf("… (%d more lines; -o html shows them)", len(all)-i), faint))
			return
		}
		for _, part := range format.Wrap(text, t.width-len(mark)) {
			t.line(t.paint(mark, faint) + t.paint(part, moods...))
		}
	}
}
