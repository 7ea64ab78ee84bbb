package httpjob

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// Jobs over HTTP/2 share a connection, or with streams have one for so many of
// them.
func TestStreamsOfHTTP2(t *testing.T) {
	const jobs = 4
	for streams, connections := range map[int]int64{0: 1, 1: 4, 2: 2} {
		var arrived sync.WaitGroup
		arrived.Add(jobs)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			arrived.Done()
			arrived.Wait() // until all are in flight
		}))
		server.Config.Protocols = new(http.Protocols)
		server.Config.Protocols.SetUnencryptedHTTP2(true)
		server.Start()
		parameters := map[string]any{"url": server.URL, "version": "2"}
		if streams > 0 {
			parameters["streams"] = json.Number(strconv.Itoa(streams))
		}
		opened := workloadtest.Open(t, local, call(parameters))
		var all sync.WaitGroup
		outcomes := make([]workloadtest.Outcome, jobs)
		for i := range outcomes {
			all.Go(func() { outcomes[i] = runOf(t, opened, int64(i)) })
		}
		all.Wait()
		var made int64
		for _, o := range outcomes {
			if o.Err != nil {
				t.Error(o.Err)
			}
			made += o.Counters["connections"]
		}
		if made != connections {
			t.Errorf("%d streams: %d connections, want %d", streams, made, connections)
		}
		server.Close()
	}
}
