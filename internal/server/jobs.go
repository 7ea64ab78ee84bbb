package server

import (
	"bufio"
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/records"
)

// A form is one in which jobs are exported.
type form struct {
	name, contentType string
	// write streams the jobs, reading as it writes. The error is a reader's that is
	// gone, or a record's that could not be read.
	write func(out *bufio.Writer, result *aurea.Result, jobs iter.Seq2[aurea.JobRecord, error]) error
}

// forms are all of them, the default first.
var forms = []form{
	{"ndjson", "application/x-ndjson", lines(nil, (*aurea.Result).AppendJobNDJSON)},
	{"csv", "text/csv; charset=utf-8", lines(aurea.JobColumns, (*aurea.Result).AppendJobCSV)},
	{"parquet", records.ContentType, parquet},
}

// parquet is the form that takes the least: a few bytes a job.
func parquet(out *bufio.Writer, _ *aurea.Result, jobs iter.Seq2[aurea.JobRecord, error]) error {
	writer := records.NewWriter(out)
	for job, err := range jobs {
		if err == nil {
			err = writer.Write(job)
		}
		if err != nil {
			return err
		}
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return out.Flush()
}

// lines is a form with one line a job.
func lines(columns []string, appendLine func(*aurea.Result, []byte, aurea.JobRecord) []byte) func(*bufio.Writer, *aurea.Result, iter.Seq2[aurea.JobRecord, error]) error {
	return func(out *bufio.Writer, result *aurea.Result, jobs iter.Seq2[aurea.JobRecord, error]) error {
		if columns != nil {
			_, _ = out.WriteString(strings.Join(columns, ",") + "\n") // its error comes again
		}
		line := make([]byte, 0, 512)
		for job, err := range jobs {
			if err != nil {
				return err
			}
			line = appendLine(result, line[:0], job)
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
		return out.Flush()
	}
}

type jobsInput struct {
	ID     string `path:"id" doc:"of the run: its result's benchmark_id"`
	Format string `query:"format" default:"ndjson" doc:"ndjson, csv or parquet"`
}

func (s *Server) registerJobs(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 409, 500, 503)
	op.RejectUnknownQueryParameters = true
	content := map[string]*huma.MediaType{}
	for _, f := range forms {
		content[strings.TrimSuffix(f.contentType, "; charset=utf-8")] = &huma.MediaType{}
	}
	op.Responses = map[string]*huma.Response{"200": {Description: "One record a job, in the order of the jobs, as a stream", Content: content}}
	huma.Register(router, op, func(ctx context.Context, input *jobsInput) (*huma.StreamResponse, error) {
		form, err := readForm(input.Format)
		if err != nil {
			return nil, err
		}
		run, err := s.options.Runs.Get(ctx, input.ID)
		if err != nil {
			return nil, s.asProblem(err)
		}
		if err := hasJobs(run); err != nil {
			return nil, s.asProblem(err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) { s.export(ctx, run, form) }}, nil
	})
}

func readForm(name string) (form, error) {
	var names []string
	for _, f := range forms {
		if f.name == name {
			return f, nil
		}
		names = append(names, f.name)
	}
	return form{}, wrongQuery("format", fmt.Sprintf("must be one of %s; got %q", strings.Join(names, ", "), name))
}

func hasJobs(run aurea.Run) error {
	switch {
	case !run.Status.Finished():
		return fmt.Errorf("%w: run %s is %s; its jobs can be had when it has finished", aurea.ErrConflict, run.ID, run.Status)
	case run.Result == nil:
		return fmt.Errorf("%w: run %s has no jobs: it ended without a result", aurea.ErrNotFound, run.ID)
	case !run.Spec.WantsJobs():
		return fmt.Errorf("%w: run %s kept no records of its jobs, as its include_jobs is false", aurea.ErrNotFound, run.ID)
	}
	return nil
}

// export streams the jobs of a run. An answer that breaks off must not look like
// a whole one, so the connection does too.
func (s *Server) export(ctx huma.Context, run aurea.Run, form form) {
	ctx.SetHeader("Content-Type", form.contentType)
	ctx.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.%s"`, run.ID, form.name))
	ctx.SetStatus(http.StatusOK)
	out := bufio.NewWriterSize(ctx.BodyWriter(), 64<<10)
	if err := form.write(out, run.Result, s.options.Runs.Jobs(ctx.Context(), run.ID)); err != nil {
		s.options.Log.Info("the jobs were not exported to their end", "run", run.ID, "error", err)
		panic(http.ErrAbortHandler)
	}
}
