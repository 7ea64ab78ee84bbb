package telemetry

import (
	"log/slog"
	"testing"
)

// environment returns a getenv with only the given variables.
func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

// OpenTelemetry's variables select the signals; an error names the variable
// with an unsupported value.
func TestReadEnvironment(t *testing.T) {
	const endpoint, here = "OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"
	type variables = map[string]string
	tests := []struct {
		set     variables
		want    signals
		problem string
	}{
		{nil, signals{}, ""},
		{variables{"OTEL_SERVICE_NAME": "x", "OTEL_EXPORTER_OTLP_HEADERS": "a=b"}, signals{}, ""},
		{variables{endpoint: here}, signals{true, true}, ""},
		{variables{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": here}, signals{metrics: true}, ""},
		{variables{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": here}, signals{traces: true}, ""},
		{variables{endpoint: here, "OTEL_METRICS_EXPORTER": "none"}, signals{traces: true}, ""},
		{variables{endpoint: here, "OTEL_TRACES_EXPORTER": "none"}, signals{metrics: true}, ""},
		{variables{"OTEL_TRACES_EXPORTER": "otlp"}, signals{traces: true}, ""},
		{variables{endpoint: here, "OTEL_SDK_DISABLED": "True"}, signals{}, ""},
		{variables{endpoint: here, "OTEL_SDK_DISABLED": "false"}, signals{true, true}, ""},
		{variables{endpoint: here, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, signals{true, true}, ""},
		{variables{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, signals{}, ""}, // no signal uses it
		{variables{endpoint: here, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, signals{},
			`OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, which collectors take on port 4318; got "grpc"`},
		{variables{endpoint: here, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}, signals{},
			`OTEL_EXPORTER_OTLP_TRACES_PROTOCOL must be http/protobuf, which collectors take on port 4318; got "http/json"`},
		{variables{endpoint: here, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
			"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf", "OTEL_METRICS_EXPORTER": "none"},
			signals{traces: true}, ""},
		{variables{endpoint: "localhost:4318"}, signals{},
			`OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://localhost:4318; got "localhost:4318"`},
		{variables{endpoint: here, "OTEL_METRICS_EXPORTER": "prometheus"}, signals{},
			`OTEL_METRICS_EXPORTER must be otlp or none; got "prometheus"`},
	}
	for _, test := range tests {
		got, err := readEnvironment(environment(test.set))
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if problem != test.problem {
			t.Errorf("%v: error %q, want %q", test.set, problem, test.problem)
		}
		if err == nil && got != test.want {
			t.Errorf("%v: %+v, want %+v", test.set, got, test.want)
		}
		exporter, err := New(environment(test.set), "", slog.New(slog.DiscardHandler))
		if wanted := err == nil && test.want != (signals{}); wanted != (exporter != nil) {
			t.Errorf("%v: New returned %v, %v; want an exporter: %v", test.set, exporter, err, wanted)
		}
	}
}
