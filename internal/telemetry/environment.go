package telemetry

import (
	"fmt"
	"net/url"
	"strings"
)

// signals says which signals to send.
type signals struct{ metrics, traces bool }

// readEnvironment reads OpenTelemetry's own variables. A signal is sent if
// there is an endpoint for it or for all signals, or if its exporter is set.
// The OpenTelemetry library reads the other variables, such as headers,
// timeouts and intervals. The error names the variable with an unsupported
// value.
func readEnvironment(getenv func(string) string) (signals, error) {
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") {
		return signals{}, nil
	}
	metrics, err := wantsSignal(getenv, "METRICS")
	if err != nil {
		return signals{}, err
	}
	traces, err := wantsSignal(getenv, "TRACES")
	return signals{metrics, traces}, err
}

// wantsSignal reports whether the environment asks for a signal.
func wantsSignal(getenv func(string) string, name string) (bool, error) {
	exporter := "OTEL_" + name + "_EXPORTER"
	endpoint, address := firstSet(getenv, "OTEL_EXPORTER_OTLP_"+name+"_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
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
	if address != "" && !isHTTP(address) {
		return false, fmt.Errorf("%s must be a URL such as http://localhost:4318; got %q", endpoint, address)
	}
	variable, protocol := firstSet(getenv, "OTEL_EXPORTER_OTLP_"+name+"_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	if protocol != "" && protocol != "http/protobuf" {
		return false, fmt.Errorf("%s must be http/protobuf, which collectors take on port 4318; got %q", variable,
			protocol)
	}
	return true, nil
}

// isHTTP reports whether address is an absolute HTTP or HTTPS URL.
func isHTTP(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// firstSet returns the first of the variables that is set, and its value.
func firstSet(getenv func(string) string, names ...string) (name, value string) {
	for _, name := range names {
		if value := getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}
