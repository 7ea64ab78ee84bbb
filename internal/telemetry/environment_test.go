package telemetry

import (
	"log/slog"
	"testing"
)

// environment is a few variables and no others.
func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

// What is sent is what OpenTelemetry's variables ask for; a wrong one is told of
// by its name.
func TestReadEnvironment(t *testing.T) {
	const endpoint, here = "OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"
	type variables = map[string]string
	tests := []struct {
		set     variables
		want    asked
		problem string
	}{
		{nil, asked{}, ""},
		{variables{"OTEL_SERVICE_NAME": "x", "OTEL_EXPORTER_OTLP_HEADERS": "a=b"}, asked{}, ""},
		{variables{endpoint: here}, asked{true, true}, ""},
		{variables{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": here}, asked{metrics: true}, ""},
		{variables{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": here}, asked{traces: true}, ""},
		{variables{endpoint: here, "OTEL_METRICS_EXPORTER": "none"}, asked{traces: true}, ""},
		{variables{endpoint: here, "OTEL_TRACES_EXPORTER": "none"}, asked{metrics: true}, ""},
		{variables{"OTEL_TRACES_EXPORTER": "otlp"}, asked{traces: true}, ""},
		{variables{endpoint: here, "OTEL_SDK_DISABLED": "True"}, asked{}, ""},
		{variables{endpoint: here, "OTEL_SDK_DISABLED": "false"}, asked{true, true}, ""},
		{variables{endpoint: here, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, asked{true, true}, ""},
		{variables{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, asked{}, ""}, // nothing is sent by it
		{variables{endpoint: here, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, asked{},
			`OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, which collectors take on port 4318; got "grpc"`},
		{variables{endpoint: here, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}, asked{},
			`OTEL_EXPORTER_OTLP_TRACES_PROTOCOL must be http/protobuf, which collectors take on port 4318; got "http/json"`},
		{variables{endpoint: here, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf", "OTEL_METRICS_EXPORTER": "none"}, asked{traces: true}, ""},
		{variables{endpoint: "localhost:4318"}, asked{}, `OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://localhost:4318; got "localhost:4318"`},
		{variables{endpoint: here, "OTEL_METRICS_EXPORTER": "prometheus"}, asked{}, `OTEL_METRICS_EXPORTER must be otlp or none; got "prometheus"`},
	}
	for _, test := range tests {
		got, err := readEnvironment(environment(test.set))
		if err != nil && err.Error() != test.problem || err == nil && (test.problem != "" || got != test.want) {
			t.Errorf("%v: %+v, %v; want %+v, %s", test.set, got, err, test.want, test.problem)
		}
		exporter, err := New(environment(test.set), "", slog.New(slog.DiscardHandler))
		if wanted := err == nil && test.want != (asked{}); wanted != (exporter != nil) {
			t.Errorf("%v: an exporter is %v, %v", test.set, exporter, err)
		}
	}
}
