package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// maxWait is the longest wait for a run's end.
const maxWait = 10 * time.Minute

// An idInput is a request about one run.
type idInput struct {
	ID string `path:"id" doc:"of the run: its result's benchmark_id"`
}

// A runResponse is the current state of a run.
type runResponse struct {
	Body aurea.Run
}

type submitInput struct {
	specInput
	Key string `header:"Idempotency-Key" maxLength:"255" doc:"of your choice: the same key with the same spec is the same run"`
}

type submitResponse struct {
	Location string `header:"Location" doc:"of the run"`
	Body     aurea.Run
}

func (s *Server) registerSubmit(router huma.API, op huma.Operation) {
	op.DefaultStatus = 202
	op.Errors = append(op.Errors, 400, 408, 413, 415, 422, 429, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *submitInput) (*submitResponse, error) {
		spec, err := readSpec(s, &input.specInput, s.decodeSpec)
		if err != nil {
			return nil, err
		}
		run, err := s.options.Runs.Submit(ctx, spec, input.Key)
		if err != nil {
			return nil, s.specProblem(&input.specInput, err)
		}
		return &submitResponse{Location: api.RunPath(api.Run, run.ID), Body: run}, nil
	})
	router.OpenAPI().Paths[op.Path].Post.RequestBody = specBody("Spec")
}

type getInput struct {
	ID   string `path:"id" doc:"of the run: its result's benchmark_id"`
	Wait string `query:"wait" doc:"how long to wait for the run's end, such as 30s; up to 10m" example:"30s"`
}

func (s *Server) registerGet(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 409, 500, 503)
	op.RejectUnknownQueryParameters = true
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The run",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schemaRef("Run")}},
	}}
	huma.Register(router, op, func(ctx context.Context, input *getInput) (*huma.StreamResponse, error) {
		wait, err := readWait(input.Wait)
		if err != nil {
			return nil, err
		}
		body, held, err := s.get(ctx, input.ID, wait)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			defer held.release()
			ctx.SetHeader("Content-Type", "application/json")
			ctx.SetStatus(http.StatusOK)
			if _, err := ctx.BodyWriter().Write(body); err != nil {
				s.options.Log.Debug("the client did not take the whole run", "run", input.ID, "error", err)
			}
		}}, nil
	})
}

// get returns a run as JSON. The bytes count against the budget until held is
// released; the decoded run is garbage while the client reads them.
func (s *Server) get(ctx context.Context, id string, wait time.Duration) (body []byte, held *reservation, err error) {
	held = &reservation{budget: s.options.Budget, purpose: "a run"}
	live := false
	err = s.reads.do(ctx, func() error {
		run, err := s.options.Runs.Get(ctx, id)
		if live = wait > 0 && !run.Status.Finished(); err != nil || live {
			return err
		}
		body, err = held.encode(run)
		return err
	})
	if err != nil || !live {
		return body, held, err
	}
	ctx, cancel := untilShutdown(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, wait)
	defer cancel()
	run, err := s.options.Runs.Wait(ctx, id)
	if err == nil {
		body, err = held.encode(run)
	}
	return body, held, err
}

func readWait(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(text)
	if err != nil || wait < 0 || wait > maxWait {
		return 0, queryProblem("wait", fmt.Sprintf("must be a duration such as 30s, up to %v; got %q", maxWait, text))
	}
	return wait, nil
}

// queryProblem returns the problem of one wrong query parameter.
func queryProblem(name, message string) error {
	p := api.NewProblem(400, name+": "+message)
	p.Errors = []api.FieldProblem{{Location: "query." + name, Message: message}}
	return p
}

func (s *Server) registerCancel(router huma.API, op huma.Operation) {
	op.DefaultStatus = 202
	op.Errors = append(op.Errors, 404, 409, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *idInput) (*runResponse, error) {
		run, err := s.options.Runs.Cancel(ctx, input.ID)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &runResponse{run}, nil
	})
}

func (s *Server) registerDelete(router huma.API, op huma.Operation) {
	op.DefaultStatus = 204
	op.Errors = append(op.Errors, 404, 409, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *idInput) (*struct{}, error) {
		if err := s.options.Runs.Delete(ctx, input.ID); err != nil {
			return nil, s.asProblem(err)
		}
		return nil, nil
	})
}

type changeInput struct {
	bodyInput
	ID string `path:"id" doc:"of the run: its result's benchmark_id"`
}

func (s *Server) registerChange(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 408, 409, 413, 415, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *changeInput) (*runResponse, error) {
		change, err := readBody(s, &input.bodyInput, aurea.DecodeChange)
		if err != nil {
			return nil, err
		}
		run, err := s.options.Runs.Change(ctx, input.ID, change)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &runResponse{run}, nil
	})
	router.OpenAPI().Paths[op.Path].Patch.RequestBody = jsonBody("RunChange")
}

type listInput struct {
	Limit    int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"at most so many"`
	Cursor   string    `query:"cursor" doc:"next_cursor of the page before"`
	Status   []string  `query:"status,explode" doc:"one or several, comma-separated or repeated"`
	Workload string    `query:"workload" doc:"the kind"`
	Name     string    `query:"name" doc:"exactly"`
	Label    []string  `query:"label,explode" doc:"key:value; repeated, all of them" example:"team:search"`
	Since    time.Time `query:"since" doc:"created at or after"`
	Until    time.Time `query:"until" doc:"created before"`
	Baseline bool      `query:"baseline" doc:"only those that are a baseline"`
	Verdict  string    `query:"verdict" enum:"none,pass,fail,invalid,no_data" doc:"of the result"`
	Text     string    `query:"q" maxLength:"200" doc:"in the id, the name or a label's value, in any case"`
	Brief    bool      `query:"brief" doc:"leave details out of results, such as workers; left_out names them"`
}

func (s *Server) registerList(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 500, 503)
	op.RejectUnknownQueryParameters = true
	op.Responses = map[string]*huma.Response{"200": {
		Description: "A page of runs; their results have no series, and what is too large for a list is named in " +
			"left_out",
		Content: map[string]*huma.MediaType{"application/json": {Schema: schemaRef("RunPage")}},
	}}
	huma.Register(router, op, func(ctx context.Context, input *listInput) (*huma.StreamResponse, error) {
		query, err := input.query()
		if err != nil {
			return nil, err
		}
		page, held, err := s.list(ctx, query, input.Brief)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			defer held.release()
			ctx.SetHeader("Content-Type", "application/json")
			if err := writeBody(ctx, page.WriteJSON); err != nil {
				s.options.Log.Debug("the client did not take the whole list", "error", err)
			}
		}}, nil
	})
}

// list returns a page of runs, which counts against the budget until held is
// released. The results of a brief page have no details.
func (s *Server) list(
	ctx context.Context, query aurea.RunQuery, brief bool,
) (page aurea.RunPage, held *reservation, err error) {
	held = &reservation{budget: s.options.Budget, purpose: "a page of runs"}
	err = s.reads.do(ctx, func() error {
		if page, err = s.options.Runs.List(ctx, query); err != nil {
			return err
		}
		for i := range page.Runs {
			if brief {
				page.Runs[i].OmitDetails()
			}
		}
		return held.reserve(page.Size())
	})
	return page, held, err
}

func (i *listInput) query() (aurea.RunQuery, error) {
	query := aurea.RunQuery{
		Limit: i.Limit, Cursor: i.Cursor, Workload: i.Workload, Name: i.Name,
		Since: i.Since, Until: i.Until, Baseline: i.Baseline, Text: i.Text,
		Verdict: aurea.Verdict(i.Verdict),
	}
	for _, list := range i.Status {
		for name := range strings.SplitSeq(list, ",") {
			status, err := readStatus(name)
			if err != nil {
				return query, err
			}
			query.Statuses = append(query.Statuses, status)
		}
	}
	for _, label := range i.Label {
		key, value, ok := strings.Cut(label, ":")
		if !ok || key == "" {
			return query, queryProblem("label", fmt.Sprintf("must be key:value; got %q", label))
		}
		if query.Labels == nil {
			query.Labels = map[string]string{}
		}
		query.Labels[key] = value
	}
	return query, nil
}

func readStatus(name string) (aurea.Status, error) {
	var names []string
	for _, status := range aurea.Statuses() {
		if string(status) == name {
			return status, nil
		}
		names = append(names, string(status))
	}
	return "", queryProblem("status", fmt.Sprintf("must be one of %s; got %q", strings.Join(names, ", "), name))
}
