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

// An exportFormat is a format of job records.
type exportFormat struct {
	name, contentType string
	// write streams the records as it reads them. The error is of a write or of
	// a record that cannot be read.
	write func(out *bufio.Writer, result *aurea.Result, jobs iter.Seq2[aurea.JobRecord, error]) error
}

// exportFormats lists the formats, the default first.
var exportFormats = []exportFormat{
	{"ndjson", "application/x-ndjson", lineFormat(nil, (*aurea.Result).AppendJobNDJSON)},
	{"csv", "text/csv; charset=utf-8", lineFormat(aurea.Spec.JobColumns, (*aurea.Result).AppendJobCSV)},
	{"parquet", records.ContentType, writeParquet},
}

// writeParquet writes the smallest format: a few bytes a job.
func writeParquet(out *bufio.Writer, result *aurea.Result, jobs iter.Seq2[aurea.JobRecord, error]) error {
	var writer interface {
		Write(job aurea.JobRecord) error
		Close() error
	} = records.NewWriter(out)
	if len(result.Spec.Scenarios) > 0 {
		writer = records.NewScenarioWriter(out, result.Spec.ScenarioOf)
	}
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

// lineFormat returns the write function of a format with one line a job, behind
// a header of columns unless that is nil.
func lineFormat(
	columns func(aurea.Spec) []string, appendLine func(*aurea.Result, []byte, aurea.JobRecord) []byte,
) func(*bufio.Writer, *aurea.Result, iter.Seq2[aurea.JobRecord, error]) error {
	return func(out *bufio.Writer, result *aurea.Result, jobs iter.Seq2[aurea.JobRecord, error]) error {
		if columns != nil {
			_, _ = out.WriteString(strings.Join(columns(result.Spec), ",") + "\n") // the next write returns its error
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
	for _, f := range exportFormats {
		content[strings.TrimSuffix(f.contentType, "; charset=utf-8")] = &huma.MediaType{}
	}
	op.Responses = map[string]*huma.Response{"200": {
		Description: "One record a job, in the order of the jobs, as a stream", Content: content,
	}}
	huma.Register(router, op, func(ctx context.Context, input *jobsInput) (*huma.StreamResponse, error) {
		format, err := parseFormat(input.Format)
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
		return &huma.StreamResponse{Body: func(ctx huma.Context) { s.export(ctx, run, format) }}, nil
	})
}

func parseFormat(name string) (exportFormat, error) {
	var names []string
	for _, f := range exportFormats {
		if f.name == name {
			return f, nil
		}
		names = append(names, f.name)
	}
	problem := fmt.Sprintf("must be one of %s; got %q", strings.Join(names, ", "), name)
	return exportFormat{}, queryProblem("format", problem)
}

// hasJobs returns an error unless the run has job records.
func hasJobs(run aurea.Run) error {
	switch {
	case !run.Status.Finished():
		return fmt.Errorf("%w: run %s is %s; its jobs can be had when it has finished", aurea.ErrConflict, run.ID,
			run.Status)
	case run.Result == nil:
		return fmt.Errorf("%w: run %s has no jobs: it ended without a result", aurea.ErrNotFound, run.ID)
	case !run.Spec.KeepsRecords():
		return fmt.Errorf("%w: run %s kept no records of its jobs, as its include_jobs is false", aurea.ErrNotFound,
			run.ID)
	}
	return nil
}

// export streams the job records of a run. After an error it closes the
// connection, so that the client does not take a part for the whole.
func (s *Server) export(ctx huma.Context, run aurea.Run, format exportFormat) {
	ctx.SetHeader("Content-Type", format.contentType)
	ctx.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.%s"`, run.ID, format.name))
	ctx.SetStatus(http.StatusOK)
	out := bufio.NewWriterSize(ctx.BodyWriter(), 64<<10)
	if err := format.write(out, run.Result, s.options.Runs.Jobs(ctx.Context(), run.ID)); err != nil {
		s.options.Log.Info("the jobs were not exported to their end", "run", run.ID, "error", err)
		panic(http.ErrAbortHandler)
	}
}
