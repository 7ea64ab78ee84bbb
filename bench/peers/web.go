package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// pinToClientCore runs a contender on the clients' core; the service has the
// other.
func pinToClientCore(c contender) contender {
	c.command = append([]string{"taskset", "-c", clientCore}, c.command...)
	return c
}

func heyAgainst(url string) contender {
	return contender{name: "hey", peer: "hey", read: readHey, command: []string{
		filepath.Join(tools, "hey"), "-z", "5s", "-c", "50", "-cpus", "1", url,
	}}
}

// readHey reads the rate from hey's report.
func readHey(stdout io.Reader) (sample, error) {
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "Requests/sec:"); ok {
			rate, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			return sample{figures: map[string]float64{throughput: rate}}, err
		}
	}
	return sample{}, errors.New("hey says nothing of Requests/sec")
}

// vegetaAgainst runs vegeta, which writes its results to a file and reports
// afterwards.
func vegetaAgainst(url, flags string) contender {
	program := filepath.Join(tools, "vegeta")
	script := fmt.Sprintf("f=$(mktemp) && echo GET %s | %s attack %s >$f && %s report -type=json $f; rm -f $f", url,
		program, flags, program)
	return contender{name: "vegeta", peer: "vegeta", read: readVegeta, command: []string{"bash", "-c", script}}
}

func readVegeta(stdout io.Reader) (sample, error) {
	var report struct {
		Throughput float64
		Latencies  map[string]float64 // in nanoseconds; without a p99.9
	}
	err := json.NewDecoder(stdout).Decode(&report)
	return sample{figures: map[string]float64{
		throughput: report.Throughput,
		latencyP95: report.Latencies["95th"] / 1e9,
		latencyP99: report.Latencies["99th"] / 1e9,
	}}, err
}

func fortioAgainst(url, flags string) contender {
	command := append([]string{filepath.Join(tools, "fortio"), "-url", url}, strings.Fields(flags)...)
	return contender{name: "Fortio", peer: "fortio", command: command, read: readRate}
}

func k6Against(url, script, flags string) contender {
	command := append([]string{filepath.Join(tools, "k6"), "run", "--quiet", "--no-usage-report", "--address", "",
		"--env", "URL=" + url}, strings.Fields(flags)...)
	return contender{name: "k6", peer: "k6", command: append(command, filepath.Join("bench", "k6", script)),
		read: readRate}
}
