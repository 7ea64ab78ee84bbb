package telemetry

import (
	"fmt"
	"net/url"
	"strings"
)

// asked is what the environment asks to be sent.
type asked struct{ metrics, traces bool }

// readEnvironment finds out by OpenTelemetry's own variables. A signal is sent
// when there is an endpoint for it, or for all, or when its exporter is named.
// The rest of the variables, such as headers, timeouts and intervals, is read by
// the library. The error says which variable asks for what there is not.
func readEnvironment(getenv func(string) string) (asked, error) {
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") {
		return asked{}, nil
	}
	metrics, err := signal(getenv, "METRICS")
	if err != nil {
		return asked{}, err
	}
	traces, err := signal(getenv, "TRACES")
	return asked{metrics, traces}, err
}

func signal(getenv func(string) string, name string) (bool, error) {
	exporter := "OTEL_" + name + "_EXPORTER"
	endpoint, address := first(getenv, "OTEL_EXPORTER_OTLP_"+name+"_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	switch getenv(exporter) {
	case "none":
		return false, nil
	case "otlp":
	case "":
		if address == "" {
			return false, nil
		}
	default:
		return false, fmt.Errorf("%s must be otlp or none; got %q", exporter, getenv(exporter))
	}
	if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return false, fmt.Errorf("%s must be a URL such as http://localhost:4318; got %q", endpoint, address)
	}
	variable, protocol := first(getenv, "OTEL_EXPORTER_OTLP_"+name+"_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	if protocol != "" && protocol != "http/protobuf" {
		return false, fmt.Errorf("%s must be http/protobuf, which collectors take on port 4318; got %q", variable, protocol)
	}
	return true, nil
}

// first is the first of the variables that is set, and its value.
func first(getenv func(string) string, names ...string) (name, value string) {
	for _, name := range names {
		if value := getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}
