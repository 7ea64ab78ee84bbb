package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
)

const (
	grpcAddress = "127.0.0.1:18768"
	grpcMethod  = "grpc.testing.TestService/UnaryCall"
	grpcMessage = `{"payload":{"body":"aGVsbG8sIHdvcmxk"}}`
)

// grpcExperiment compares by the client's own CPU time, since the service, with
// the core that is left, limits the rate of the faster client.
var grpcExperiment = experiment{
	name:    "grpc",
	service: runProgram("grpc", grpcAddress, "taskset", "-c", serviceCore),
	contenders: []contender{
		pinToClientCore(grpcAurea()),
		pinToClientCore(ghz()),
	},
	claims: []claim{
		{work: "unary gRPC calls, 50 at a time on one connection: calls for each second of CPU time; ghz",
			figure: perCore, peer: "ghz", target: atLeast(2), unit: times},
		{work: "the same: calls/s, one core for the client", figure: throughput, peer: "ghz", target: atLeast(1),
			unit: times},
	},
}

func grpcAurea() contender {
	c := aurea("Aurea", "--duration 5s --concurrency 50 --workload grpc --param target="+grpcAddress+
		" --param method="+grpcMethod)
	c.command = append(c.command, "--param", "message="+grpcMessage)
	return c
}

func ghz() contender {
	return contender{name: "ghz", peer: "ghz", read: readGhz, command: []string{
		filepath.Join(tools, "ghz"), "--insecure", "--cpus", "1", "--concurrency", "50", "--connections", "1",
		"--duration", "5s", "--format", "json", "--call", grpcMethod, "--data", grpcMessage, grpcAddress,
	}}
}

// readGhz reads how many calls were right, and their rate.
func readGhz(stdout io.Reader) (sample, error) {
	var answer struct {
		Rps     float64
		Results map[string]float64 `json:"statusCodeDistribution"`
	}
	if err := json.NewDecoder(stdout).Decode(&answer); err != nil {
		return sample{}, err
	}
	if answer.Results["OK"] == 0 {
		return sample{}, fmt.Errorf("no call was right: %v", answer.Results)
	}
	return sample{figures: map[string]float64{throughput: answer.Rps, jobs: answer.Results["OK"]}}, nil
}
