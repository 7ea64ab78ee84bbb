package server

import (
	"context"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
	"github.com/aurea-orchestrator/aurea/param"
)

// Searches executes searches. search.Manager implements it. All methods may be
// called concurrently. An unknown id is an aurea.ErrNotFound.
type Searches interface {
	// Submit queues a search and returns it. Errors are aurea.ErrInvalid,
	// aurea.ErrQueueFull and aurea.ErrUnavailable. All methods may return the
	// latter.
	Submit(ctx context.Context, request aurea.SearchRequest) (aurea.Search, error)
	// Wait returns a search when it has finished, or its current state when ctx
	// ends.
	Wait(ctx context.Context, id string) (aurea.Search, error)
	// List returns all searches, newest first.
	List(ctx context.Context) ([]aurea.Search, error)
	// Cancel stops a search and returns its current state. One that has finished is
	// an aurea.ErrConflict.
	Cancel(ctx context.Context, id string) (aurea.Search, error)
}

// noSearches are the searches of a server that executes none, such as one that
// shows a user's history.
type noSearches struct{}

var errNoSearches = fmt.Errorf("%w: this service executes no searches", aurea.ErrConflict)

func (noSearches) Submit(context.Context, aurea.SearchRequest) (aurea.Search, error) {
	return aurea.Search{}, errNoSearches
}

func (noSearches) Wait(context.Context, string) (aurea.Search, error) {
	return aurea.Search{}, aurea.ErrNotFound
}

func (noSearches) List(context.Context) ([]aurea.Search, error) { return []aurea.Search{}, nil }

func (noSearches) Cancel(context.Context, string) (aurea.Search, error) {
	return aurea.Search{}, aurea.ErrNotFound
}

type searchSubmitResponse struct {
	Location string `header:"Location" doc:"of the search"`
	Body     aurea.Search
}

type searchResponse struct{ Body aurea.Search }

func (s *Server) registerSubmitSearch(router huma.API, op huma.Operation) {
	op.DefaultStatus = 202
	op.Errors = append(op.Errors, 400, 408, 409, 413, 415, 429, 500, 503)
	huma.Register(router, op, func(ctx context.Context, input *specInput) (*searchSubmitResponse, error) {
		request, err := readSpec(s, input, aurea.DecodeSearch)
		if err != nil {
			return nil, err
		}
		submitted, err := s.options.Searches.Submit(ctx, request)
		if err != nil {
			return nil, s.specProblem(input, err)
		}
		return &searchSubmitResponse{Location: api.RunPath(api.Search, submitted.ID), Body: submitted}, nil
	})
	router.OpenAPI().Paths[op.Path].Post.RequestBody = specBody("SearchRequest")
	describeSearch(router.OpenAPI().Components.Schemas.Map())
}

func (s *Server) registerListSearches(router huma.API, op huma.Operation) {
	type response struct{ Body api.SearchesBody }
	op.Errors = append(op.Errors, 500, 503)
	huma.Register(router, op, func(ctx context.Context, _ *struct{}) (*response, error) {
		searches, err := s.options.Searches.List(ctx)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &response{api.SearchesBody{Searches: searches}}, nil
	})
}

type searchInput struct {
	ID   string `path:"id" doc:"of the search"`
	Wait string `query:"wait" doc:"how long to wait for the search's end, such as 30s; up to 10m" example:"30s"`
}

func (s *Server) registerGetSearch(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 500, 503)
	op.RejectUnknownQueryParameters = true
	huma.Register(router, op, func(ctx context.Context, input *searchInput) (*searchResponse, error) {
		wait, err := readWait(input.Wait)
		if err != nil {
			return nil, err
		}
		ctx, cancel := untilShutdown(ctx)
		defer cancel()
		ctx, cancel = context.WithTimeout(ctx, wait)
		defer cancel()
		found, err := s.options.Searches.Wait(ctx, input.ID)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &searchResponse{found}, nil
	})
}

func (s *Server) registerCancelSearch(router huma.API, op huma.Operation) {
	op.DefaultStatus = 202
	op.Errors = append(op.Errors, 404, 409, 500, 503)
	type input struct {
		ID string `path:"id" doc:"of the search"`
	}
	huma.Register(router, op, func(ctx context.Context, input *input) (*searchResponse, error) {
		cancelled, err := s.options.Searches.Cancel(ctx, input.ID)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &searchResponse{cancelled}, nil
	})
}

// describeSearch describes a search: its request as the table of its members
// does, with any of the two loads.
func describeSearch(schemas map[string]*huma.Schema) {
	request := toSchema(param.ObjectSchema(aurea.SearchParameters()))
	request.Properties["spec"] = schemaRef("Spec")
	request.Properties["objectives"].Items = schemas["Spec"].Properties["thresholds"].Items
	schemas["SearchRequest"] = request
	of := schemas["Search"]
	of.Properties["status"].Enum = statusNames()
	for _, outcome := range aurea.SearchOutcomes() {
		of.Properties["outcome"].Enum = append(of.Properties["outcome"].Enum, string(outcome))
	}
	of.Properties["request"] = &huma.Schema{Type: huma.TypeObject,
		Description: "as it was sent, with defaults; secrets are masked"}
}
